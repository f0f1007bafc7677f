"""Which step follows which, how often, and after how long a wait?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.sequences import steps_of
from cjmine.tally import Merge, Tally, bucket, quantiles

FLOWS = Tally(
    keys={"journey_type": pl.String, "source": pl.String, "target": pl.String, "bucket": pl.Int32},
    measures={"count": Merge.SUM, "wait_us": Merge.SUM},
)
NODES = Tally(
    keys={"journey_type": pl.String, "touchpoint": pl.String, "service": pl.String},
    measures={"events": Merge.SUM, "journeys": Merge.SUM, "starts": Merge.SUM, "ends": Merge.SUM},
)


def count_flows(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the directly-follows tally; a wait runs from the end of one step to the next's start."""
    steps = steps_of(partition)
    wait = (pl.col("start").shift(-1) - pl.col("end")).dt.total_microseconds().clip(lower_bound=0)
    pairs = steps.select(
        "journey_type",
        pl.col("touchpoint").alias("source"),
        pl.col("touchpoint").shift(-1).alias("target"),
        (pl.col("journey_id") == pl.col("journey_id").shift(-1)).alias("follows"),
        wait.alias("wait_us"),
    ).filter("follows")
    pairs = pairs.with_columns(bucket(pl.col("wait_us")).alias("bucket"))
    return pairs.group_by(list(FLOWS.keys)).agg(pl.len().alias("count"), pl.col("wait_us").sum())


def count_nodes(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return for each touchpoint its events, journeys, and how often it starts or ends one."""
    steps = steps_of(partition)
    other = pl.col("journey_id") != pl.col("journey_id").shift()
    marked = steps.with_columns(
        other.fill_null(value=True).alias("starts"), other.shift(-1).fill_null(value=True).alias("ends")
    )
    keys = list(NODES.keys)
    first = pl.struct("journey_id", *keys).is_first_distinct()
    return (
        marked.with_columns(first.alias("fresh"))
        .group_by(keys)
        .agg(
            pl.len().alias("events"),
            pl.col("fresh").sum().alias("journeys"),
            pl.col("starts").sum(),
            pl.col("ends").sum(),
        )
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
