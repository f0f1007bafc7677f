"""Do two models allow exactly the same journeys?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cjmine.domain.minimal import minimal
from cjmine.domain.models import Automaton, IntendedJourney
from cjmine.intended.automaton import automaton_of
from cjmine.intended.minimal import automaton_of_tree


def same_language(one: Automaton, other: Automaton) -> bool:
    """Say whether two minimal automata accept the same journeys: they are equal but for labels never used."""
    return _told(one) == _told(other)


def flow_automaton(journey: IntendedJourney, names: Mapping[str, str] | None = None) -> Automaton:
    """Return the minimal automaton of a journey's flow, its steps called by ``names`` where those have them.

    Raises ``ModelError`` when there are too many states.
    """
    made = minimal(automaton_of(journey.net)) if journey.tree is None else automaton_of_tree(journey.tree)
    called = [(names or {}).get(label, label) for label in made.labels]
    labels = sorted(set(called))
    arcs = made.arcs.copy()
    arcs[:, 1] = np.array([labels.index(name) for name in called], np.int32)[made.arcs[:, 1]]
    renamed = Automaton(
        labels=tuple(labels), n_states=made.n_states, finals=made.finals, arcs=arcs, silent=made.silent
    )
    return minimal(renamed)


def _told(automaton: Automaton) -> tuple[int, tuple[int, ...], list[tuple[int, str, int]]]:
    arcs = [(source, automaton.labels[label], target) for source, label, target in automaton.arcs.tolist()]
    return automaton.n_states, automaton.finals, sorted(arcs)
