"""``cjmine check LOG MODEL``."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click

from cjmine.cli.options import as_json, columns, exceeded, fail_on, print_json


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.argument("model", type=click.Path(path_type=Path))
@columns("case", "activity", "time", "end")
@as_json
@fail_on
def check(
    log: Path,
    model: Path,
    case: str | None,
    activity: str | None,
    time: str | None,
    end: str | None,
    *,
    json_: bool,
    fail_on: tuple[str, ...],
) -> None:
    """Compare one log with an intended journey, by optimal alignments.

    LOG is XES, CSV, Parquet or JSON lines; MODEL a .journey.yaml, .bpmn or .pnml file.
    """
    from cjmine.quick import Columns, check as check_log  # noqa: PLC0415 (slow)

    exceeded(fail_on, {})
    found = check_log(log, model, Columns(case=case, activity=activity, time=time, end=end))
    counts: dict[str, int] = {}
    for row in found["deviations"]:
        counts[row["code"]] = counts.get(row["code"], 0) + row["count"]
    if json_:
        print_json(found)
    else:
        _tell(found)
    over = exceeded(fail_on, counts)
    for line in over:
        click.echo(f"failed: {line}", err=True)
    sys.exit(1 if over else 0)


def _tell(found: dict[str, object]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    fitness = found["fitness"]
    words = f", mean fitness {fitness:.4f}" if isinstance(fitness, float) else ""
    console.print(
        f"{found['fitting_cases']:,} of {found['cases']:,} cases ran as intended{words}, "
        f"total cost {found['cost_total']:,} over {found['variants']:,} variants"
    )
    table = Table("code", "kind", "activity", "times", "cases")
    rows = found["deviations"]
    for row in rows if isinstance(rows, list) else []:
        table.add_row(row["code"], row["kind"], row["activity"], f"{row['count']:,}", f"{row['cases']:,}")
    console.print(table)
