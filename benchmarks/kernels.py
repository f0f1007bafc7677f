"""Directly-follows and variants of one sorted log in memory: one function for each way to count them.

Only counting is timed. The input is prepared as each tool wants it: coded columns, EVENT rows with
text, or a formatted pandas frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from joins import coded_flows, coded_variants, pm4py_flows, tally_flows
from work import Work

REPEATS = 5


def kernels_coded(folder: Path) -> Work:
    """cjmine's kernels on coded, sorted columns; ``dfg`` counts with waits and their distribution."""
    import numpy as np
    import polars as pl

    from cjmine.discovery.flows import pairs
    from cjmine.domain.walks import Walks, coded, distinct

    log = pl.read_parquet(folder / "log.parquet")
    labels, names = coded(log["activity"])
    fresh = (log["case"] != log["case"].shift()).fill_null(value=True)
    walks = Walks(begins=fresh.arg_true().to_numpy().astype(np.int64), labels=labels, names=names)
    kinds = np.zeros(len(walks.begins), dtype=np.uint8)
    at = log["time"].dt.epoch("us").to_numpy()

    def variants() -> Any:
        path, firsts = distinct(walks)
        return path, firsts, np.bincount(path)

    return Work(
        timed={"dfg": lambda: pairs(walks, kinds, at, at), "variants": variants},
        flows=lambda found: coded_flows(walks, found["dfg"]),
        variants=lambda found: coded_variants(walks, *found["variants"][:2]),
        repeats=REPEATS,
    )


def kernels_text(folder: Path) -> Work:
    """cjmine's kernels on EVENT rows, as a partition holds them: text in, tallies with text out."""
    import polars as pl

    from cjmine.discovery.flows import count_flows
    from cjmine.discovery.variants import count_variants
    from cjmine.domain.kernel import Context, Partition
    from cjmine.domain.walks import SEPARATOR

    log = pl.read_parquet(folder / "log.parquet")
    nothing = pl.lit(None, pl.String)
    events = log.select(
        pl.col("case").alias("journey_id"),
        pl.int_range(pl.len(), dtype=pl.Int32).over("case").alias("step_no"),
        pl.col("activity").alias("touchpoint"),
        nothing.alias("service"),
        pl.col("time").alias("start"),
        pl.col("time").alias("end"),
        pl.lit(None, pl.Datetime("us", "UTC")).alias("contact_start"),
    )
    kind, status = pl.lit("unmodelled"), pl.lit("complete")
    journeys = events.select(pl.col("journey_id").unique(maintain_order=True)).with_columns(
        kind.alias("journey_type"), pl.lit("").alias("variant"), status.alias("status")
    )

    def partition() -> Partition:
        return Partition(events=events, journeys=journeys)  # a new one each time: a partition remembers

    return Work(
        timed={
            "dfg": lambda: count_flows(partition(), Context()),
            "variants": lambda: count_variants(partition(), Context()),
        },
        flows=lambda found: tally_flows(found["dfg"]),
        variants=lambda found: [
            (tuple(path.split(SEPARATOR)), count)
            for path, count in found["variants"].select("path", "journeys").iter_rows()
        ],
        repeats=REPEATS,
    )


def kernels_pm4py(folder: Path) -> Work:
    """pm4py on its own formatted, sorted frame; ``waits`` is its performance graph."""
    import pandas as pd
    import pm4py

    log = pd.read_parquet(folder / "log.parquet")
    log.columns = ["case:concept:name", "concept:name", "time:timestamp"]
    frame = pm4py.format_dataframe(log)
    return Work(
        timed={
            "dfg": lambda: pm4py.discover_dfg(frame)[0],
            "waits": lambda: pm4py.discover_performance_dfg(frame)[0],
            "variants": lambda: pm4py.get_variants(frame),
        },
        flows=lambda found: pm4py_flows(found["dfg"], found["waits"]),
        variants=lambda found: found["variants"].items(),
        repeats=REPEATS,
    )
