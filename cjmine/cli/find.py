"""``cjmine find LOG``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, columns, fail_on, finish, print_json


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@columns("case", "activity", "time", "end", "service", "channel", "direction")
@click.option("--out", type=click.Path(path_type=Path), help="Write the findings as CSV to this file.")
@as_json
@fail_on
def find(log: Path, out: Path | None, *, json_: bool, fail_on: dict[str, int], **names: Any) -> None:  # noqa: ANN401 (one per column option)
    """Find loops, duplicated contacts and handoffs in one log.

    Loops need nothing but cases; handoffs need --service, duplicated contacts --direction.
    """
    from cjmine import quick  # noqa: PLC0415 (slow)
    from cjmine.cases import Columns  # noqa: PLC0415

    findings, totals, warnings = quick.find(log, Columns(**names))
    waste = totals.filter(~totals["intended"]).drop("intended").sort("code").to_dicts()
    if out is not None:
        quick.write_findings(findings, out)
    if json_:
        print_json({"findings": waste, "warnings": list(warnings)})
    else:
        _tell(waste, warnings)
    finish(fail_on, {row["code"]: row["count"] for row in waste})


def _tell(waste: Sequence[Mapping[str, Any]], warnings: Sequence[str]) -> None:
    from cjmine.cli.words import Plain, notes, table  # noqa: PLC0415
    from cjmine.domain.codes import meaning  # noqa: PLC0415

    console = Plain()
    found = table("code", "what", "findings", "cases", "extra events", right=(2, 3, 4))
    for row in waste:
        numbers = (f"{row[name]:,}" for name in ("count", "journeys", "extra_events"))
        found.add_row(row["code"], meaning(row["code"])[0], *numbers)
    console.print(found)
    notes(console, warnings)
