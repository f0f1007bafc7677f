"""Which net do the nodes and flows of a BPMN process stand for?

One place per sequence flow; a node takes from its incoming and gives to its
outgoing flows (Dijkman, Dumas, Ouyang 2008). Several incoming flows of a task
merge, several outgoing ones split, as BPMN 2.0 says. An inclusive split gives
skipped branches' tokens straight to its join.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations

from cjmine.domain.models import PetriNet
from cjmine.intended.net import NetBuilder, fused

INCLUSIVE_LIMIT = 5


@dataclass(slots=True)
class Node:
    """A flow node: ``kind`` is its BPMN element name, ``inner`` the scope of a flattened sub-process."""

    id: str
    kind: str
    label: str | None = None
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    inner: Scope | None = None
    called: str = ""


@dataclass(slots=True)
class Scope:
    """The nodes of a process or sub-process, and the two ends of each flow by the flow's id."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)


class BpmnNet:
    """A process being drawn as a net; ``faults`` names the inclusive gateways that cannot be."""

    def __init__(self) -> None:
        self.builder = NetBuilder()
        self.faults: list[str] = []

    def net(self, scope: Scope, *, parallel_ends: bool = False) -> PetriNet:
        """Return the process's net, its hand-on silent steps fused away.

        With ``parallel_ends`` end events consume their token, and the process is
        over when none is left: BPMN's own rule, for which a sink is no help.
        """
        source, sink = self.builder.place("source"), self.builder.place("sink")
        self._scope(scope, source, () if parallel_ends else (sink,))
        net = self.builder.net(source, sink)
        return fused(replace(net, final={}) if parallel_ends else net)

    def _scope(self, scope: Scope, start: int, end: tuple[int, ...]) -> None:
        flow = {name: self.builder.place(name) for name in scope.flows}
        joined: set[str] = set()
        for node in scope.nodes.values():
            if node.kind == "inclusiveGateway" and len(node.outgoing) > 1:
                joined |= self._inclusive(node, scope, flow)
        for node in scope.nodes.values():
            self._node(node, flow, start, end, joined)

    def _node(
        self, node: Node, flow: dict[str, int], start: int, end: tuple[int, ...], joined: set[str]
    ) -> None:
        ins, outs = tuple(flow[f] for f in node.incoming), tuple(flow[f] for f in node.outgoing)
        add, kind = self.builder.transition, node.kind
        if kind == "startEvent":
            add(None, (start,), outs, node.id)
        elif kind == "endEvent":
            for place in ins:
                add(None, (place,), end, node.id)
        elif kind == "parallelGateway" or node.id in joined:
            add(None, ins, outs, node.id)
        elif kind in {"exclusiveGateway", "eventBasedGateway"} or (
            kind == "inclusiveGateway" and len(outs) == 1
        ):
            here = self.builder.place(node.id)
            for place in ins:
                add(None, (place,), (here,), node.id)
            for place in outs:
                add(None, (here,), (place,), node.id)
        elif kind != "inclusiveGateway":
            self._activity(node, ins, outs)

    def _activity(self, node: Node, ins: tuple[int, ...], outs: tuple[int, ...]) -> None:
        before = ins[0]
        if len(ins) > 1:
            before = self.builder.place(node.id)
            for place in ins:
                self.builder.transition(None, (place,), (before,), node.id)
        if node.inner is None:
            self.builder.transition(node.label, (before,), outs, node.id)
            return
        inside, after = self.builder.place(f"{node.id} begins"), self.builder.place(f"{node.id} ends")
        self.builder.transition(None, (before,), (inside,), node.id)
        self._scope(node.inner, inside, (after,))
        self.builder.transition(None, (after,), outs, node.id)

    def _inclusive(self, split: Node, scope: Scope, flow: dict[str, int]) -> set[str]:
        """Draw every non-empty choice of branches; return the id of the join, now a parallel one."""
        reached = [_joins(branch, scope) for branch in split.outgoing]
        joins = {scope.flows[f][1] for hits in reached for f in hits}
        join = scope.nodes[min(joins)] if len(joins) == 1 else None
        hits = [next(iter(h)) for h in reached if len(h) == 1]
        if len(split.outgoing) > INCLUSIVE_LIMIT or len(split.incoming) != 1:
            self.faults.append(
                f"inclusive gateway {split.called} has {len(split.outgoing)} branches; "
                f"one way in and at most {INCLUSIVE_LIMIT} out are supported"
            )
            return set()
        if join is None or sorted(hits) != sorted(join.incoming):
            self.faults.append(
                f"inclusive gateway {split.called} needs one inclusive gateway where just its branches meet"
            )
            return set()
        for n in range(1, len(hits) + 1):
            for chosen in combinations(range(len(hits)), n):
                outputs = tuple(flow[split.outgoing[i] if i in chosen else hits[i]] for i in range(len(hits)))
                self.builder.transition(None, (flow[split.incoming[0]],), outputs, split.id)
        return {join.id}


def _joins(branch: str, scope: Scope) -> set[str]:
    """Return the flows by which a branch first reaches an inclusive join."""
    found: set[str] = set()
    seen, todo = {branch}, [branch]
    while todo:
        flow = todo.pop()
        target = scope.nodes[scope.flows[flow][1]]
        if target.kind == "inclusiveGateway" and len(target.incoming) > 1:
            found.add(flow)
            continue
        new = [f for f in target.outgoing if f not in seen]
        seen.update(new)
        todo += new
    return found
