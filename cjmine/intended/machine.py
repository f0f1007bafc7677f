"""What is a log aligned with: a journey's automaton, or its blocks where that has too many states?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from cjmine.domain.deterministic import too_large
from cjmine.domain.minimal import STATES
from cjmine.domain.models import Automaton, IntendedJourney, PetriNet, Tree
from cjmine.errors import ModelError, StatesError
from cjmine.intended.automaton import automaton_of, defects, ends_of
from cjmine.intended.blocktree import tree_of
from cjmine.intended.minimal import automaton_of_tree, states_at_least
from cjmine.intended.tree_ends import tree_ends


def machine_of(journey: IntendedJourney) -> Automaton:
    """Return an automaton with the language of a journey's flow.

    The net's markings may be too many where its language needs few states: then it is built from
    the blocks. Raises ``StatesError`` when that needs too many states too.
    """
    blocks = blocks_of(journey)
    if blocks is not None and states_at_least(blocks) > STATES:
        raise too_large(STATES)  # at once, instead of when so many have been found
    try:
        return automaton_of(journey.net)
    except StatesError:
        if blocks is None:
            raise
        return automaton_of_tree(blocks)


def machines_of(
    models: Mapping[str, IntendedJourney],
) -> tuple[dict[str, Automaton], dict[str, IntendedJourney]]:
    """Return the automaton of each model that has not too many states; and all models, with their blocks."""
    automata = {}
    for name, model in models.items():
        with suppress(StatesError):
            automata[name] = machine_of(model)
    return automata, {name: replace(model, tree=blocks_of(model)) for name, model in models.items()}


def blocks_of(journey: IntendedJourney) -> Tree | None:
    """Return the blocks of a journey's flow; ``None`` for a net that is no block structure."""
    return journey.tree or blocks_in(journey.net)


def net_ends(net: PetriNet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the steps a journey may begin with, and those it may end with, both sorted.

    Raises ``StatesError`` for a net without blocks that has too many states, ``ModelError`` for one
    whose end cannot be reached.
    """
    blocks = blocks_in(net)
    return ends_of(automaton_of(net)) if blocks is None else tree_ends(blocks)


def stuck(journey: IntendedJourney) -> tuple[str, ...]:
    """Say where a model can get stuck; one made of blocks never does."""
    return () if blocks_of(journey) is not None else defects(journey.net)


def blocks_in(net: PetriNet) -> Tree | None:
    """Return the blocks of a net; ``None`` where it has none."""
    try:
        return tree_of(net)
    except ModelError:
        return None
