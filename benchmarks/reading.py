"""Reading alone: the five CSV exports, and the joined log as XES; into memory, ids as text, times parsed.

cjmine's own readers check every row, give it an id and set aside what is broken; the others do not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from joins import duckdb_read, pandas_read, scanned
from silos import SILOS
from work import Work

EPOCH = "1970-01-01"


def _told(read: Any, form: Any) -> Work:
    """Return reading as a piece of work; its answer: how many rows, and their times in seconds, summed."""
    return Work(timed={"read": read}, also={"rows": lambda found: form(found["read"])})


def _polars_sum(frame: Any, column: str) -> list[int]:
    return [frame.height, int(frame[column].dt.epoch("s").sum())]


def _pandas_sum(frame: Any, column: str) -> list[int]:
    import pandas as pd

    times = frame[column]
    zone = getattr(times.dtype, "tz", None)
    return [len(frame), int(((times - pd.Timestamp(EPOCH, tz=zone)) // pd.Timedelta("1s")).sum())]


def csv_cjmine(folder: Path) -> Work:
    """cjmine's ingest of all sources of the project, without linking."""
    import polars as pl

    from cjmine.ingest import source
    from cjmine.project.load import load

    loaded = load(folder / "project.yaml")

    def read() -> Any:
        given = {"roots": loaded.roots, "timezone": "UTC", "keys": []}
        readings = [source.read(one, rank=n, **given) for n, one in enumerate(loaded.project.sources)]
        return pl.concat([reading.events for reading in readings])

    return _told(read, lambda found: _polars_sum(found, "start"))


def csv_polars(folder: Path) -> Work:
    """polars' own reader: the physical limit here."""
    import polars as pl

    return _told(
        lambda: pl.concat(pl.collect_all([scanned(folder, silo) for silo in SILOS])),
        lambda found: _polars_sum(found, "at"),
    )


def csv_pandas(folder: Path) -> Work:
    """pandas with its pyarrow engine."""
    import pandas as pd

    def read() -> Any:
        parts = [
            pandas_read(folder, silo).set_axis(["customer", "activity", "at"], axis="columns")
            for silo in SILOS
        ]
        return pd.concat(parts, ignore_index=True)

    return _told(read, lambda found: _pandas_sum(found, "at"))


def csv_duckdb(folder: Path) -> Work:
    """DuckDB into a table in memory."""
    import duckdb

    base = duckdb.connect()
    parts = [
        f"select {silo.customer} as customer, activity, since from {duckdb_read(folder, silo)}"  # noqa: S608 (our own names)
        for silo in SILOS
    ]

    def read() -> Any:
        base.execute("set preserve_insertion_order = false")
        base.execute(f"create or replace table events as {' union all '.join(parts)}")

    def rows(_: Any) -> list[int]:
        told = base.sql("select count(*), sum(epoch_us(since) // 1000000) from events").fetchall()[0]
        return [int(one) for one in told]

    return _told(read, rows)


def _xes(folder: Path) -> Path:
    path = folder / "log.xes"
    if not path.exists():
        msg = "no XES log of this size"
        raise FileNotFoundError(msg)
    return path


def xes_cjmine(folder: Path) -> Work:
    """cjmine's streaming reader, up to checked events."""
    from cjmine.ingest.log import read_log

    path, usual = _xes(folder), dict.fromkeys(("case", "activity", "time", "end"))
    return _told(lambda: read_log(path, **usual).events, lambda found: _polars_sum(found, "start"))


def xes_pm4py(folder: Path) -> Work:
    """pm4py's own parser of XML; left to itself it would use r4pm where that is installed."""
    import pm4py

    path = str(_xes(folder))
    return _told(
        lambda: pm4py.read_xes(path, variant="iterparse", return_legacy_log_object=False),
        lambda found: _pandas_sum(found, "time:timestamp"),
    )


def xes_pm4py_lines(folder: Path) -> Work:
    """pm4py's reader by lines, quicker, which takes the text apart without a parser."""
    import pm4py

    path = str(_xes(folder))
    return _told(
        lambda: pm4py.read_xes(path, variant="chunk_regex", return_legacy_log_object=False),
        lambda found: _pandas_sum(found, "time:timestamp"),
    )


def xes_r4pm(folder: Path) -> Work:
    """r4pm into a polars frame."""
    import r4pm

    path = str(_xes(folder))
    return _told(lambda: r4pm.df.import_xes(path)[0], lambda found: _polars_sum(found, "time:timestamp"))
