"""Lengths of time: whole microseconds inside kernels, minutes, hours and days at the edges."""

from __future__ import annotations

import polars as pl

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""In microseconds."""


def in_units(length_us: pl.Expr, unit: int) -> pl.Expr:
    """Return integer microseconds as a number (Float64) of ``MINUTE``, ``HOUR`` or ``DAY``.

    Divides by a column, not by a constant: polars multiplies a column by the
    constant's reciprocal but divides a single value exactly, so that the last
    digit would depend on how many rows stand beside it.
    """
    return length_us / (length_us * 0 + unit)
