"""``cjmine explain [NAME]``."""

from __future__ import annotations

import rich_click as click


@click.command()
@click.argument("name", required=False)
def explain(name: str | None) -> None:
    """Say what a detector looks for, and when it misleads.

    NAME is a detector (loops) or a code (L2); without it, all are listed.
    """
    from cjmine.detectors.roster import explain as explained  # noqa: PLC0415 (slow)

    click.echo(explained(name))
