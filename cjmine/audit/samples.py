"""Which journeys and which exceptions should somebody test again, drawn so that anyone can draw them again?

Every row gets a number between 0 and 1 from a digest of the seed, the purpose and its
id, so a draw depends on nothing else: not on the order of rows, nor on the machine. The
simple random sample takes the rows with the smallest numbers u. The risk-weighted one
takes those with the smallest -ln(u) / weight: rows are drawn one after the other, each
with a chance in proportion to its weight among those left (Efraimidis, Spirakis 2006,
algorithm A-ES).
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

import numpy as np
import polars as pl

from cjmine.domain.vocabulary import Severity

POINTS = {
    Severity.INFO.value: 1,
    Severity.LOW.value: 2,
    Severity.MEDIUM.value: 3,
    Severity.HIGH.value: 4,
}
"""What an exception adds to its journey's risk weight, by severity; every journey has 1 beside."""

_BITS = 53


class Draw(StrEnum):
    """What is drawn; each draw has numbers of its own."""

    JOURNEYS = "tested journeys"
    EXCEPTIONS = "exceptions"
    RISK = "tested journeys by risk"


def uniform(ids: pl.Series, seed: int, purpose: Draw) -> pl.Series:
    """Return each id's number, above 0 and below 1: the first 53 bits of SHA-256 of ``seed|purpose|id``."""
    stem = hashlib.sha256(f"{seed}|{purpose.value}|".encode())
    numbers = []
    for one in ids:
        digest = stem.copy()
        digest.update(one.encode())
        numbers.append(((int.from_bytes(digest.digest()[:8]) >> (64 - _BITS)) + 0.5) / 2**_BITS)
    return pl.Series("u", numbers, dtype=pl.Float64)


def keyed(rows: pl.DataFrame, of: str, seed: int, purpose: Draw) -> pl.DataFrame:
    """Return the rows with ``key``, by which they are drawn: the smallest first.

    ``of`` is the column of ids. Rows drawn by risk have a ``weight`` above 0.
    """
    u = uniform(rows[of], seed, purpose)
    if purpose is not Draw.RISK:
        return rows.with_columns(u.alias("key"))
    return rows.with_columns(pl.Series("key", -np.log(u.to_numpy()) / rows["weight"].to_numpy()))


def drawn(rows: pl.DataFrame, of: str, size: int) -> pl.DataFrame:
    """Return the ``size`` rows with the smallest keys, in order."""
    return rows.sort("key", of).head(size)


def weights(journeys: pl.DataFrame, exceptions: pl.DataFrame) -> pl.DataFrame:
    """Return the journeys with ``exceptions`` and ``weight``: 1 and the points of each exception."""
    points = exceptions.select(
        "journey_id",
        pl.col("severity").replace_strict(POINTS, default=1, return_dtype=pl.Int64).alias("points"),
    )
    per = points.group_by("journey_id").agg(
        pl.len().cast(pl.Int64).alias("exceptions"), pl.col("points").sum()
    )
    joined = journeys.join(per, on="journey_id", how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("exceptions").fill_null(0), (1 + pl.col("points").fill_null(0)).alias("weight")
    ).drop("points")
