"""When is an export too broken to believe?"""

from __future__ import annotations

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest.mapping import NO_CUSTOMER

_SHOWN = 3


def refuse_quarantine(ledger: pl.DataFrame, quarantine: pl.DataFrame, share: float) -> None:
    """Raise ``SourceError`` where more than ``share`` of a file's rows were set aside.

    Rows that merely carry no id are not broken: the linkage report counts them
    against a limit of their own.
    """
    broken = quarantine.filter(pl.col("reason") != NO_CUSTOMER)
    reasons = (
        broken.group_by("source", "file", "column", "reason")
        .agg(pl.len().alias("rows"), pl.col("row").min(), pl.col("value").sort_by("row").first())
        .sort("rows", "source", "file", "reason", descending=[True, False, False, False])
    )
    faults = []
    for file in ledger.iter_rows(named=True):
        mine = reasons.filter((pl.col("source") == file["source"]) & (pl.col("file") == file["file"]))
        rows = int(mine["rows"].sum())
        if rows > share * file["read"]:
            listed = "; ".join(
                f"{one['rows']:,} x {one['reason']} (column {one['column']}, "
                f"first in row {one['row']}: {one['value']!r})"
                for one in mine.head(_SHOWN).iter_rows(named=True)
            )
            where = f"source {file['source']!r}: {rows:,} of {file['read']:,} rows of {file['file']}"
            faults.append(f"{where} are broken: {listed}")
    if faults:
        hint = f"mend the export or its mapping; output.max_quarantine allows {share:.1%} of a file's rows"
        raise SourceError(faults, hint)
