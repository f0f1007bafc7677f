"""The worst of a whole are the worst of its parts' worst, in any grouping and order."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cjmine.domain.tables import FINDING
from cjmine.domain.top import Top

TOP = Top(
    table=FINDING,
    by="code",
    order={"n_extra_events": True, "wait_h": True, "finding_id": False},
    count=3,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(("L1", "D3")),
            "n_extra_events": st.integers(0, 2),
            "wait_h": st.sampled_from((None, 0.5, 2.0)),
        }
    ),
    max_size=30,
)


def findings(rows: list[dict[str, Any]]) -> pl.DataFrame:
    numbered = [{**row, "finding_id": f"f{number:02}"} for number, row in enumerate(rows)]
    return FINDING.conform(pl.DataFrame(numbered)) if rows else FINDING.empty()


@settings(deadline=None)
@given(rows=ROWS, data=st.data())
def test_any_grouping_gives_the_same_as_the_whole(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = findings(rows)
    part = pl.Series(data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows))))
    parts = [TOP.conform(whole.filter(part == number)) for number in range(4)] if rows else [whole]
    merged = TOP.merge(parts)
    assert_frame_equal(merged, TOP.conform(whole))
    assert_frame_equal(TOP.merge([TOP.merge(parts[:2]), TOP.merge(parts[2:])]), merged)
    assert_frame_equal(TOP.merge(list(reversed(parts))), merged)
    assert_frame_equal(TOP.merge([*parts, TOP.empty()]), merged)
    assert_frame_equal(TOP.merge([]), TOP.empty())


@settings(deadline=None)
@given(rows=ROWS)
def test_they_are_the_first_in_the_stated_order(rows: list[dict[str, Any]]) -> None:
    by_code: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for number, row in enumerate(rows):
        wait = row["wait_h"]
        worst = (-row["n_extra_events"], wait is None, -(wait or 0), f"f{number:02}")
        by_code[row["code"]].append(worst)
    expected = [key[-1] for code in sorted(by_code) for key in sorted(by_code[code])[:3]]
    assert TOP.conform(findings(rows))["finding_id"].to_list() == expected
