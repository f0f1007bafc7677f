"""``cjmine discover LOG``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from cjmine.cli.options import as_json, columns, print_json


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@columns("case", "activity", "time", "end")
@click.option("--noise", type=click.FloatRange(0, 1), default=0.2, show_default=True, help="Miner's noise threshold.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a process map and a BPMN model into this folder.")
@as_json
def discover(
    log: Path,
    case: str | None,
    activity: str | None,
    time: str | None,
    end: str | None,
    noise: float,
    out: Path | None,
    *,
    json_: bool,
) -> None:
    """Show how the cases of one log run.

    LOG is XES, CSV, Parquet or JSON lines, gzipped or not.
    """
    from cjmine.quick import Columns, discover as discover_log  # noqa: PLC0415 (slow)

    chosen = Columns(case=case, activity=activity, time=time, end=end)
    found = discover_log(log, chosen, noise=noise if out else None)
    if out is not None:
        from cjmine.quick import write_discovered  # noqa: PLC0415

        write_discovered(found, out, name=log.name.split(".")[0])
    if json_:
        print_json(found.as_dict())
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    console.print(f"{found.cases:,} cases, {found.events:,} events, {len(found.variants):,} variants")
    table = Table("journeys", "share", "variant")
    for steps, count in found.variants[:10]:
        table.add_row(f"{count:,}", f"{count / found.cases:.1%}", " → ".join(steps))
    console.print(table)
    flows = Table("from", "to", "times", "median wait (h)")
    for row in found.flows.head(15).iter_rows(named=True):
        flows.add_row(row["source"], row["target"], f"{row['count']:,}", f"{row['median_wait_h']:.1f}")
    console.print(flows)
    for warning in found.warnings:
        console.print(f"[yellow]note[/] {warning}", highlight=False)
    if out is not None:
        console.print(f"written: {out}", soft_wrap=True)
