"""Intended journeys for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cjmine.domain.models import IntendedJourney, Operator, Tree
from cjmine.intended.load import load_model
from cjmine.intended.net import net_of

CONFIGS = Path(__file__).parent.parent / "configs"
STRICT = Path(__file__).parent / "strict_home.journey.yaml"


@cache
def moving_home() -> IntendedJourney:
    return load_model(CONFIGS / "moving_home.journey.yaml")


@cache
def strict_home() -> IntendedJourney:
    """Moving home with all that a plan can say of its steps, of time, and as rules."""
    return load_model(STRICT)


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
