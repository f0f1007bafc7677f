"""``cjmine sample northmoor``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click


@click.command()
@click.argument("name", type=click.Choice(["northmoor"]))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder to write the exports into."
)
@click.option("--customers", type=click.IntRange(100, 100_000), default=2_000, show_default=True)
@click.option("--seed", type=int, default=42, show_default=True)
def sample(name: str, out: Path, customers: int, seed: int) -> None:
    """Write the fictional council's exports to try things on.

    The same seed gives the same rows. What was planted is written to OUT/truth.
    """
    from cjmine.northmoor import generate  # noqa: PLC0415 (slow)

    del name
    click.echo(generate(out, customers=customers, seed=seed).report())
