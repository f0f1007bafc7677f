"""Which step follows which, how often, and after how long a wait?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.sequences import kinds, sequences
from cjmine.domain.walks import Codes, Walks, coded
from cjmine.tally import BUCKETS, NONE, Merge, Tally, bucket, quantiles

FLOWS = Tally(
    keys={"journey_type": pl.String, "source": pl.String, "target": pl.String, "bucket": pl.Int32},
    measures={"count": Merge.SUM, "wait_us": Merge.SUM},
)
NODES = Tally(
    keys={"journey_type": pl.String, "touchpoint": pl.String, "service": pl.String},
    measures={"events": Merge.SUM, "journeys": Merge.SUM, "starts": Merge.SUM, "ends": Merge.SUM},
)

_NOBODY = -1


def count_flows(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the directly-follows tally; a wait runs from the end of one step to the next's start."""
    steps, walks = sequences(partition)
    codes, types = kinds(partition)
    start, end = (steps[name].dt.epoch("us").to_numpy() for name in ("start", "end"))
    counted = pairs(walks, codes, start, end)
    return counted.with_columns(
        types.gather(counted["journey_type"]).alias("journey_type"),
        walks.names.gather(counted["source"]).alias("source"),
        walks.names.gather(counted["target"]).alias("target"),
    )


def pairs(
    walks: Walks, types: Codes, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> pl.DataFrame:
    """Return the directly-follows tally in codes.

    ``types`` has the code of each journey's type; ``start`` and ``end`` are each
    step's, in microseconds.
    """
    size = walks.names.len()
    pair = walks.labels[:-1].astype(np.int64) * size + walks.labels[1:]
    if types.any():
        pair += np.repeat(types.astype(np.int64) * size**2, walks.lengths)[:-1]
    pair[walks.begins[1:] - 1] = _NOBODY  # a last step and the next journey's first one
    wait = np.maximum(start[1:] - end[:-1], 0)
    key = pl.col("pair") * BUCKETS + bucket(pl.col("wait_us")) - NONE
    whole = pl.LazyFrame({"pair": pair, "wait_us": wait}).select(key.alias("key"), "wait_us")
    counted = whole.group_by("key").agg(pl.len().alias("count"), pl.col("wait_us").sum())
    pair_of = pl.col("key") // BUCKETS
    return (
        counted.filter(pl.col("key") >= 0)
        .select(
            (pair_of // size**2).alias("journey_type"),
            (pair_of // size % size).alias("source"),
            (pair_of % size).alias("target"),
            (pl.col("key") % BUCKETS + NONE).cast(pl.Int32).alias("bucket"),
            "count",
            "wait_us",
        )
        .collect()
    )


def count_nodes(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return for each touchpoint its events, journeys, and how often it starts or ends one."""
    steps, walks = sequences(partition)
    codes, types = kinds(partition)
    services, names = coded(steps["service"])
    journey = np.repeat(np.arange(len(walks.begins)), walks.lengths)
    starts, ends = np.zeros((2, steps.height), dtype=bool)
    starts[walks.begins] = True
    ends[walks.begins + walks.lengths - 1] = True
    place = codes.astype(np.int64)[journey] * walks.names.len() + walks.labels
    marked = pl.DataFrame(
        {
            "key": place * names.len() + services,
            "journey": journey,
            "starts": starts,
            "ends": ends,
        }
    )
    counted = marked.group_by("key").agg(
        pl.len().alias("events"),
        (pl.col("journey").diff() != 0).sum().alias("journeys") + 1,
        pl.col("starts").sum(),
        pl.col("ends").sum(),
    )
    label = pl.col("key") // names.len()
    return counted.with_columns(
        types.gather(counted.select(label // walks.names.len()).to_series()).alias("journey_type"),
        walks.names.gather(counted.select(label % walks.names.len()).to_series()).alias("touchpoint"),
        names.gather(counted.select(pl.col("key") % names.len()).to_series()).alias("service"),
    )


COUNT_FLOWS = Kernel(name="flows", output=FLOWS, compute=count_flows)
COUNT_NODES = Kernel(name="nodes", output=NODES, compute=count_nodes)


def flow_table(flows: pl.DataFrame) -> pl.DataFrame:
    """Return source, target, count, median_wait_h, p90_wait_h over all journey types, by count."""
    keys = ["source", "target"]
    counted = flows.group_by(*keys, "bucket").agg(pl.col("count").sum())
    waits = quantiles(counted, keys, {"median_wait_h": 0.5, "p90_wait_h": 0.9}, of="bucket", count="count")
    total = flows.group_by(keys).agg(pl.col("count").sum())
    table = total.join(waits, on=keys).with_columns(in_units(pl.col("median_wait_h", "p90_wait_h"), HOUR))
    return table.sort("count", "source", "target", descending=[True, False, False])


def node_table(nodes: pl.DataFrame) -> pl.DataFrame:
    """Return touchpoint, service (the most frequent), events, journeys, starts, ends, by events."""
    measures = list(NODES.measures)
    whole = nodes.group_by("touchpoint", "service").agg(pl.col(measures).sum())
    ranked = whole.sort("touchpoint", "events", "service", descending=[False, True, False], nulls_last=True)
    service = pl.col("service").drop_nulls().first()
    table = ranked.group_by("touchpoint", maintain_order=True).agg(service, pl.col(measures).sum())
    return table.sort("events", "touchpoint", descending=[True, False])
