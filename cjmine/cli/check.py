"""``cjmine check LOG MODEL``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from cjmine.cli.options import as_json, columns, fail_on, finish, print_json
from cjmine.errors import ModelError


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.argument("model", type=click.Path(path_type=Path))
@columns("case", "activity", "time", "end")
@as_json
@fail_on
def check(log: Path, model: Path, *, json_: bool, fail_on: dict[str, int], **names: Any) -> None:  # noqa: ANN401 (one per column option)
    """Compare one log with an intended journey.

    Every case is aligned optimally. LOG is XES, CSV, Parquet or JSON lines;
    MODEL a .journey.yaml, .bpmn, .pnml, .cjml, .decl or .json (Declare) file.
    """
    from cjmine.checking import check as checked  # noqa: PLC0415 (slow)
    from cjmine.quick import Columns  # noqa: PLC0415

    found = checked(log, model, Columns(**names))
    if fail_on and found["deviations"] is None:
        raise ModelError(found["warnings"][:1], "leave out --fail-on: no deviation was looked for")
    counts: dict[str, int] = {}
    for row in found["deviations"] or ():
        counts[row["code"]] = counts.get(row["code"], 0) + row["count"]
    if json_:
        print_json(found)
    else:
        _tell(found)
    finish(fail_on, counts)


def _tell(found: dict[str, Any]) -> None:
    from cjmine.cli.words import Plain, notes, table  # noqa: PLC0415

    console = Plain()
    fitness = "" if found["fitness"] is None else f", mean fitness {found['fitness']:.4f}"
    if found["cost_total"] is None:
        console.print(
            f"{found['cases']:,} cases, total cost between {found['cost_low']:,} and {found['cost_high']:,} "
            f"over {found['variants']:,} variants"
        )
    else:
        console.print(
            f"{found['fitting_cases']:,} of {found['cases']:,} cases ran as intended{fitness}, "
            f"total cost {found['cost_total']:,} over {found['variants']:,} variants"
        )
    rows = table("code", "kind", "activity", "times", "cases", right=(3, 4))
    for row in found["deviations"] or ():
        rows.add_row(row["code"], row["kind"], row["activity"], f"{row['count']:,}", f"{row['cases']:,}")
    if found["deviations"]:
        console.print(rows)
    rules = table("rule", "asked", "kept", "broken", "cases broken", right=(1, 2, 3, 4))
    for row in found["rules"]:
        numbers = (f"{row[name]:,}" for name in ("asked", "kept", "broken", "broken_cases"))
        rules.add_row(row["rule"], *numbers)
    if found["rules"]:
        console.print(rules)
    notes(console, found["warnings"])
