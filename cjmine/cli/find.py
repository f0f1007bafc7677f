"""``cjmine find LOG``."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click

from cjmine.cli.options import as_json, columns, exceeded, fail_on, print_json


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@columns("case", "activity", "time", "end", "service", "channel", "direction")
@click.option("--out", type=click.Path(path_type=Path), help="Write the findings as CSV to this file.")
@as_json
@fail_on
def find(
    log: Path, out: Path | None, *, json_: bool, fail_on: tuple[str, ...], **names: str | None
) -> None:
    """Find loops, duplicated contacts and handoffs in one log.

    Loops need nothing but cases; handoffs need --service, duplicated contacts --direction.
    """
    from cjmine.quick import Columns, find as find_in_log, write_findings  # noqa: PLC0415 (slow)

    exceeded(fail_on, {})
    findings, totals, warnings = find_in_log(log, Columns(**names))
    waste = totals.filter(~totals["intended"]).drop("intended").sort("code")
    if out is not None:
        write_findings(findings, out)
    if json_:
        print_json({"findings": waste.to_dicts(), "warnings": list(warnings)})
    else:
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415

        from cjmine.domain.codes import meaning  # noqa: PLC0415

        console = Console()
        table = Table("code", "what", "findings", "cases", "extra events")
        for row in waste.iter_rows(named=True):
            numbers = (f"{row[name]:,}" for name in ("count", "journeys", "extra_events"))
            table.add_row(row["code"], meaning(row["code"])[0], *numbers)
        console.print(table)
        for warning in warnings:
            console.print(f"[yellow]note[/] {warning}", highlight=False)
    over = exceeded(fail_on, {row["code"]: row["count"] for row in waste.iter_rows(named=True)})
    for line in over:
        click.echo(f"failed: {line}", err=True)
    sys.exit(1 if over else 0)
