"""Which map is this, how much of it is new, and where does it differ from the one before? (2.26)

Two maps of one growing log share most of their journeys, so not the maps are compared, but what was added
with what was there: the share of each directly-follows edge among all, by a two-sided test of two
proportions, corrected for their number (Benjamini and Hochberg, 1995).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

ALPHA = 0.05
_EDGE = ["source", "target"]
_SHOWN = 3


def version(settings: str, watermark: Mapping[str, datetime]) -> str:
    """Name a map by what decides about it: settings and models, and how far each system's log reaches."""
    reached = {name: str(moment) for name, moment in sorted(watermark.items())}
    said = json.dumps([settings, reached], sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


def novelty(variants: pl.DataFrame) -> float | None:
    """Return the share of journeys whose variant was seen once (``count`` of each variant)."""
    journeys = int(variants["count"].sum())
    return int((variants["count"] == 1).sum()) / journeys if journeys else None


def adjusted(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the false discovery rate at which each would still be called a discovery."""
    order = np.argsort(p_values, kind="stable")
    rank = np.arange(1, len(p_values) + 1)
    stepped = (p_values[order] * len(p_values) / rank)[::-1]
    found = np.empty_like(p_values)
    found[order] = np.minimum(np.minimum.accumulate(stepped)[::-1], 1.0)
    return found


def changed(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Compare what was added to a map with what it was; both have source, target, count.

    Returns source, target, share_before, share_added, q, sorted by q: every edge of either map; none
    where nothing was added.
    """
    both = now.select(*_EDGE, pl.col("count").alias("now")).join(
        before.select(*_EDGE, pl.col("count").alias("before")), on=_EDGE, how="full", coalesce=True
    )
    counts = both.with_columns(pl.col("now", "before").fill_null(0)).with_columns(
        (pl.col("now") - pl.col("before")).clip(lower_bound=0).alias("added")
    )
    old, new = int(counts["before"].sum()), int(counts["added"].sum())
    if not old or not new:
        return counts.head(0).select(
            *_EDGE, *(pl.lit(0.0).alias(n) for n in ("share_before", "share_added", "q"))
        )
    first, second = (counts[name].to_numpy() / total for name, total in (("before", old), ("added", new)))
    pooled = (counts["before"] + counts["added"]).to_numpy() / (old + new)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / old + 1 / new))
    from scipy.special import erfc  # noqa: PLC0415 (slow to import)

    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, np.abs(first - second) / spread, 0.0)
    q = adjusted(erfc(z / np.sqrt(2)))
    shares = {"share_before": first, "share_added": second, "q": q}
    return counts.select(_EDGE).hstack(pl.DataFrame(shares)).sort("q", *_EDGE)


def said(before: pl.DataFrame, now: pl.DataFrame, *, old: str, new: str) -> str:
    """Say in one sentence how the map differs from the one before."""
    if old == new:
        return f"the map is version {new}, as in the last run"
    table = changed(before, now)
    found = table.filter(pl.col("q") <= ALPHA)
    start = f"the map is now version {new}, after {old}; "
    if not found.height:
        return f"{start}no edge differs beyond chance (false discovery rate {ALPHA:.0%})"
    word = (
        pl.when(pl.col("share_added") > pl.col("share_before")).then(pl.lit("more")).otherwise(pl.lit("less"))
    )
    shown = found.head(_SHOWN).select(pl.format("{} → {} {} often", "source", "target", word))
    named = shown.to_series().to_list()
    more = f" and {found.height - _SHOWN} more" if found.height > _SHOWN else ""
    return (
        f"{start}{found.height} of {table.height} edges differ in what was added "
        f"(false discovery rate {ALPHA:.0%}): {', '.join(named)}{more}"
    )
