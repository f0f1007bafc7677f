"""What does each group of a cut see of the log?

Each sequence is divided among the groups of a cut as the inductive miner does it
(Leemans 2017); where a sequence does not fit the cut, because rare
flows were left out, as many of its steps stay as can.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cjmine.discovery.counted import Ints, Log, parted
from cjmine.discovery.cuts import Cut
from cjmine.discovery.graph import bits
from cjmine.domain.models import Operator

Groups = npt.NDArray[np.int32]
"""The group of each row; -1 where the cut left the row's label out."""


def split(log: Log, cut: Cut) -> list[Log]:
    """Return the log of each group."""
    operator, masks = cut
    of_label = np.full(log.size, -1, np.int32)
    for number, mask in enumerate(masks):
        of_label[list(bits(mask))] = number
    groups = of_label[log.walks.labels]
    if operator is Operator.CHOICE:
        return _chosen(log, groups, len(masks))
    if operator is Operator.LOOP:
        return _rounds(log, groups)
    if operator is Operator.SEQUENCE:
        groups = _in_order(log, groups, len(masks))
    return parted(log, groups, log.walk_of, log.counts, [None] * len(masks))


def without(log: Log, label: int) -> list[Log]:
    """Return the log of one label alone, and the log of all others."""
    part = (log.walks.labels != label).astype(np.int32)
    return parted(log, part, log.walk_of, log.counts, [None, None])


def cut_before(log: Log, fresh: npt.NDArray[np.bool_]) -> Log:
    """Return the log in which each marked row begins a sequence of its own."""
    begins = fresh.copy()
    begins[log.walks.begins] = True
    pieces, counts = _pieces(log, begins)
    return parted(log, np.zeros(len(pieces), np.int32), pieces, counts, [0])[0]


def _chosen(log: Log, groups: Groups, count: int) -> list[Log]:
    """Give each sequence to the group that has most of its steps, the later one where two are equal."""
    walk_of = log.walk_of
    key, times = np.unique(walk_of * (count + 1) + groups + 1, return_counts=True)
    walk, group = key // (count + 1), key % (count + 1) - 1
    times[group < 0] = 0
    best = np.full(len(log.counts), count - 1, np.int32)
    order = np.lexsort((group, times, walk))
    order = order[times[order] > 0]
    best[walk[order]] = group[order]  # of rows for one sequence the last one stays
    part = np.where(groups == best[walk_of], groups, -1)
    left = np.bincount(walk_of[part >= 0], minlength=len(best)) == 0
    empties = [0] * (count - 1) + [int(log.counts[left].sum())]
    return parted(log, part, walk_of, log.counts, empties)


def _rounds(log: Log, groups: Groups) -> list[Log]:
    """Make each run of steps of the body, or of what leads back, a sequence of its own.

    A sequence that does not end in the body ends with an empty round of it.
    """
    fresh = np.ones(len(groups), dtype=bool)
    np.not_equal(groups[1:], groups[:-1], out=fresh[1:])
    fresh[log.walks.begins] = True
    pieces, counts = _pieces(log, fresh)
    last = groups[log.walks.begins + log.walks.lengths - 1]
    return parted(log, groups, pieces, counts, [int(log.counts[last != 0].sum()), 0])


def _pieces(log: Log, fresh: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the number of each row's piece, and how often each piece counts."""
    return np.cumsum(fresh) - 1, np.repeat(log.counts, log.walks.lengths)[fresh]


def _in_order(log: Log, groups: Groups, count: int) -> Groups:
    """Return the groups of the rows that stay where the groups must follow each other."""
    walks = log.walks
    astray = groups < 0
    back = groups[1:] < groups[:-1]
    back[walks.begins[1:] - 1] = False
    astray[1:] |= back
    walk_of = log.walk_of
    unfit = np.bincount(walk_of[astray], minlength=len(log.counts)) > 0
    rows = np.flatnonzero(unfit[walk_of])
    if len(rows):
        groups = groups.copy()
        groups[rows] = _best_splits(groups[rows], walk_of[rows], count)
    return groups


def _best_splits(groups: Groups, walk_of: Ints, count: int) -> Groups:
    """Divide each sequence from the front, group by group.

    A group takes the stretch in which steps of its own outnumber those of later groups
    by most (the shortest such); steps of other groups in there are left out.
    """
    kept = np.full(len(groups), -1, np.int32)
    live = np.arange(len(groups))
    for group in range(count):
        if not len(live):
            break
        here = groups[live]
        begins = np.flatnonzero(np.diff(walk_of[live], prepend=-1))
        lengths = np.diff(begins, append=len(live))
        cost = np.where(here == group, -1, np.where((here >= 0) & (here < group), 0, 1))
        total = np.cumsum(cost)
        total -= np.repeat(total[begins] - cost[begins], lengths)
        lowest = np.repeat(np.minimum.reduceat(total, begins), lengths)
        reached = (total == lowest) & (lowest < 0)
        # rows behind the first one at which the lowest cost is reached are left to later groups
        times = np.cumsum(reached)
        times -= np.repeat((times - reached)[begins], lengths)
        taken = (lowest < 0) & (times - reached == 0)
        mine = live[taken & (here == group)]
        kept[mine] = group
        live = live[~taken]
    return kept
