from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjmine.domain.lengths import DAY, in_units
from cjmine.tally import Merge, Tally, bucket, bucket_value, buckets, quantiles

LENGTHS = st.lists(st.integers(1, 10**14), min_size=1, max_size=40)


def counted(values: list[int], key: str = "k") -> pl.DataFrame:
    frame = pl.DataFrame(
        {"key": [key] * len(values), "us": values}, schema={"key": pl.String, "us": pl.Int64}
    )
    return frame.group_by("key", bucket(pl.col("us")).alias("bucket")).agg(pl.len().alias("count"))


@given(values=LENGTHS, share=st.floats(0.01, 1))
def test_quantiles_are_within_their_stated_error(values: list[int], share: float) -> None:
    exact = sorted(values)[math.ceil(share * len(values) - 1e-9) - 1]
    for by in (["key"], []):
        found = quantiles(counted(values), by, {"q": share}, of="bucket", count="count")["q"].item()
        assert found == pytest.approx(exact, rel=2 ** (1 / 16) - 1 + 1e-9)


def test_quantiles_of_several_keys_do_not_mix() -> None:
    both = pl.concat([counted([DAY] * 9, "b"), counted([1000, 0, 0], "a")])
    found = quantiles(both, ["key"], {"median": 0.5, "p90": 0.9}, of="bucket", count="count")
    assert found["key"].to_list() == ["a", "b"]
    assert found["median"].to_list() == [0.0, pytest.approx(DAY, rel=0.044)]
    assert found["p90"].to_list() == [pytest.approx(1000, rel=0.044), pytest.approx(DAY, rel=0.044)]


def test_no_length_has_a_bucket_of_its_own() -> None:
    frame = pl.DataFrame({"us": [-5, 0, 1, 2]})
    assert frame.select(bucket(pl.col("us")))["us"].to_list() == [-1, -1, 0, 8]
    assert frame.select(bucket_value(bucket(pl.col("us"))).alias("v"))["v"].to_list()[:2] == [0.0, 0.0]


def test_arrays_and_columns_fall_into_the_same_buckets() -> None:
    """Whole seconds, any length up to nine years, and either side of where each bucket begins.

    From 2**40 on, a logarithm may round up what lies a microsecond below; whole numbers never do.
    """
    begins = np.ceil(2.0 ** (np.arange(40 * 8) / 8)).astype(np.int64)
    random = (2.0 ** np.random.default_rng(5).uniform(0, 48, 200_000)).astype(np.int64)
    seconds = np.arange(200_000) * 1_000_000
    for lengths in (np.arange(200_000), seconds, seconds * 1_000, random, begins - 1, begins, begins + 1):
        column = pl.Series("us", lengths).to_frame().select(bucket(pl.col("us"))).to_series()
        assert buckets(lengths).tolist() == column.to_list()
    later = np.ceil(2.0 ** (np.arange(40 * 8, 53 * 8) / 8)).astype(np.int64)
    assert buckets(later).tolist() == list(range(40 * 8, 53 * 8))
    assert buckets(later - 1).tolist() == list(range(40 * 8 - 1, 53 * 8 - 1))
    assert buckets(np.array([0, 1, 2**62])).tolist() == [-1, 0, 62 * 8]


def test_merge_sums_and_takes_extremes() -> None:
    tally = Tally(keys={"k": pl.String}, measures={"n": Merge.SUM, "lo": Merge.MIN, "hi": Merge.MAX})
    part = pl.DataFrame({"k": ["b", None], "n": [1, 2], "lo": [5, 6], "hi": [5, 6]})
    other = pl.DataFrame({"k": ["b"], "n": [10], "lo": [-1], "hi": [9]})
    merged = tally.merge([part, other])
    assert merged.rows() == [(None, 2, 6, 6), ("b", 11, -1, 9)]
    assert merged.schema == tally.schema
    without_keys = Tally(keys={}, measures={"n": Merge.SUM})
    assert without_keys.merge([pl.DataFrame({"n": [1]}), pl.DataFrame({"n": [2]})]).rows() == [(3,)]
    assert without_keys.merge([]).height == 0


@given(values=st.lists(st.one_of(st.none(), st.integers(0, 10**13)), min_size=1, max_size=30))
def test_a_length_in_days_does_not_depend_on_its_neighbours(values: list[int | None]) -> None:
    frame = pl.DataFrame({"us": values}, schema={"us": pl.Int64})
    whole = frame.select(in_units(pl.col("us"), DAY))["us"].to_list()
    assert whole == [None if one is None else one / DAY for one in values]
