"""Which service hands work to which, and which steps are done again within one journey?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.discovery.flows import PIECE, SMALL
from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.sequences import kinds_of, walks_of
from cjmine.domain.walks import Codes, Walks, coded
from cjmine.tally import Merge, Tally

HANDOVERS = Tally(
    keys={"journey_type": pl.String, "source": pl.String, "target": pl.String},
    measures={"count": Merge.SUM},
)
"""How often a step of one service is directly followed by a step of another, or of the same."""
REWORK = Tally(
    keys={"journey_type": pl.String, "touchpoint": pl.String},
    measures={"journeys": Merge.SUM, "repetitions": Merge.SUM},
)
"""In how many journeys a step is taken more than once, and how often beyond the first times."""

Counts = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def count_handovers(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the handover tally; a step without a service hands over from, or to, null."""
    steps, walks = walks_of(partition.events)
    kinds, types = kinds_of(steps, walks, partition.journeys)
    labels, names = coded(steps["service"])
    counted = handovers(replace(walks, labels=labels, names=names), kinds)
    return counted.with_columns(
        types.gather(counted["journey_type"]).alias("journey_type"),
        names.gather(counted["source"]).alias("source"),
        names.gather(counted["target"]).alias("target"),
    )


def handovers(walks: Walks, kinds: Codes) -> pl.DataFrame:
    """Return the handover tally in codes; the walks' labels are services, ``kinds`` the journeys' types."""
    size = walks.names.len()
    cells = (int(kinds.max(initial=0)) + 1) * size**2
    key = walks.labels[:-1].astype(np.int64)
    key *= size
    key += walks.labels[1:]
    if kinds.any():
        key += np.repeat(kinds.astype(np.int64) * size**2, walks.lengths)[:-1]
    key[walks.begins[1:] - 1] = cells  # from one journey to the next nothing is handed over
    found, count = _counts(key, cells + 1)
    real = found < cells
    found, count = found[real], count[real]
    return pl.DataFrame(
        {
            "journey_type": found // size**2,
            "source": found // size % size,
            "target": found % size,
            "count": count,
        }
    )


def count_rework(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the rework tally."""
    steps, walks = walks_of(partition.events)
    kinds, types = kinds_of(steps, walks, partition.journeys)
    counted = rework(walks, kinds)
    return counted.with_columns(
        types.gather(counted["journey_type"]).alias("journey_type"),
        walks.names.gather(counted["touchpoint"]).alias("touchpoint"),
    )


def rework(walks: Walks, kinds: Codes) -> pl.DataFrame:
    """Return the rework tally in codes; ``kinds`` has the code of each journey's type."""
    size, lengths = walks.names.len(), walks.lengths
    journeys, repetitions = np.zeros((2, (int(kinds.max(initial=0)) + 1) * size), dtype=np.int64)
    bounds = np.append(walks.begins, len(walks.labels))
    low = 0
    while low < len(kinds):
        # whole journeys, about a piece of steps; a longer journey is a piece of its own
        high = max(int(np.searchsorted(bounds, bounds[low] + PIECE, side="right")) - 1, low + 1)
        key = np.repeat(np.arange(high - low) * size, lengths[low:high])
        key += walks.labels[bounds[low] : bounds[high]]
        found, count = _counts(key, (high - low) * size, least=2)
        place = kinds[low + found // size].astype(np.int64) * size + found % size
        np.add.at(journeys, place, 1)
        np.add.at(repetitions, place, count - 1)
        low = high
    there = np.flatnonzero(journeys)
    return pl.DataFrame(
        {
            "journey_type": there // size,
            "touchpoint": there % size,
            "journeys": journeys[there],
            "repetitions": repetitions[there],
        }
    )


def _counts(key: npt.NDArray[np.int64], cells: int, *, least: int = 1) -> Counts:
    """Return the keys that occur at least so often, all below ``cells``, and how often each."""
    if cells > max(len(key), SMALL):
        keys, counts = np.unique(key, return_counts=True)
        often = counts >= least
        return keys[often], counts[often]
    counts = np.bincount(key, minlength=cells)
    found = np.flatnonzero(counts >= least)
    return found, counts[found]


COUNT_HANDOVERS = Kernel(name="handovers", output=HANDOVERS, compute=count_handovers)
COUNT_REWORK = Kernel(name="rework", output=REWORK, compute=count_rework)
