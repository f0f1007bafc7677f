"""Curves of completion: the goldens of domain.md 2.15 and ruling 18, and their special cases."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from cjmine.domain.incidence import Completion, completion
from cjmine.domain.shares import wilson

TIMES = (5, 8, 12, 20, 20)
ENDS = ("complete", "abandoned", "censored", "complete", "censored")


def curve_of(times: list[int], ended: list[str]) -> Completion:
    rows = pl.DataFrame({"elapsed": times, "ended": ended})
    return completion(rows.group_by("elapsed", "ended").agg(pl.len().alias("count")))


def test_giving_up_competes_with_being_done() -> None:
    found = curve_of(list(TIMES), list(ENDS))
    assert [round(found.by(time), 12) for time in (0, 4, 5, 8, 19, 20, 99)] == [0, 0, 0.2, 0.2, 0.2, 0.5, 0.5]


def test_who_gave_up_waits_to_the_horizon() -> None:
    assert curve_of(list(TIMES), list(ENDS)).mean_up_to(20) == pytest.approx(17.0)
    done = ["complete" if end == "abandoned" else end for end in ENDS]
    assert curve_of(list(TIMES), done).mean_up_to(20) == pytest.approx(14.6)  # without competitors


def drawn(ends: list[str]) -> tuple[list[int], list[str]]:
    random = np.random.default_rng(3)
    return random.integers(0, 25, 150).tolist(), random.choice(ends, 150).tolist()


def test_without_censoring_it_is_a_share_with_a_binomial_variance() -> None:
    times, ends = drawn(["complete", "abandoned", "stopped"])
    found = curve_of(times, ends)
    for time in (3, 10, 24):
        share = sum(t <= time and end == "complete" for t, end in zip(times, ends, strict=True)) / 150
        assert found.by(time) == pytest.approx(share)
    shares = found.share
    assert found.variance == pytest.approx(shares * (1 - shares) / 150)


def test_without_competitors_its_variance_is_greenwood_s() -> None:
    times, ends = drawn(["complete", "censored"])
    found, left, summed = curve_of(times, ends), 1.0, 0.0
    for time, share, variance in zip(found.times, found.share, found.variance, strict=True):
        waiting = sum(t >= time for t in times)
        done = sum(t == time and end == "complete" for t, end in zip(times, ends, strict=True))
        left *= 1 - done / waiting
        summed += done / (waiting * (waiting - done)) if waiting > done else 0.0
        assert (share, variance) == pytest.approx((1 - left, left**2 * summed))


def test_the_interval_stays_between_none_and_all() -> None:
    found = curve_of(list(TIMES), list(ENDS))
    low, high = found.interval(20) or (0, 0)
    deviation = 1.959963984540054 * math.sqrt(found.variance[-1]) / (0.5 * math.log(2))
    assert (low, high) == pytest.approx((0.5 ** math.exp(deviation), 0.5 ** math.exp(-deviation)))
    assert 0 < low < 0.5 < high < 1
    assert found.interval(4) is None
    assert curve_of([1, 2], ["complete", "complete"]).interval(2) is None


def test_wilson() -> None:
    assert wilson(0, 0) is None
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775328), abs=1e-6)
