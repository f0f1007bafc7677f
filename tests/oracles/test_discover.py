"""Every real log that has times: what ``discover`` counts is what pm4py counts."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import cjmine
from tests.conftest import DATA

SHIPPED = [
    *(f"pm4js/{name}" for name in ("10_orders.xes", "11_tickets.xes", "receipt.xes.gz", "reviewing.xes.gz")),
    *(f"pm4js/{name}.xes" for name in ("roadtraffic100traces", "running-example")),
    "conformance/automata/simple.xes",
    *(
        f"bpic2020/{name}.cleaned.xes.gz"
        for name in ("DomesticDeclarations", "InternationalDeclarations", "PermitLog")
    ),
    *(f"bpic2020/{name}.cleaned.xes.gz" for name in ("PrepaidTravelCost", "RequestForPayment")),
]
FOUND = {str(path.relative_to(DATA)) for form in ("xes", "xes.gz") for path in DATA.rglob(f"*.{form}")}
"""Logs added to the folder later are tested too; a shipped one that is absent fails."""


def rows_of(path: Path) -> Any:
    """Return pm4py's own reading, each case in order of time, ties in order of the file."""
    import pandas as pd  # noqa: PLC0415 - slow to import
    import pm4py  # noqa: PLC0415
    from pm4py.objects.log.importer.xes import importer  # noqa: PLC0415

    quiet = {"show_progress_bar": False}
    log = importer.apply(str(path), variant=importer.Variants.LINE_BY_LINE, parameters=quiet)
    table = pm4py.convert_to_dataframe(log)
    table["case:concept:name"] = table["case:concept:name"].astype(str)  # numbers in some logs
    table["time:timestamp"] = pd.to_datetime(table["time:timestamp"], utc=True)  # text in some logs
    assert table["time:timestamp"].notna().all()
    table = table.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)
    # pm4py sorts again, and not stably: distinct times keep the order
    table["time:timestamp"] = pd.to_datetime(table.index, unit="s", utc=True)
    return table


@pytest.mark.parametrize("name", sorted(FOUND | set(SHIPPED)))
def test_discover_equals_pm4py(data: Path, name: str) -> None:
    found = cjmine.discover(data / name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import

        rows = rows_of(data / name)
        variants = {steps: int(count) for steps, count in pm4py.get_variants(rows).items()}
        follows, starts, ends = pm4py.discover_dfg(rows)
    told = found.as_dict()
    assert (told["cases"], told["events"]) == (rows["case:concept:name"].nunique(), len(rows))
    assert told["activities"] == rows["concept:name"].nunique()
    assert dict(found.variants) == variants
    assert told["variants"] == len(variants)
    assert Counter({(row["from"], row["to"]): row["count"] for row in told["dfg"]}) == Counter(follows)
    assert Counter(told["start"]) == Counter(starts)
    assert Counter(told["end"]) == Counter(ends)
