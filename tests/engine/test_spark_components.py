from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cjmine.engine.spark import SparkEngine
from cjmine.engine.spark.components import components

Ends = npt.NDArray[np.int64]
GRAPHS = st.lists(
    st.integers(1, 12).flatmap(
        lambda size: st.tuples(
            st.just(size), st.lists(st.tuples(*[st.integers(0, size - 1)] * 2), max_size=20)
        )
    ),
    min_size=1,
    max_size=40,
)
LONG = 10_000


def smallest(size: int, ends: Ends) -> list[int]:
    """Return the smallest id of each component, one edge after the other (union-find)."""
    parent = list(range(size))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for left, right in ends.tolist():
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    return [root(node) for node in range(size)]


def edge_files(folder: Path, ends: Ends, count: int) -> list[Path]:
    """Write every ``count``-th edge to one file: no file knows how the others go on."""
    paths = [folder / f"{number}.npy" for number in range(count)]
    for number, path in enumerate(paths):
        np.save(path, ends[number::count])
    return paths


def edges(pairs: Sequence[tuple[int, int]]) -> Ends:
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def chain(ids: Ends) -> Ends:
    return np.column_stack([ids[:-1], ids[1:]])


# an example joins up to forty graphs in one go, as each round of Spark costs half a second
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(graphs=GRAPHS)
def test_components_of_random_graphs(spark: Any, tmp_path: Path, graphs: list[tuple[int, Any]]) -> None:
    offsets = np.cumsum([0, *(size for size, _ in graphs)])
    size, folder = int(offsets[-1]), Path(mkdtemp(dir=tmp_path))
    ends = np.concatenate([edges(pairs) + at for (_, pairs), at in zip(graphs, offsets, strict=False)])
    files = edge_files(folder, ends, 3)
    engine = SparkEngine(spark, folder)
    found = components(engine, size, files, few=0)
    assert found.dtype == np.int64
    assert found.tolist() == smallest(size, ends)
    assert engine.components(size, files).tolist() == found.tolist()
    assert sorted(folder.iterdir()) == sorted(files)


def test_components_of_the_worst_shapes(spark: Any, tmp_path: Path) -> None:
    """Long chains need the most rounds, stars have the most edges at one id; all are joined in one go."""
    ids = np.random.default_rng(7).permutation(LONG)
    shapes = [
        chain(np.arange(LONG)),
        chain(ids),
        np.vstack([chain(ids), [[ids[-1], ids[0]]]]),
        np.column_stack([np.arange(LONG - 1), np.full(LONG - 1, LONG - 1)]),
        np.vstack([chain(ids[::100]), np.column_stack([ids, np.repeat(ids[::100], 100)])]),
    ]
    ends = np.vstack([shape + number * LONG for number, shape in enumerate(shapes)])
    found = components(SparkEngine(spark, tmp_path), LONG * len(shapes), edge_files(tmp_path, ends, 2), few=0)
    assert found.tolist() == np.repeat(np.arange(len(shapes)) * LONG, LONG).tolist()


@pytest.mark.parametrize("spark", ["local-cluster[2,1,1024]"], indirect=True)
def test_components_on_a_cluster(spark: Any, tmp_path: Path) -> None:
    ends = np.random.default_rng(3).integers(0, 100, (60, 2))
    found = components(SparkEngine(spark, tmp_path), 100, edge_files(tmp_path, ends, 2), few=0)
    assert found.tolist() == smallest(100, ends)


def test_without_edges_every_id_stands_alone(spark: Any, tmp_path: Path) -> None:
    engine = SparkEngine(spark, tmp_path)
    assert engine.components(3, []).tolist() == [0, 1, 2]
    assert engine.components(0, []).tolist() == []
    (tmp_path / "edges").mkdir()
    loops = edge_files(tmp_path / "edges", edges([(1, 1), (2, 2)]), 3)
    assert components(engine, 3, loops, few=0).tolist() == [0, 1, 2]
