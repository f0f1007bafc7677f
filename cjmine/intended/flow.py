"""What is asked of the flow of a plan: its ways as a machine, and its rules beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cjmine.domain.minimal import minimal
from cjmine.domain.models import Automaton, IntendedJourney
from cjmine.domain.plan import Rule
from cjmine.intended.automaton import automaton_of
from cjmine.intended.minimal import automaton_of_tree
from cjmine.intended.rule_automata import automaton_of_rule
from cjmine.intended.ways import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of a journey, over all steps that its plan declares.

    ``steps`` are those of the flow itself; ``machine`` also lets each step of
    ``anytime`` that a rule speaks of happen in every state.
    """

    journey: IntendedJourney
    labels: tuple[str, ...]
    steps: tuple[str, ...]
    machine: Machine
    info: dict[str, tuple[str, ...]]

    def rule(self, rule: Rule) -> Machine:
        """Return the machine of a rule."""
        return Machine(automaton_of_rule(rule, self.labels, anytime=self.journey.anytime, info=self.info))


def flow_of(journey: IntendedJourney) -> Flow:
    """Return the flow of a journey; raises ``ModelError`` when it has too many states."""
    own = automaton_of_tree(journey.tree) if journey.tree else minimal(automaton_of(journey.net))
    info = journey.providers
    spoken = {name for rule in journey.rules for name in (rule.activation, rule.target)}
    spoken |= {step for item in spoken for step in info.get(item, ())}
    labels = journey.declared
    code = {label: number for number, label in enumerate(labels)}
    arcs = own.arcs.copy()
    arcs[:, 1] = np.array([code[label] for label in own.labels], np.int32)[own.arcs[:, 1]]
    states = np.arange(own.n_states, dtype=np.int32)
    loops = [
        np.column_stack([states, np.full_like(states, code[label]), states])
        for label in journey.anytime
        if label in spoken
    ]
    whole = Automaton(
        labels=labels,
        n_states=own.n_states,
        finals=own.finals,
        arcs=np.concatenate([arcs, *loops]),
        silent=own.silent,
    )
    return Flow(journey=journey, labels=labels, steps=own.labels, machine=Machine(whole), info=info)
