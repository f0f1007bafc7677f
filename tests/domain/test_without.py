"""What a whole gives after some of its rows became others: told from both outputs, or said to be unknown."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cjmine.tally import Merge, Tally
from tests.domain.test_top import TOP, findings

KEYS = {"kind": pl.String, "who": pl.String}
SUMS = Tally(keys=KEYS, measures={"n": Merge.SUM, "us": Merge.SUM})
MIXED = Tally(keys=KEYS, measures={"first": Merge.MIN, "last": Merge.MAX, "n": Merge.SUM})
LEAST = Tally(keys=KEYS, measures={"first": Merge.MIN})
ROW = st.tuples(st.sampled_from((None, "a", "b")), st.sampled_from(("x", "y")), st.integers(0, 6))
ROWS = st.lists(ROW, max_size=12)


def tallied(tally: Tally, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema={**KEYS, "at": pl.Int64}, orient="row")
    ones = {"n": pl.lit(1), "us": pl.col("at"), "first": pl.col("at"), "last": pl.col("at")}
    parts = table.select(*KEYS, *(ones[name].cast(pl.Int64).alias(name) for name in tally.measures))
    return tally.merge([parts])


@given(stay=ROWS, gone=ROWS, come=ROWS)
def test_sums_are_always_told(stay: list[Any], gone: list[Any], come: list[Any]) -> None:
    then, lost, gained = (tallied(SUMS, rows) for rows in (stay + gone, gone, come))
    found = SUMS.without(then, lost, gained)
    assert found is not None
    assert_frame_equal(found, tallied(SUMS, stay + come))


@given(stay=ROWS, gone=ROWS, come=ROWS)
def test_extremes_are_right_where_they_are_told(stay: list[Any], gone: list[Any], come: list[Any]) -> None:
    then, lost, gained = (tallied(MIXED, rows) for rows in (stay + gone, gone, come))
    found = MIXED.without(then, lost, gained)
    if found is not None:
        assert_frame_equal(found, tallied(MIXED, stay + come))
    assert LEAST.without(*(tallied(LEAST, rows) for rows in (stay + gone, gone, come))) is None


@given(stay=ROWS, gone=ROWS)
def test_extremes_are_told_where_nothing_is_lost_for_good(stay: list[Any], gone: list[Any]) -> None:
    then, lost = tallied(MIXED, stay + gone), tallied(MIXED, gone)
    found = MIXED.without(then, lost, lost)
    assert found is not None
    assert_frame_equal(found, then)


def test_a_lost_extreme_that_nobody_reaches_is_unknown() -> None:
    stay, gone = [("a", "x", 3)], [("a", "x", 5)]
    then, lost = tallied(MIXED, stay + gone), tallied(MIXED, gone)
    assert MIXED.without(then, lost, MIXED.empty()) is None
    assert MIXED.without(then, lost, tallied(MIXED, [("a", "x", 4)])) is None
    inside = [("a", "x", 1), ("a", "x", 9)]
    then, lost = tallied(MIXED, inside + gone), tallied(MIXED, gone)
    assert_frame_equal(MIXED.without(then, lost, MIXED.empty()), tallied(MIXED, inside))


FOUND = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(("L1", "D3")),
            "n_extra_events": st.integers(0, 2),
            "wait_h": st.sampled_from((None, 0.5, 2.0)),
            "side": st.sampled_from(("stays", "goes", "comes", "changes")),
        }
    ),
    max_size=30,
)


@settings(deadline=None)
@given(rows=FOUND)
def test_the_first_are_right_where_they_are_told(rows: list[dict[str, Any]]) -> None:
    table = findings([{name: row[name] for name in row if name != "side"} for row in rows])
    side = pl.Series([row["side"] for row in rows], dtype=pl.String)
    then = table.filter(side.is_in(["stays", "goes", "changes"]))
    lost = table.filter(side.is_in(["goes", "changes"]))
    gained = table.filter(side.is_in(["comes", "changes"])).with_columns(pl.col("wait_h").fill_null(1.0))
    found = TOP.without(TOP.conform(then), TOP.conform(lost), TOP.conform(gained))
    now = pl.concat([table.filter(side == "stays"), gained])
    if found is not None:
        assert_frame_equal(found, TOP.conform(now))
    codes = then.group_by("code").len()
    if not (codes["len"] >= TOP.count).any():
        assert found is not None


def test_the_first_of_many_that_went_are_unknown() -> None:
    rows = [{"code": "L1", "n_extra_events": number, "wait_h": None} for number in range(5)]
    whole = findings(rows)
    then, lost = TOP.conform(whole), TOP.conform(whole.tail(1))
    assert TOP.without(then, lost, TOP.empty()) is None
    back = TOP.conform(whole.tail(1))
    assert_frame_equal(TOP.without(then, lost, back), then)
