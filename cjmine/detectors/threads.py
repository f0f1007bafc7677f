"""Work that runs in parallel is read one thread at a time (0.1, ruling 6)."""

from __future__ import annotations

from itertools import product

import polars as pl

from cjmine.domain.kernel import Context
from cjmine.domain.models import IntendedJourney

MAX_THREADS = 64
"""More combinations of branches than this are read one `together` at a time."""


def threads_of(model: IntendedJourney) -> list[frozenset[str]]:
    """Return, for each thread, the steps it leaves out: it takes one branch of every `together`."""
    others = [
        [
            frozenset(step for j, other in enumerate(group) if j != i for step in other)
            for i in range(len(group))
        ]
        for group in model.branches
    ]
    size = 1
    for group in others:
        size *= len(group)
    if size <= MAX_THREADS:
        return [frozenset().union(*choice) for choice in product(*others)]
    return [left_out for group in others for left_out in group]


def threaded(steps: pl.DataFrame, context: Context, *, by_service: bool = True) -> pl.DataFrame:
    """Return the steps with a ``thread`` column, once for each thread they belong to.

    With a model: steps of one `together` are split by branch, the others belong
    to every thread. Without: one thread for each service, unless services are
    what is compared.
    """
    modelled = sorted(context.models)
    free = steps.filter(~pl.col("journey_type").is_in(modelled))
    services = pl.col("service").rank("dense").over("journey_id").fill_null(0) if by_service else pl.lit(0)
    free = free.with_columns(services.alias("thread"))
    parts = [free.with_columns(pl.col("thread").cast(pl.Int32))]
    for name in modelled:
        mine = steps.filter(pl.col("journey_type") == name)
        for number, left_out in enumerate(threads_of(context.models[name])):
            kept = mine.filter(~pl.col("touchpoint").is_in(sorted(left_out)))
            parts.append(kept.with_columns(pl.lit(number, dtype=pl.Int32).alias("thread")))
    return pl.concat(parts)
