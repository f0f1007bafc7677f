"""Process models as values: block-structured tree, Petri net, automaton, intended journey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cjmine.domain.plan import Length, PlanClock, PlannedStep, Rule, Standard

IntArray = npt.NDArray[np.int32]


class Operator(StrEnum):
    """How the children of a tree node run."""

    SEQUENCE = "sequence"
    CHOICE = "choice"
    PARALLEL = "parallel"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Tree:
    """A block-structured model (process tree).

    A leaf has no operator: ``label`` names a visible step, ``None`` is silent.
    ``LOOP`` has two children: the body, and what leads back to it.
    """

    operator: Operator | None = None
    label: str | None = None
    children: tuple[Tree, ...] = ()


SILENT = Tree()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A Petri net transition; ``label`` is ``None`` when silent."""

    name: str
    label: str | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PetriNet:
    """A place/transition net: places are numbers, arcs may repeat a place (weights)."""

    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    initial: Mapping[int, int]
    final: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Automaton:
    """The reachability graph of a bounded net, state 0 first.

    ``arcs`` has one row (source, label index, target) per visible arc;
    ``silent`` one row (source, target) per silent arc; both sorted.
    """

    labels: tuple[str, ...]
    n_states: int
    finals: tuple[int, ...]
    arcs: IntArray
    silent: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A ``repeat`` block: its steps in order, how often it may run, and the step it waits for."""

    steps: tuple[str, ...]
    minimum: int
    maximum: int
    because: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedJourney:
    """How a journey is meant to run, from any notation.

    ``tree`` is absent for imported nets. ``stages`` gives each stage's steps in
    order; ``branches`` lists, for each ``together``, the steps of its branches;
    ``mapping`` leads from a system's activity to a step, ``by`` from a step to the
    service that is to take it, ``planned`` to all else that the plan says of it.
    ``services`` leads from a service to its systems; it is empty where the plan
    declares none. The representation names what decides about a run's results.
    """

    name: str
    title: str
    net: PetriNet
    tree: Tree | None = None
    version: str = ""
    need: str | None = None
    source: str = ""
    stages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    anytime: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    success: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    branches: tuple[tuple[tuple[str, ...], ...], ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    by: Mapping[str, str] = field(default_factory=dict)
    planned: Mapping[str, PlannedStep] = field(default_factory=dict)
    customer: str = ""
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clock: PlanClock | None = None
    rules: tuple[Rule, ...] = ()
    standards: tuple[Standard, ...] = ()

    @property
    def declared(self) -> tuple[str, ...]:
        """Every step the plan knows, in the flow and beside it, sorted."""
        beside = (*self.anytime, *self.unwanted, *self.stopped)
        return tuple(sorted({*self.steps, *beside}))

    @property
    def providers(self) -> dict[str, tuple[str, ...]]:
        """For each item, the steps with which the customer gives it, both sorted."""
        found: dict[str, list[str]] = {}
        for name, step in sorted(self.planned.items()):
            for item in step.info:
                found.setdefault(item, []).append(name)
        return {item: tuple(steps) for item, steps in sorted(found.items())}

    @property
    def lengths(self) -> tuple[Length, ...]:
        """Every length of time that the plan states: of limits, rules and standards."""
        limits = [limit for step in self.planned.values() for limit in (step.within, step.not_before)]
        stated = [
            *(limit.length for limit in limits if limit is not None),
            *(rule.length for rule in self.rules),
            *(standard.limit for standard in self.standards),
        ]
        return tuple(length for length in stated if length is not None)

    @property
    def steps(self) -> tuple[str, ...]:
        """Labels of the net's visible transitions, sorted."""
        return tuple(sorted({t.label for t in self.net.transitions if t.label is not None}))
