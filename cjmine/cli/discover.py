"""``cjmine discover LOG``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from cjmine.cli.options import as_json, columns, print_json

if TYPE_CHECKING:
    from cjmine.quick import Discovered

_FLOWS, _VARIANTS = 15, 10


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@columns("case", "activity", "time", "end")
@click.option(
    "--noise", type=click.FloatRange(0, 1), default=0.2, show_default=True, help="Miner's noise threshold."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write a process map and a BPMN model into this folder."
)
@as_json
def discover(log: Path, noise: float, out: Path | None, *, json_: bool, **names: Any) -> None:  # noqa: ANN401 (one per column option)
    """Show how the cases of one log run.

    LOG is XES, CSV, Parquet or JSON lines, gzipped or not.
    """
    from cjmine import quick  # noqa: PLC0415 (slow)
    from cjmine.cases import Columns  # noqa: PLC0415

    found = quick.discover(log, Columns(**names), noise=noise if out else None)
    if out is not None:
        quick.write_discovered(found, out, name=log.name.split(".")[0])
    if json_:
        print_json(found.as_dict())
    else:
        _tell(found, out)


def _tell(found: Discovered, out: Path | None) -> None:
    from cjmine.cli.words import Plain, notes, table  # noqa: PLC0415

    console = Plain()
    console.print(f"{found.cases:,} cases, {found.events:,} events, {len(found.variants):,} variants")
    variants = table("cases", "share", "variant", right=(0, 1))
    for steps, count in found.variants[:_VARIANTS]:
        variants.add_row(f"{count:,}", f"{count / found.cases:.1%}", " → ".join(steps))
    console.print(variants)
    flows = table("from", "to", "times", "median wait (h)", right=(2, 3))
    for row in found.flows.head(_FLOWS).iter_rows(named=True):
        flows.add_row(row["source"], row["target"], f"{row['count']:,}", f"{row['median_wait_h']:.1f}")
    if found.flows.height:
        console.print(flows)
    notes(console, found.warnings)
    if out is not None:
        console.print(f"written: {out}", soft_wrap=True)
