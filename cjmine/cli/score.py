"""``cjmine score WHAT TRUTH``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, print_json
from cjmine.errors import SettingsError

_TRACKS = ("oracle", "end-to-end", "noise", "all")


@click.command()
@click.argument("what", type=click.Path(path_type=Path))
@click.argument("truth", type=click.Path(path_type=Path))
@click.option(
    "--track",
    type=click.Choice(_TRACKS),
    default="end-to-end",
    show_default=True,
    help="What the engine is given: true customers and journeys, raw files, raw files with holes.",
)
@click.option("--fail-on-gates", is_flag=True, help="Exit 1 if a gate is missed.")
@as_json
def score(what: Path, truth: Path, track: str, *, fail_on_gates: bool, json_: bool) -> None:
    """Score findings against a folder of truth.

    WHAT is a project file (run and scored on every track asked for; nothing is
    published), the folder of a finished run, or a table of anybody's findings
    (CSV or Parquet: code, event_ids; also primary_event_id, touchpoint). TRUTH
    is the folder `truth` of a sample.
    """
    report = _scored(what, truth, track, shown=not json_)
    if json_:
        print_json(report)
    else:
        from cjmine.cli.scorecard import told  # noqa: PLC0415

        told(report)
    if fail_on_gates and not any("gates" in card for card in report["tracks"].values()):
        msg = "--fail-on-gates: a table of findings has no gates; they are for projects and runs"
        raise SettingsError(msg)
    missed = [
        f"{name}: {gate['gate']}"
        for name, card in report["tracks"].items()
        for gate in card.get("gates", [])
        if gate["passed"] is False
    ]
    if fail_on_gates and missed:
        for gate in missed:
            click.echo(f"failed: {gate}", err=True)
        sys.exit(1)


def _scored(what: Path, truth: Path, track: str, *, shown: bool) -> dict[str, Any]:
    from cjmine.cli.progress import progress  # noqa: PLC0415
    from cjmine.scoring import score as score_it  # noqa: PLC0415 (slow)

    with progress(shown=shown) as tell:
        return score_it(what, truth, track=track, progress=tell)
