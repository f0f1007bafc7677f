"""When is an export too broken to believe?"""

from __future__ import annotations

import polars as pl

from cjmine.errors import SourceError
from cjmine.ingest.mapping import NO_CUSTOMER

_SHOWN = 3
_SHEET = r"(?i)\.xls[xm](?:\.gz)?#(.+)$"


def refuse_quarantine(
    ledger: pl.DataFrame, quarantine: pl.DataFrame, share: float, *, setting: str = "output.max_quarantine"
) -> None:
    """Raise ``SourceError`` where more than ``share`` of a file's rows were set aside.

    Rows that merely carry no id are not broken: the linkage report counts them
    against a limit of their own. ``setting`` is what the hint names.
    """
    broken = quarantine.filter(pl.col("reason") != NO_CUSTOMER)
    faults = []
    for file in ledger.iter_rows(named=True):
        mine = broken.filter((pl.col("source") == file["source"]) & (pl.col("file") == file["file"]))
        if mine.height > share * file["read"]:
            where = f"source {file['source']!r}: {mine.height:,} of {file['read']:,} rows of {file['file']}"
            faults.append(f"{where} are broken: {reasons(mine)}")
    if faults:
        hint = f"mend the export or its mapping; {setting} allows {share:.1%} of a file's rows"
        raise SourceError(faults, hint)


def twins(ledger: pl.DataFrame) -> list[str]:
    """Warn of one export that stands under several names: its events would count twice."""
    named = ledger.select(
        "sha256",
        pl.col("file").str.extract(_SHEET).alias("sheet"),  # a workbook's sheets share its bytes
        pl.format("{} ({})", "file", "source").alias("name"),
    )
    same = (
        named.group_by("sha256", "sheet", maintain_order=True)
        .agg("name")
        .filter(pl.col("name").list.len() > 1)
    )
    return [
        f"{' and '.join(names)} hold exactly the same bytes: is one export listed twice?"
        for names in same["name"]
    ]


def reasons(quarantine: pl.DataFrame) -> str:
    """Say why rows were set aside: the most frequent reasons, each with the first row and value."""
    counted = (
        quarantine.sort("source", "file", "row")
        .group_by("column", "reason", maintain_order=True)
        .agg(pl.len().alias("rows"), pl.col("row", "value").first())
        .sort("rows", "reason", "column", descending=[True, False, False])
    )
    return "; ".join(_reason(**one) for one in counted.head(_SHOWN).iter_rows(named=True))


def _reason(column: str | None, reason: str, rows: int, row: int, value: str | None) -> str:
    where = "" if column is None else f"column {column}, "
    shown = "" if value is None else f": {value!r}"
    return f"{rows:,} x {reason} ({where}first in row {row}{shown})"
