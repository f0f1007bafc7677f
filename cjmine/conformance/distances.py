"""How many visible steps of the model lie between any two of its states?

Computed once per automaton: shortest paths with integer-safe weights (a silent
arc 1, a visible arc n + 1, whole division afterwards: a shortest path has fewer
than n + 1 silent arcs, so they never add up to a step).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cjmine.domain.models import Automaton, IntArray
from cjmine.errors import ModelError

Sparse = Any  # scipy.sparse ships without types

LIMIT = 6_000  # states: the table of distances then has 36 million cells of 4 bytes
_CHUNK = 4_000_000  # float cells per block of sources
FAR = np.iinfo(np.int32).max // 4  # no way: larger than any distance


def distances(automaton: Automaton) -> IntArray:
    """Return the (states, states) table of fewest visible steps; ``FAR`` where there is no way.

    Raises ``ModelError`` beyond 6,000 states.
    """
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - slow to import

    n = automaton.n_states
    if n > LIMIT:
        msg = f"the model has {n:,} states; alignments are computed up to {LIMIT:,}"
        raise ModelError(msg, "shorten the parallel branches, or split the journey into two")
    arcs = _lightest(automaton)
    table = np.empty((n, n), dtype=np.int32)
    step = max(1, _CHUNK // n)
    for first in range(0, n, step):
        sources = np.arange(first, min(first + step, n))
        found = dijkstra(arcs, indices=sources)
        found[np.isinf(found)] = FAR * (n + 1.0)
        table[sources] = found // (n + 1)
    return table


def silent_reach(automaton: Automaton) -> Sparse:
    """Return the (states, states) sparse 0/1 table: reachable by silent steps alone, itself included."""
    from scipy import sparse  # noqa: PLC0415 - slow to import

    n = automaton.n_states
    one = _ones(automaton.silent[:, 0], automaton.silent[:, 1], n) + sparse.eye_array(n, dtype=np.int32)
    while True:
        further = one @ one
        further.data[:] = 1
        if further.nnz == one.nnz:
            return one.tocsr()
        one = further


def label_steps(automaton: Automaton, reach: Sparse) -> list[Sparse]:
    """Return per label the transposed sparse 0/1 table of one such step and any silent ones after it."""
    n = automaton.n_states
    arcs = automaton.arcs
    tables = []
    for label in range(len(automaton.labels)):
        rows = arcs[arcs[:, 1] == label]
        table = (_ones(rows[:, 0], rows[:, 2], n) @ reach).T.tocsr()
        table.data[:] = 1
        tables.append(table)
    return tables


def _ones(rows: npt.NDArray[Any], columns: npt.NDArray[Any], n: int) -> Sparse:
    from scipy import sparse  # noqa: PLC0415 - slow to import

    return sparse.csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(n, n))


def _lightest(automaton: Automaton) -> Sparse:
    """Return the arcs as one sparse matrix; of arcs between the same two states the lightest."""
    from scipy import sparse  # noqa: PLC0415 - slow to import

    n = automaton.n_states
    rows = np.concatenate([automaton.silent[:, 0], automaton.arcs[:, 0]])
    columns = np.concatenate([automaton.silent[:, 1], automaton.arcs[:, 2]])
    weights = np.repeat([1.0, n + 1.0], [len(automaton.silent), len(automaton.arcs)])
    keys, first = np.unique(rows.astype(np.int64) * n + columns, return_index=True)
    return sparse.csr_array((weights[first], (keys // n, keys % n)), shape=(n, n))
