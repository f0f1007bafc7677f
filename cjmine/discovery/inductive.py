"""Which block-structured model has the log's behaviour? The inductive miner, on counted sequences.

IM (Leemans, Fahland, van der Aalst 2013) without noise: every sequence of the log is in
the model's language. IMf (the same, 2014) where no cut holds: rare flows are left out,
and a cut is sought again. A log is a few arrays, a cut is sought in a graph of bit masks,
a split is done for all sequences at once; Python only walks over the tree.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from cjmine.discovery.counted import Log, nothing
from cjmine.discovery.cuts import first_cut
from cjmine.discovery.fall_throughs import fall_through
from cjmine.discovery.graph import flows_of, frequent, graph_of
from cjmine.discovery.splits import split
from cjmine.domain.models import SILENT, Operator, Tree

_Step = tuple[Tree | Operator, list[Log]]


def inductive(log: Log, noise: float) -> Tree:
    """Return the process tree, in its shortest form.

    Logs wait in a row instead of on Python's stack: a tree may be as deep as there are labels.
    """
    waiting, known = deque([log]), 1
    found: list[tuple[Tree | Operator, range]] = []
    while waiting:
        node, parts = _step(waiting.popleft(), noise)
        found.append((node, range(known, known + len(parts))))
        waiting.extend(parts)
        known += len(parts)
    trees = [SILENT] * len(found)
    for place in reversed(range(len(found))):
        node, children = found[place]
        trees[place] = block(node, [trees[i] for i in children]) if isinstance(node, Operator) else node
    return trees[0]


def _step(log: Log, noise: float) -> _Step:
    """Return a leaf, or an operator and the logs that its children are mined from."""
    if log.empty and len(log.counts):
        rest = replace(log, empty=0)
        if log.empty > noise * log.total:
            return Operator.CHOICE, [nothing(log), rest]
        log = rest
    if not len(log.counts):
        return SILENT, []
    if len(log.walks.labels) == 1:
        return Tree(label=log.walks.names[0]), []
    flows = flows_of(log)
    graph = graph_of(flows)
    cut = first_cut(graph)
    if cut is None and noise > 0:
        cut = first_cut(frequent(flows, noise))
    if cut is not None:
        return cut[0], split(log, cut)
    return fall_through(log, flows, graph)


def block(operator: Operator, children: Sequence[Tree]) -> Tree:
    """Return the shortest tree with the language of a block: no block within a like one, no idle silence."""
    if operator is Operator.LOOP:
        return SILENT if all(child == SILENT for child in children) else Tree(operator, None, tuple(children))
    flat: list[Tree] = []
    for child in children:
        flat.extend(child.children if child.operator is operator else [child])
    silent = [place for place, child in enumerate(flat) if child == SILENT]
    idle = silent[:-1] if operator is Operator.CHOICE else silent
    kept = [child for place, child in enumerate(flat) if place not in idle]
    if len(kept) < 2:  # noqa: PLR2004 (a block of one is that one)
        return kept[0] if kept else SILENT
    return Tree(operator, None, tuple(kept))
