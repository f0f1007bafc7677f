"""Work that runs in parallel is read one thread at a time (0.1, ruling 6)."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl

from cjmine.detectors.steps import Sequence
from cjmine.domain.kernel import Context
from cjmine.domain.models import IntendedJourney
from cjmine.domain.walks import coded

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


def threaded(
    steps: pl.DataFrame, sequence: Sequence, context: Context, *, by_service: bool = True
) -> pl.DataFrame:
    """Return the steps in order of their ``line``, a thread of one journey; once for each they belong to.

    With a model: steps of one `together` are split by branch, the others belong
    to every thread. Without: one thread for each service, unless services are
    what is compared.
    """
    kind, step = steps["type"].to_numpy(), steps["step"].to_numpy()
    free = ~sequence.types.is_in(sorted(context.models)).to_numpy()[kind]
    places = [np.flatnonzero(free)]
    threads = [np.zeros(len(places[0]), dtype=np.int64)]
    if by_service:
        services = sequence.events["service"].gather(steps["at"].gather(places[0]))
        threads = [coded(services)[0].astype(np.int64)]
    for name in sorted(context.models):
        mine = sequence.types.index_of(name)
        for number, left_out in enumerate(threads_of(context.models[name]) if mine is not None else ()):
            kept = np.flatnonzero((kind == mine) & ~sequence.known(left_out)[step])
            places.append(kept)
            threads.append(np.full(len(kept), number, dtype=np.int64))
    place, thread = np.concatenate(places), np.concatenate(threads)
    line = steps["journey"].to_numpy()[place] * (thread.max(initial=0) + 1) + thread
    order = np.argsort(line, kind="stable")
    return steps[place[order]].with_columns(pl.Series("line", line[order]).rle_id())
