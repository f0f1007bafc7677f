"""Parquet: typed columns become text, instants stay instants, damaged files are refused."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from cjmine.errors import SourceError

from .conftest import Reader


def _bytes(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _table(who: pl.Series, when: pl.Series) -> bytes:
    return _bytes(pl.DataFrame({"who": who, "what": ["call"] * len(who), "when": when}))


WHEN = datetime(2024, 7, 2, 10)  # noqa: DTZ001 - a local time is what is tested


@pytest.mark.parametrize(
    ("who", "text"),
    [
        (pl.Series([2**62]), str(2**62)),
        (pl.Series([Decimal(123456789012345678901)]), "123456789012345678901"),
        (pl.Series([True]), "true"),
        (pl.Series(["00123"]), "00123"),
        (pl.Series(["a"], dtype=pl.Categorical), "a"),
        (pl.Series([1.0]), "1.0"),
    ],
)
def test_ids_become_text(reading: Reader, who: pl.Series, text: str) -> None:
    found = reading("x.parquet", _table(who, pl.Series([WHEN])))
    assert found.events["customer"].to_list() == [text]
    assert any("end in '.0'" in said for said in found.warnings) == (text == "1.0")


@pytest.mark.parametrize(
    ("when", "hour", "precision"),
    [
        (pl.Series([WHEN]), 9, "s"),
        (pl.Series([WHEN]).cast(pl.Datetime("ns")), 9, "s"),
        (pl.Series([WHEN]).dt.replace_time_zone("America/New_York"), 14, "s"),
        (pl.Series([date(2024, 7, 2)]), -1, "day"),
    ],
)
def test_times(reading: Reader, when: pl.Series, hour: int, precision: str) -> None:
    found = reading("x.parquet", _table(pl.Series(["1"]), when)).events
    expected = pl.datetime(2024, 7, 2, time_zone="UTC") + pl.duration(hours=hour)
    assert found["start"].item() == pl.select(expected).item().astimezone(UTC)
    assert found["precision"].item() == precision


@pytest.mark.parametrize("who", [pl.Series([["1"]]), pl.Series([{"a": 1}]), pl.Series([b"1"])])
def test_columns_without_single_values_are_refused(reading: Reader, who: pl.Series) -> None:
    with pytest.raises(SourceError, match="column 'who' holds"):
        reading("x.parquet", _table(who, pl.Series([WHEN])))


def test_every_truncation_is_refused(reading: Reader) -> None:
    whole = _table(pl.Series(["1", "2"]), pl.Series([WHEN, WHEN]))
    for content in (
        b"",
        b"PAR1",
        b"PAR1PAR1",
        whole[:-1],
        whole[1:],
        *(whole[:n] for n in range(0, len(whole), 7)),
    ):
        with pytest.raises(SourceError, match="is not a whole Parquet file"):
            reading("x.parquet", content)


def test_a_flipped_bit_is_refused_by_its_checksum(reading: Reader) -> None:
    buffer = io.BytesIO()
    table = pa.table({"who": ["abcdefgh"] * 3, "what": ["call"] * 3, "when": ["2024-01-02"] * 3})
    pq.write_table(table, buffer, compression="none", use_dictionary=False, write_page_checksum=True)
    one = b"\x08\0\0\0abcdefgh"  # a value in its page, behind its length
    assert one * 3 in buffer.getvalue()
    content = buffer.getvalue().replace(one * 3, one * 2 + one[:-1] + b"i")
    with pytest.raises(SourceError, match=r"x\.parquet"):
        reading("x.parquet", content)
