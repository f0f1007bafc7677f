"""Intended journeys for tests."""

from __future__ import annotations

import dataclasses
from datetime import time
from functools import cache
from pathlib import Path

from cjmine.domain.models import IntendedJourney, Operator, Tree
from cjmine.domain.plan import Length, Place, Standard, Unit
from cjmine.intended.load import load_model
from cjmine.intended.net import net_of

HERE = Place(1, 1)
FOUR_HOURS = Length(4, Unit.HOUR)
CONFIGS = Path(__file__).parent.parent / "configs"
STRICT = Path(__file__).parent / "strict_home.journey.yaml"


@cache
def moving_home() -> IntendedJourney:
    return load_model(CONFIGS / "moving_home.journey.yaml")


@cache
def strict_home() -> IntendedJourney:
    """Moving home with all that a plan can say of its steps, of time, and as rules."""
    return load_model(STRICT)


def with_standards(model: IntendedJourney) -> IntendedJourney:
    """Return the model with standards of every form: in hours, from the start, and numbers of times."""
    pause = ("request_evidence", "provide_evidence")
    more = (
        Standard(name="told", title="t", place=HERE, start="start", stop="acknowledge", limit=FOUR_HOURS),
        Standard(
            name="closed",
            title="t",
            place=HERE,
            start="notify_move",
            stop="close_old_account",
            limit=Length(8, Unit.WORKING_HOUR),
            pause=pause,
            received_after=time(12),
        ),
        Standard(name="chased", title="t", place=HERE, step="chase_progress", most=1),
    )
    return dataclasses.replace(model, standards=(*model.standards, *more))


def sequence_model(steps: str) -> IntendedJourney:
    """Each letter is a step in a stage of its own."""
    tree = Tree(operator=Operator.SEQUENCE, children=tuple(Tree(label=step) for step in steps))
    return IntendedJourney(
        name="m",
        title="m",
        net=net_of(tree),
        tree=tree,
        need="n",
        stages=tuple((f"stage {step}", (step,)) for step in steps),
        starts=(steps[0],),
        success=(steps[-1],),
    )
