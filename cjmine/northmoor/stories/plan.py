"""Who pursues which need, when and how? Exact numbers for the whole town, drawn before any story is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from cjmine.domain.vocabulary import Channel
from cjmine.northmoor import clock
from cjmine.northmoor.acts import Need
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.person import Person
from cjmine.northmoor.stories.quotas import grant
from cjmine.northmoor.stories.starts import first_contact, start_of

PER_PERSON = 1.2
PERIODS = ("before", "after")
CLAIMANTS = 0.36
APART = timedelta(days=120)
# need -> share of the journeys of a period, and how many in a hundred of them are of assisted people
SHARES = {
    "before": {Need.MOVE: 40, Need.DISCOUNT: 20, Need.CLAIM: 15, Need.REPAIR: 15, Need.PERMIT: 10},
    "after": {Need.MOVE: 40, Need.DISCOUNT: 14, Need.CLAIM: 27, Need.REPAIR: 9, Need.PERMIT: 10},
}
ASSISTED = {
    "before": {Need.MOVE: 18, Need.DISCOUNT: 15, Need.CLAIM: 35, Need.REPAIR: 22, Need.PERMIT: 15},
    "after": {Need.MOVE: 29, Need.DISCOUNT: 26, Need.CLAIM: 47, Need.REPAIR: 32, Need.PERMIT: 15},
}
_ONE_IN_A_NIGHT = 30  # repairs per emergency call in the night on which the clocks go back
_TRIES = 12


@dataclass(slots=True, kw_only=True)
class Plan:
    """One journey before it is told; ``slots`` holds the pattern drawn for each slot."""

    person: Person
    number: int
    need: Need
    period: str
    start: datetime
    channel: Channel
    claims: bool = False
    slots: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @property
    def after(self) -> bool:
        """Whether the journey begins after the change."""
        return self.period == "after"


Slot = tuple[str, Need, bool]


def plans(everybody: list[Person], seed: int) -> list[list[Plan]]:
    """Return the journeys of each person in order of their start, patterns and all."""
    dice = Dice(seed, 3)
    drawn = _assigned(everybody, _slots(round(PER_PERSON * len(everybody))), dice)
    result: list[list[Plan]] = []
    for person, slots in zip(everybody, drawn, strict=True):
        own: list[Plan] = []
        for slot in slots:
            own.append(_begun(person, slot, own, dice))
        own.sort(key=lambda plan: plan.start)
        for number, plan in enumerate(own):
            plan.number = number
        result.append(own)
    _clocks_back([own[0] for own in result if len(own) == 1], dice)
    journeys = [plan for own in result for plan in own]
    _claims(journeys, dice)
    grant(journeys, seed)
    return result


def _slots(total: int) -> list[Slot]:
    """Return period, need and access of every journey there is to be."""
    found: list[Slot] = []
    for at, period in enumerate(PERIODS):
        journeys = (total + at) // 2
        counts = {need: round(share * journeys / 100) for need, share in SHARES[period].items()}
        counts[Need.MOVE] += journeys - sum(counts.values())
        for need, count in counts.items():
            assisted = round(ASSISTED[period][need] * count / 100)
            found += [(period, need, number < assisted) for number in range(count)]
    return found


def _assigned(everybody: list[Person], slots: list[Slot], dice: Dice) -> list[list[Slot]]:
    """Give everybody one journey and every fifth a second one, of another need and in the other period."""
    drawn: list[list[Slot]] = [[] for _ in everybody]
    # Only tenants ask the council for repairs, so those are given out first.
    order = sorted(dice.shuffled(slots), key=lambda slot: slot[1] is not Need.REPAIR)
    queue = {
        access: dice.shuffled([p for p in everybody if p.assisted is access]) for access in (True, False)
    }
    second: list[Slot] = []
    for slot in order:
        waiting = queue[slot[2]]
        at = next((n for n, one in enumerate(waiting) if one.tenant or slot[1] is not Need.REPAIR), None)
        if at is None:
            second.append(slot)
        else:
            drawn[waiting.pop(at).index].append(slot)
    # Where one kind of people has run out of journeys, a few of the other kind's go to them.
    left = [one for access in (True, False) for one in queue[access]]
    for one in left:
        at = next(n for n, slot in enumerate(second) if one.tenant or slot[1] is not Need.REPAIR)
        drawn[one.index].append(second.pop(at))
    again = dice.shuffled(everybody)
    for slot in second:
        at = _second(again, drawn, slot)
        drawn[again.pop(at).index].append(slot)
    return drawn


def _second(again: list[Person], drawn: list[list[Slot]], slot: Slot) -> int:
    """Return who is to have a second journey: the first who fits, else the first of another need."""
    period, need, access = slot
    loose = -1
    for at, one in enumerate(again):
        (first,) = drawn[one.index]
        if first[1] is need or (need is Need.REPAIR and not one.tenant):
            continue
        if one.assisted is access and first[0] != period:
            return at
        loose = at if loose < 0 else loose
    return loose


def _begun(person: Person, slot: Slot, earlier: list[Plan], dice: Dice) -> Plan:
    """Return a journey with its first contact, some months away from the person's other one."""
    period, need, _ = slot
    channel = first_contact(dice, person, need)
    start = start_of(dice, need, period, channel)
    for _ in range(_TRIES):
        if all(abs(start - other.start) > APART for other in earlier):
            break
        start = start_of(dice, need, period, channel)
    return Plan(person=person, number=0, need=need, period=period, start=start, channel=channel)


def _clocks_back(only: list[Plan], dice: Dice) -> None:
    """Let some emergency repairs (of people without other needs) be reported in the doubled hour."""
    for period, night in zip(PERIODS, clock.CLOCKS_BACK, strict=True):
        repairs = [plan for plan in only if plan.need is Need.REPAIR and plan.period == period]
        for plan in dice.shuffled(repairs)[: max(2, len(repairs) // _ONE_IN_A_NIGHT)]:
            at = datetime.combine(night, time(1, dice.between(1, 45), dice.between(0, 59)))
            plan.start, plan.channel = at.replace(fold=dice.between(0, 1)), Channel.PHONE
            plan.names.add("clocks_back")


def _claims(journeys: list[Plan], dice: Dice) -> None:
    """Say which movers have a claim for benefits."""
    for period in PERIODS:
        moving = [plan for plan in journeys if plan.need is Need.MOVE and plan.period == period]
        for plan in dice.shuffled(moving)[: round(CLAIMANTS * len(moving))]:
            plan.claims = True
