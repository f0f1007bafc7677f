"""What did somebody find? Reads a finished run's store, or a table of findings from anywhere."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cjmine.domain.kernel import Partition
from cjmine.domain.tables import EVENT, FINDING, TABLES
from cjmine.engine.store import Store
from cjmine.errors import SourceError, nearest

NEEDED = ("code", "event_ids")
OPTIONAL = ("primary_event_id", "touchpoint", "customer_id")
_PARQUET = ".parquet"
_ENDINGS = (".csv", _PARQUET)


def is_run(path: Path) -> bool:
    """Tell whether a folder is a finished run."""
    return (path / "run.json").is_file()


def is_table(path: Path) -> bool:
    """Tell whether a file, or a folder of Parquet files as of a large run, may be a table of findings."""
    if path.is_dir():
        return not is_run(path) and any(path.glob(f"*{_PARQUET}"))
    return path.suffix.lower() in _ENDINGS


def read_run(folder: Path) -> Partition:
    """Return all tables of a finished run; raises ``SourceError`` for one without its store."""
    parts = sorted((folder / "store" / EVENT.name).glob("*.parquet"))
    lost = [table.name for table in TABLES if not (folder / "store" / table.name).is_dir()]
    if lost or not parts:
        fault = f"{folder}: the run's store has no {', '.join(lost) or EVENT.name}"
        raise SourceError(fault, "score the project file instead, or run it again")
    return whole(Store(folder / "store", len(parts)))


def whole(store: Store) -> Partition:
    """Return all customers of a store as one partition."""
    return Partition(**{table.name: store.table(table) for table in TABLES})


def _read(path: Path) -> pl.DataFrame:
    if path.is_dir():
        return pl.concat([pl.read_parquet(file) for file in sorted(path.glob(f"*{_PARQUET}"))])
    parquet = path.suffix.lower() == _PARQUET
    return pl.read_parquet(path) if parquet else pl.read_csv(path, infer_schema=False)


def read_findings(path: Path) -> pl.DataFrame:
    """Return a table of findings with the columns that scoring needs.

    In CSV ``event_ids`` are separated by blanks. Rows that say ``intended`` are
    left out. Raises ``SourceError`` for a missing column.
    """
    try:
        frame = _read(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        fault = f"{path}: cannot be read: {str(error).splitlines()[0]}"
        raise SourceError(fault) from None
    if missing := [name for name in NEEDED if name not in frame.columns]:
        near = "".join(nearest(name, frame.columns) for name in missing)
        fault = f"{path}: has no column {', '.join(missing)}{near}"
        raise SourceError(fault, f"a table of findings has {', '.join(NEEDED)}; also {', '.join(OPTIONAL)}")
    if frame["event_ids"].dtype == pl.String:
        frame = frame.with_columns(pl.col("event_ids").fill_null("").str.extract_all(r"\S+"))
    if "intended" in frame.columns:
        told = pl.col("intended").cast(pl.String).str.to_lowercase()
        frame = frame.filter(~told.is_in(["true", "1"]).fill_null(value=False))
    known = frame.select(name for name in (*NEEDED, *OPTIONAL) if name in frame.columns)
    named = FINDING.conform(known).with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in OPTIONAL
    )
    # findings of nobody known stay apart from each other
    return named.with_columns(
        pl.col("customer_id").fill_null(pl.format("finding {}", pl.int_range(pl.len())))
    )
