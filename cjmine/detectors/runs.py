"""What follows upon what: steps under one label by thread, runs of equal labels, and what is sure of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cjmine.detectors.steps import Sequence, sequence, visits
from cjmine.detectors.threads import threaded
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.walks import coded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """The steps of a ``sequence`` by thread; ``names`` are the labels that their codes stand for.

    To the columns of a sequence ``steps`` add ``label`` (a row of ``names``),
    ``line`` (one thread of one journey), ``before`` (the row of the events of the
    step before, in the line), ``ordered`` (certainly after that one) and ``run``
    (of equal labels).
    """

    sequence: Sequence
    steps: pl.DataFrame
    names: pl.Series


def labelled(partition: Partition, context: Context, level: str) -> Lines:
    """Return the threaded steps in order, with label, what preceded each, and the ``run`` of equal labels."""
    return partition.derived(_labelled, sequence(partition), context, level)


def _labelled(whole: Sequence, context: Context, level: str) -> Lines:
    steps, names = whole.steps.with_columns(pl.col("step").cast(pl.UInt32).alias("label")), whole.names
    if level != "touchpoint":
        codes, names = coded(whole.said(level))
        steps = whole.steps.with_columns(pl.Series("label", codes, dtype=pl.UInt32))
    kept = visits(whole, context)["n"]
    steps = steps if kept.len() == steps.height else steps[kept]
    if names.null_count():
        steps = steps.filter(pl.col("label") < names.len() - 1)
    steps = threaded(steps, whole, context, by_service=level != "service")
    same = (pl.col("line") == pl.col("line").shift()).fill_null(value=False)
    return Lines(
        sequence=whole,
        names=names,
        steps=steps.with_columns(
            _run(),
            pl.when(same).then(pl.col("at").shift()).alias("before"),
            (~same | (pl.col("latest").shift() <= pl.col("start"))).alias("ordered"),
        ),
    )


def _run() -> pl.Expr:
    changes = (pl.col("line") != pl.col("line").shift()) | (pl.col("label") != pl.col("label").shift())
    return changes.fill_null(value=False).cast(pl.UInt32).cum_sum().alias("run")


def firm(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the steps whose place among other labels is known, each unbroken stretch as a ``line``.

    A step of unknown place may lie between any two that it overlaps, so nothing
    next to each other can be told across it. Only in lines where a step overlaps
    the next is any place unknown.
    """
    follows = (pl.col("line") == pl.col("line").shift(-1)) & (pl.col("latest") > pl.col("start").shift(-1))
    doubtful = steps.filter(follows)["line"].unique()
    if not doubtful.len():
        return steps
    known = steps.with_row_index("place").filter(pl.col("line").is_in(doubtful.implode()))
    heads = known.group_by("run", maintain_order=True).agg(
        pl.col("line", "start").first(), pl.col("latest").max().alias("by")
    )
    heads = heads.with_columns(pl.col("by").cum_max().over("line"))
    heads = heads.select(
        "run",
        pl.col("by").shift().over("line").alias("earlier_by"),
        pl.col("start").shift(-1).over("line").alias("next_start"),
    )
    known = known.join(heads, on="run", how="left", maintain_order="left")
    loose = (pl.col("earlier_by") > pl.col("start")) | (pl.col("latest") > pl.col("next_start"))
    unknown = np.zeros(steps.height, dtype=bool)
    unknown[known.filter(loose)["place"].to_numpy()] = True
    stretch = pl.struct("line", pl.Series("stretch", np.cumsum(unknown))).rle_id()
    return steps.with_columns(stretch.alias("line")).filter(~unknown).with_columns(_run())


def runs_of(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the maximal runs of equal labels in order.

    ``head`` is the place of a run's first step among the steps, ``size`` how many it has.
    """
    fresh = (steps["run"] != steps["run"].shift()).fill_null(value=True)
    heads = fresh.arg_true().cast(pl.Int64)
    runs = steps.select("at", "journey", "type", "label", "line", "before", "ordered", "start", "end")[heads]
    begins = heads.to_numpy()
    ends = steps["end"].to_physical().to_numpy()
    last = np.maximum.reduceat(ends, begins) if len(begins) else ends
    return runs.rename({"end": "first_end"}).with_columns(
        heads.alias("head"),
        pl.Series("size", np.diff(begins, append=steps.height)),
        pl.Series("end", last).cast(steps.schema["end"]),
    )
