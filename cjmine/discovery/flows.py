"""Which step follows which, how often, and after how long a wait?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.sequences import kinds, sequences
from cjmine.domain.walks import Codes, Walks, coded
from cjmine.tally import BUCKETS, NONE, Merge, Tally, buckets, quantiles

FLOWS = Tally(
    keys={"journey_type": pl.String, "source": pl.String, "target": pl.String, "bucket": pl.Int32},
    measures={"count": Merge.SUM, "wait_us": Merge.SUM},
)
NODES = Tally(
    keys={"journey_type": pl.String, "touchpoint": pl.String, "service": pl.String},
    measures={"events": Merge.SUM, "journeys": Merge.SUM, "starts": Merge.SUM, "ends": Merge.SUM},
)

SMALL = 1 << 20
"""So many counters are cheaper than grouping even a few rows."""
PIECE = 1 << 15
"""Rows taken at a time, so that what stands between stays in the processor's own memory."""


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
    cells = (int(types.max(initial=0)) + 1) * size**2 * BUCKETS
    found, count, wait_us = _summed(_keyed(walks, types, start, end, nobody=cells), len(walks.labels), cells)
    pair = found // BUCKETS
    return pl.DataFrame(
        {
            "journey_type": pair // size**2,
            "source": pair // size % size,
            "target": pair % size,
            "bucket": (found % BUCKETS + NONE).astype(np.int32),
            "count": count,
            "wait_us": wait_us,
        }
    )


def _keyed(
    walks: Walks, types: Codes, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], *, nobody: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield, piece by piece, each two neighbouring steps' key (type, source, target, bucket) and their wait.

    The last step of a journey and the first of the next have the key ``nobody``.
    """
    labels, size, lasts = walks.labels, walks.names.len(), walks.begins[1:] - 1
    kind = np.repeat(types, walks.lengths) if types.any() else None
    for low in range(0, len(labels) - 1, PIECE):
        high = min(low + PIECE, len(labels) - 1)
        key = labels[low:high].astype(np.int64)
        key *= size
        key += labels[low + 1 : high + 1]
        if kind is not None:
            key += kind[low:high].astype(np.int64) * size**2
        wait = np.maximum(start[low + 1 : high + 1] - end[low:high], 0)
        key *= BUCKETS
        key += buckets(wait)
        key -= NONE
        within = slice(*np.searchsorted(lasts, (low, high)))
        key[lasts[within] - low] = nobody
        yield key, wait


def _summed(
    pieces: Iterable[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]], rows: int, cells: int
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the keys there are below ``cells``, how often each, and the sum of its values.

    A row of counters is quicker than grouping, as long as it is no longer than the
    rows that are counted or than what is small anyway.
    """
    if cells <= max(rows, SMALL):
        counts, sums = np.zeros((2, cells + 1), dtype=np.int64)
        for key, value in pieces:
            np.add.at(counts, key, 1)
            np.add.at(sums, key, value)
        found = np.flatnonzero(counts[:cells])
        return found, counts[found], sums[found]
    empty = pl.DataFrame(schema={"key": pl.Int64, "value": pl.Int64})
    whole = pl.concat([empty, *(pl.DataFrame({"key": key, "value": value}) for key, value in pieces)])
    grouped = whole.filter(pl.col("key") < cells).group_by("key").agg(pl.len(), pl.col("value").sum())
    return tuple(column.to_numpy().astype(np.int64) for column in grouped.sort("key"))


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
