"""What does the intended move look like, written out by hand as an automaton (domain.md 3.2)?

Only the lists of tolerated and unwanted touchpoints are read from the sample's own
journey file; the flow, who does what and by which channel stand here a second time,
so that a mistake in cjmine's compiler of journeys cannot hide itself.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ruamel.yaml import YAML

from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, Need, What

PLAN_FILE = "moving_home.journey.yaml"
PLAN_NEED = Need.MOVE
SUCCESS, STOPPED = What.CONFIRM.value, What.WITHDRAW.value

_STAGES: tuple[tuple[What, ...], ...] = (
    (What.BROWSE,),
    (What.NOTIFY, What.ACKNOWLEDGE),
    (What.REQUEST, What.PROVIDE),
    (
        *(What.TENANCY, What.CLOSE, What.OPEN, What.BILL),
        *(What.REASSESS, What.BENEFIT_LETTER, What.BENEFIT_EVIDENCE, What.DECIDE, What.NO_CLAIM),
    ),
    (What.CONFIRM, What.RATE),
)
STAGE = {what.value: number for number, stage in enumerate(_STAGES) for what in stage}
BRANCHES: tuple[frozenset[str], ...] = (
    frozenset({What.TENANCY.value}),
    frozenset({What.CLOSE.value, What.OPEN.value, What.BILL.value}),
    frozenset(what.value for what in _STAGES[3][4:]),
)
REPEATS: tuple[tuple[str, ...], ...] = (
    (What.REQUEST.value, What.PROVIDE.value),
    (What.BENEFIT_LETTER.value, What.BENEFIT_EVIDENCE.value),
)
"""What may be done once or not at all, as a round; a second round is one too many."""

BY = {
    What.ACKNOWLEDGE.value: CONTACT_CENTRE,
    What.TENANCY.value: HOUSING,
    What.CLOSE.value: COUNCIL_TAX,
    What.OPEN.value: COUNCIL_TAX,
    What.BILL.value: COUNCIL_TAX,
    What.REASSESS.value: BENEFITS,
    What.DECIDE.value: BENEFITS,
    What.NO_CLAIM.value: BENEFITS,
    What.CONFIRM.value: CONTACT_CENTRE,
}
CHANNELS = {
    What.BROWSE.value: ("web",),
    What.NOTIFY.value: ("web", "phone", "face-to-face"),
    What.ACKNOWLEDGE.value: ("email", "sms"),
    What.BILL.value: ("post", "email"),
    What.DECIDE.value: ("post", "email"),
    What.CONFIRM.value: ("email", "sms", "post"),
    What.RATE.value: ("survey",),
}


class State(NamedTuple):
    """Where a move stands: how far overall, and how far in each of the three branches.

    ``phase``: 0 start, 1 page read, 2 told, 3 acknowledged, 4 evidence asked for,
    5 evidence given, 6 branches under way, 7 confirmed, 8 rated.
    """

    phase: int
    housing: int = 0
    tax: int = 0
    benefits: int = 0


START = State(0)
_TAX = (What.CLOSE.value, What.OPEN.value, What.BILL.value)
_DECIDED = 4
_BENEFITS: dict[int, dict[str, int]] = {
    0: {What.REASSESS.value: 1, What.NO_CLAIM.value: _DECIDED},
    1: {What.BENEFIT_LETTER.value: 2, What.DECIDE.value: _DECIDED},
    2: {What.BENEFIT_EVIDENCE.value: 3},
    3: {What.DECIDE.value: _DECIDED},
    _DECIDED: {},
}
_WORKING, _CONFIRMED, _RATED = 6, 7, 8


@cache
def steps(state: State) -> tuple[tuple[str, State], ...]:
    """Return the steps the plan allows in ``state``, in the order of their names, each with what follows."""
    found: dict[str, State] = {}
    if state.phase == 0:
        found[What.BROWSE.value] = State(1)
    if state.phase in {0, 1}:
        found[What.NOTIFY.value] = State(2)
    if state.phase == 2:  # noqa: PLR2004 - the phases are told in State
        found[What.ACKNOWLEDGE.value] = State(3)
    if state.phase == 3:  # noqa: PLR2004
        found[What.REQUEST.value] = State(4)
    if state.phase == 4:  # noqa: PLR2004
        found[What.PROVIDE.value] = State(5)
    if state.phase in {3, 5, _WORKING}:
        found |= _work(state)
    if state.phase == _CONFIRMED:
        found[What.RATE.value] = State(_RATED)
    return tuple(sorted(found.items()))


def _work(state: State) -> dict[str, State]:
    """Return the steps of the three branches, and the confirmation once all have ended."""
    found: dict[str, State] = {}
    if not state.housing:
        found[What.TENANCY.value] = state._replace(phase=_WORKING, housing=1)
    if state.tax < len(_TAX):
        found[_TAX[state.tax]] = state._replace(phase=_WORKING, tax=state.tax + 1)
    for label, then in _BENEFITS[state.benefits].items():
        found[label] = state._replace(phase=_WORKING, benefits=then)
    if not found:
        found[SUCCESS] = State(_CONFIRMED)
    return found


def final(state: State) -> bool:
    """Say whether the journey may end here."""
    return state.phase in {_CONFIRMED, _RATED}


@cache
def requires(state: State, service: str) -> bool:
    """Say whether every way on from ``state`` has a step by ``service``."""
    if final(state):
        return False
    return all(BY.get(label) == service or requires(then, service) for label, then in steps(state))


@cache
def reaches(state: State, label: str) -> bool:
    """Say whether some way on from ``state`` has the step ``label``."""
    return any(label == step or reaches(then, label) for step, then in steps(state))


@cache
def all_states() -> tuple[State, ...]:
    """Return every state, each after those it leads to."""
    found: dict[State, None] = {}

    def visit(state: State) -> None:
        if state not in found:
            for _, then in steps(state):
                visit(then)
            found[state] = None

    visit(START)
    return tuple(found)


def _listed(key: str) -> tuple[str, ...]:
    """Return the labels under ``anytime`` or ``unwanted`` of the sample's journey file."""
    text = files("cjmine.northmoor").joinpath(PLAN_FILE).read_text(encoding="utf-8")
    entries = YAML(typ="safe").load(text)[key]
    return tuple(next(iter(entry)) if isinstance(entry, dict) else str(entry) for entry in entries)


ANYTIME = frozenset(_listed("anytime"))
UNWANTED = frozenset(_listed("unwanted"))
FLOW = frozenset(STAGE)
PLAN_STEPS = FLOW | ANYTIME | {STOPPED}
"""What counts as a step of the plan when a contact is named; unwanted touchpoints are none."""
