"""``cjmine propose SOURCE``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, columns, print_json


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the draft to this file.")
@click.option(
    "--noise",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of rare flows left out.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    help="Draft from the most frequent variants up to this share of the journeys; 0.8, with --good 1.",
)
@click.option(
    "--starting", multiple=True, metavar="STEP", help="Only journeys that begin with it; repeatable."
)
@click.option("--ending", multiple=True, metavar="STEP", help="Only journeys that end with it; repeatable.")
@click.option("--anytime", multiple=True, metavar="STEP", help="A step outside the flow; repeatable.")
@click.option("--type", "journey_type", metavar="TYPE", help="Which journeys of a finished run.")
@click.option("--good", is_flag=True, help="Only a run's complete journeys without any finding.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@columns("case", "activity", "time", "end", "service", "channel")
@as_json
def propose(
    source: Path,
    out: Path | None,
    *,
    noise: float,
    share: float | None,
    starting: tuple[str, ...],
    ending: tuple[str, ...],
    anytime: tuple[str, ...],
    journey_type: str | None,
    good: bool,
    force: bool,
    json_: bool,
    **names: Any,  # noqa: ANN401 (one per column option)
) -> None:
    """Draft an intended journey from how journeys ran, to be discussed and edited.

    SOURCE is a log (XES, CSV, Parquet, JSON lines) or the folder of a finished run.
    Without --out the draft is printed. Behind every step and block stands how
    many journeys took it.
    """
    from cjmine.cases import Columns  # noqa: PLC0415
    from cjmine.proposing import propose as proposed  # noqa: PLC0415 (slow)

    found = proposed(
        source,
        out,
        Columns(**names),
        noise=noise,
        share=share,
        starting=starting,
        ending=ending,
        anytime=anytime,
        journey_type=journey_type,
        good=good,
        force=force,
    )
    if json_:
        print_json(found)
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    from cjmine.cli.group import visible  # noqa: PLC0415 (the group imports its verbs)

    if found["target"] is None:
        click.echo(visible(found["text"]), nl=False)
    chosen, fitting = found["chosen"], found["fitting"]
    precise = "" if found["precision"] is None else f"; precision {found['precision']:.2f}"
    some = f"{chosen['journeys']:,} of {found['journeys']:,} journeys"
    ways = f"{chosen['variants']:,} of {found['variants']:,} variants"
    told = [
        *([f"written: {found['target']}"] if found["target"] is not None else []),
        f"drafted: {found['journey']}, {found['steps']:,} steps, from {some} in {ways}",
        f"allowed: {fitting['chosen']:,} of these, {fitting['all']:,} of all{precise}",
        *(f"note widened: {one['message']}" for one in found["widened"]),
        *(f"note {warning}" for warning in found["warnings"]),
    ]
    for line in told:
        click.echo(visible(line), err=True)
