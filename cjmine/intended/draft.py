"""Which intended journey is drafted from a mined tree, and how is it said that it is a draft?"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cjmine.domain.models import IntendedJourney, Tree
from cjmine.domain.plan import Place, PlannedStep
from cjmine.domain.vocabulary import Channel
from cjmine.errors import ModelError
from cjmine.intended.blocks import leaves
from cjmine.intended.commented import Notes
from cjmine.intended.nearest import Widened, arranged, sayable
from cjmine.intended.net import net_of
from cjmine.intended.notation_write import write_notation
from cjmine.intended.tree_ends import tree_ends

_WIDE = 108
_CHANNELS = frozenset(channel.value for channel in Channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A journey with the words of the notation, and what had to be widened for them."""

    journey: IntendedJourney
    widened: tuple[Widened, ...]

    def text(self, notes: Notes, told: Iterable[str]) -> str:
        """Return the draft as a file, ``told`` being what stands above it as comments."""
        wide = [f"Widened: {what}." for _, what in self.widened]
        paragraphs = [textwrap.wrap(one, _WIDE, break_on_hyphens=False) for one in (*told, *wide)]
        head = [f"# {line}".rstrip() for lines in paragraphs for line in lines]
        return "\n".join([*head, write_notation(self.journey, notes)])


def draft(
    tree: Tree,
    name: str,
    *,
    need: str | None,
    anytime: Collection[str],
    mapping: Mapping[str, str],
    by: Mapping[str, str],
    channels: Mapping[str, Collection[str]],
    place: Mapping[str, float],
    often: Mapping[str, int],
) -> Draft:
    """Return the draft of a tree whose labels are names of the notation.

    ``place`` says how early a step mostly comes, ``often`` how many journeys have it: in these orders
    parallel branches and ways are written.

    Raises ``ModelError`` for a tree without a visible step.
    """
    if not leaves(tree):
        msg = "the journeys have no step to draft from"
        raise ModelError(msg)
    flow, widened = sayable(tree)
    flow = arranged(flow, place, often)
    first, last = tree_ends(flow)
    every = [*leaves(flow), *anytime]
    journey = IntendedJourney(
        name=name,
        title="",
        net=net_of(flow),
        tree=flow,
        need=need,
        anytime=tuple(sorted(anytime)),
        starts=first,
        success=last,
        mapping=dict(sorted(mapping.items())),
        by={step: service for step, service in sorted(by.items()) if step in every},
        planned={
            step: PlannedStep(
                place=Place(0, 0), channels=tuple(c for c in channels.get(step, ()) if c in _CHANNELS)
            )
            for step in every
        },
    )
    return Draft(journey=journey, widened=widened)
