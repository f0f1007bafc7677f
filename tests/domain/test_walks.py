from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.domain import walks
from cjmine.domain.kernel import Partition
from cjmine.domain.sequences import kinds_of, walks_of
from cjmine.domain.walks import SEPARATOR, Walks, coded, distinct, paths
from tests.builders import at, events

LOGS = st.lists(st.text("ABC", min_size=1, max_size=8), max_size=12)


def walks_from(log: list[str]) -> Walks:
    labels, names = coded(pl.Series(list("".join(log)), dtype=pl.String))
    begins = np.cumsum([0, *map(len, log)])[: len(log)].astype(np.int64)
    return Walks(begins=begins, labels=labels, names=names)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(log=LOGS)
def test_equal_journeys_share_a_number_and_others_do_not(log: list[str]) -> None:
    number, firsts = distinct(walks_from(log))
    seen = list(dict.fromkeys(log))
    assert number.tolist() == [seen.index(trace) for trace in log]
    assert firsts.tolist() == [log.index(trace) for trace in seen]
    assert paths(walks_from(log), firsts).to_list() == [SEPARATOR.join(trace) for trace in seen]


def told_apart(log: list[list[int]]) -> tuple[list[int], list[int]]:
    """Count distinct lists of codes in plain Python."""
    seen = list(dict.fromkeys(map(tuple, log)))
    return [seen.index(tuple(trace)) for trace in log], [log.index(list(trace)) for trace in seen]


def numbered(log: list[list[int]], size: int) -> tuple[list[int], list[int]]:
    labels = np.array([code for trace in log for code in trace], dtype=np.min_scalar_type(size - 1))
    begins = np.cumsum([0, *map(len, log)])[: len(log)].astype(np.int64)
    names = pl.Series(range(size)).cast(pl.String)
    number, firsts = distinct(Walks(begins=begins, labels=labels, names=names))
    return number.tolist(), firsts.tolist()


@st.composite
def sized_logs(draw: st.DrawFn) -> tuple[list[list[int]], int]:
    """Draw journeys of any length over few or many labels; the highest codes stand beside the lowest."""
    size = draw(st.sampled_from([1, 2, 3, 15, 16, 255, 256, 65_535, 65_536, 70_000]))
    codes = st.sampled_from(sorted({0, 1 % size, size // 2, size - 1}))
    parts = draw(st.lists(st.lists(codes, min_size=1, max_size=30), min_size=1, max_size=4))
    picks = st.lists(st.sampled_from(parts), min_size=1, max_size=5)
    return draw(st.lists(picks.map(lambda pick: [code for part in pick for code in part]), max_size=10)), size


@settings(max_examples=300, deadline=None, derandomize=True)
@given(drawn=sized_logs())
def test_paths_are_told_apart_whatever_their_length_and_the_number_of_labels(
    drawn: tuple[list[list[int]], int],
) -> None:
    assert numbered(*drawn) == told_apart(drawn[0])


@pytest.mark.parametrize("size", [1, 2, 17, 256, 65_536])
def test_a_step_more_and_a_last_step_of_code_0_are_other_paths(size: int) -> None:
    """At every length around where one word ends and the next begins."""
    top = size - 1
    log = [[top] * n for n in range(1, 70)] + [[top] * n + [0] for n in range(1, 70)]
    log += [[0] * n for n in range(1, 140)]
    assert numbered(log + log, size) == told_apart(log + log)


@pytest.mark.parametrize("factor", [1, 3, walks.FACTOR])
def test_words_that_meet_in_one_place_of_the_table_are_told_apart(
    factor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 1 or 3 for a factor all short words fall into the first place; the words themselves decide."""
    monkeypatch.setattr(walks, "FACTOR", factor)
    log = ["ABC", "CBA", "ABC", "BBB", "CBA", "A", "AA", "ABC" * 40, "A", "ABC" * 40, "ABC" * 39 + "ABB"]
    number, firsts = distinct(walks_from(log))
    assert number.tolist() == [0, 1, 0, 2, 1, 3, 4, 5, 3, 5, 6]
    assert firsts.tolist() == [0, 1, 3, 5, 6, 7, 10]


def test_long_paths_that_differ_in_one_step() -> None:
    """Twenty thousand steps pass through several levels of words; the step that differs may be any."""
    one = (np.arange(20_000) * 7_919 % 17).tolist()
    log = [one]
    for place in (0, 11, 12, 9_999, 19_999):
        other = one.copy()
        other[place] = (other[place] + 1) % 17
        log += [other, one]
    assert numbered(log, 17)[0] == [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]


def test_a_label_that_holds_the_separator_is_escaped() -> None:
    labels, names = coded(pl.Series([f"A{SEPARATOR}B", "C"]))
    one = Walks(begins=np.array([0]), labels=labels, names=names)
    assert paths(one, np.array([0])).to_list() == [f"A\\x1fB{SEPARATOR}C"]


def test_nulls_have_a_code_of_their_own() -> None:
    codes, names = coded(pl.Series(["b", None, "a", "b"]))
    assert (codes.tolist(), names.to_list()) == ([1, 2, 0, 1], ["a", "b", None])
    codes, names = coded(pl.Series([None, None], dtype=pl.String))
    assert (codes.tolist(), names.to_list()) == ([0, 0], [None])
    assert coded(pl.Series([], dtype=pl.String))[0].tolist() == []


def test_journeys_that_overlap_are_put_one_behind_the_other() -> None:
    rows = [("b", "X", 0), ("a", "X", 0), ("b", None, None), ("b", "Y", 1), ("a", "Z", 1), ("b", "X", 2)]
    frame = events([{"h": hour} for hour in range(len(rows))]).with_columns(
        pl.Series(name, values)
        for name, values in zip(("journey_id", "touchpoint", "step_no"), zip(*rows, strict=True), strict=True)
    )
    steps, coded_steps = walks_of(frame)
    assert steps["journey_id"].to_list() == ["b", "b", "b", "a", "a"]
    assert paths(coded_steps, np.array([0, 1])).to_list() == ["X\x1fY\x1fX", "X\x1fZ"]
    assert coded_steps.lengths.tolist() == [3, 2]
    journeys = pl.DataFrame({"journey_id": ["a", "b"], "journey_type": ["of a", "of b"]})
    kinds, types = kinds_of(steps, coded_steps, journeys)
    assert types.gather(kinds).to_list() == ["of b", "of a"]
    assert steps["at"].to_list() == [0, 3, 5, 1, 4]
    assert steps["start"].to_list() == [at(hour) for hour in (0, 3, 5, 1, 4)]


def test_nothing_walks_nowhere() -> None:
    steps, none = walks_of(Partition().events)
    number, firsts = distinct(none)
    assert (steps.height, number.tolist(), firsts.tolist()) == (0, [], [])
    assert paths(none, firsts).to_list() == []
