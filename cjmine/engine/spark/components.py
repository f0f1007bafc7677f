"""Which ids belong together, when their edges are too many for one machine?

Large stars and small stars in turn (Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii: Connected
Components in MapReduce and Beyond, SoCC 2014). Each edge points from the larger id, the child, to the
smaller, the parent. A large star hands the larger neighbours of an id to its smallest neighbour; a small
star hands all parents of an id, and the id, to the smallest of them. Neither joins or parts components,
and where both change nothing, every id hangs on the smallest of its component. The number of rounds
grows with the logarithm of the number of ids, also for one long chain.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from cjmine.engine import components as here
from cjmine.engine.spark.job import collected
from cjmine.engine.spark.start import hushed
from cjmine.engine.tasks import Edges, written

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from cjmine.engine.spark.engine import SparkEngine

FEW = 1_000_000
"""So many edges are joined sooner on one machine than by one more round."""
_BATCH = 1_000_000
_EDGE_BYTES = 16
_EDGE = "child long, parent long"
_FILE = "file string, edges long, weight long"

Ends = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kept:
    """Edges in files: how many, and the sum of all their ids.

    Whatever a round changes makes the sum smaller, so an equal sum means that nothing changed.
    """

    files: tuple[Path, ...]
    edges: int
    weight: int


def components(
    engine: SparkEngine, size: int, edges: Edges, *, few: int = FEW
) -> npt.NDArray[np.integer[Any]]:
    """Return for each of ``size`` ids the smallest id that edges join it to, itself included."""
    if sum(path.stat().st_size for path in edges) <= few * _EDGE_BYTES:
        return here.smallest(size, map(np.load, edges))
    roots = np.arange(size)
    with TemporaryDirectory(
        prefix=".components-", dir=edges[0].parent, ignore_cleanup_errors=True
    ) as scratch:
        stars = [Path(scratch, "0", f"{number}.npy") for number in range(len(edges))]
        kept = _whole(engine.each(_reduce, list(zip(edges, stars, strict=True))))
        settled = len(kept.files) <= 1  # the stars of one file are whole already
        while kept.edges > few and not settled:
            before, kept = kept, _round(engine.spark, kept, Path(scratch, uuid.uuid4().hex))
            settled = kept.weight == before.weight
            shutil.rmtree(before.files[0].parent, ignore_errors=True)
        found = [np.load(file) for file in kept.files]
        for ends in found if settled else [stars_of(np.concatenate(found))]:
            roots[ends[:, 0]] = ends[:, 1]
    return roots


def stars_of(ends: Ends) -> Ends:
    """Join edges on this machine: return one edge from each id to the smallest id of its component."""
    nodes = pl.Series(np.unique(ends))
    roots = here.components(nodes, pl.Series(ends[:, 0]), pl.Series(ends[:, 1])).to_numpy()
    pairs = np.column_stack([nodes.to_numpy(), roots])
    stars: Ends = pairs[pairs[:, 0] != pairs[:, 1]]
    return stars


def _reduce(task: tuple[Path, Path]) -> Kept:
    """Leave of one file's edges what still says the same: repeated and circular ones go first."""
    source, target = task
    return _keep(stars_of(np.load(source)), target)


def _keep(ends: Ends, path: Path) -> Kept:
    with written(path) as draft, draft.open("wb") as file:
        np.save(file, ends)
    return Kept((path,), len(ends), int(ends.sum()))


def _whole(parts: Sequence[Kept]) -> Kept:
    files = tuple(file for part in parts if part.edges for file in part.files)
    return Kept(files, sum(part.edges for part in parts), sum(part.weight for part in parts))


def _round(spark: SparkSession, kept: Kept, folder: Path) -> Kept:
    """Make one large and one small star of every id, and keep the edges in ``folder``.

    Files between the rounds, so that a lost worker costs its part of one round.
    """

    def save(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        read = [np.column_stack([one.column(at).to_numpy() for at in (0, 1)]) for one in batches]
        if edges := sum(map(len, read)):
            part = _keep(np.concatenate(read), folder / f"{uuid.uuid4().hex}.npy")
            row = {"file": str(part.files[0]), "edges": edges, "weight": part.weight}
            yield pa.RecordBatch.from_pylist([row])

    with hushed():
        rows = collected(starred(_edges(spark, kept.files)).mapInArrow(save, _FILE))
    return _whole([Kept((Path(row.file),), row.edges, row.weight) for row in rows])


def starred(edges: DataFrame) -> DataFrame:
    """Return the edges after one large and one small star of every id."""
    ends = edges.selectExpr("stack(2, child, parent, parent, child) as (at, other)")
    least = "least(at, min(other) over (partition by at)) as parent"
    large = ends.selectExpr("at", "other", least).where("other > at").selectExpr("other as child", "parent")
    small = large.selectExpr("child", "parent", "min(parent) over (partition by child) as least")
    joined = "stack(2, child, least, parent, least) as (child, parent)"
    return small.selectExpr(joined).where("child != parent").distinct()


def _edges(spark: SparkSession, files: Sequence[Path]) -> DataFrame:
    """Return the edges in files, one task for each file."""

    def load(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number in (number for batch in batches for number in batch.column("id").to_pylist()):
            ends = np.load(files[number])
            for begin in range(0, len(ends), _BATCH):
                rows = ends[begin : begin + _BATCH]
                sides = [pa.array(np.ascontiguousarray(rows[:, at])) for at in (0, 1)]
                yield pa.RecordBatch.from_arrays(sides, ["child", "parent"])

    return spark.range(0, len(files), 1, len(files)).mapInArrow(load, _EDGE)
