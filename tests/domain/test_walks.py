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


@pytest.mark.parametrize("factor", [1, 3])
def test_equal_sums_are_not_believed(factor: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 1 for a factor all orders of the same steps have one sum; the steps themselves decide."""
    monkeypatch.setattr(walks, "FACTOR", factor)
    log = ["ABC", "CBA", "ABC", "BBB", "CBA", "A", "AA"]
    number, firsts = distinct(walks_from(log))
    assert number.tolist() == [0, 1, 0, 2, 1, 3, 4]
    assert firsts.tolist() == [0, 1, 3, 5, 6]


def test_long_sequences_that_powers_of_an_odd_number_cannot_tell_apart() -> None:
    """Thue-Morse words: the sums of a word and its opposite agree in 64 bits from 1,024 letters on."""
    word, other = "A", "B"
    for _ in range(11):
        word, other = word + other, other + word
    log = walks_from([word, other, word])
    assert len(set(walks._sums(log).tolist())) == 1  # noqa: SLF001 (else this test would show nothing)
    number, firsts = distinct(log)
    assert (number.tolist(), firsts.tolist()) == ([0, 1, 0], [0, 1])


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
