"""What is planted, how often, and whom can it befall? The one table of the sample's waste and decoys.

Rates are the 'before' column of domain.md 6.3 where that column has the pattern.
They are quotas, not chances: ``round(rate x journeys / 100)`` people are drawn
for each pattern. Patterns of one slot exclude each other, those of different
slots may meet in one journey. What is realised is a little less: a journey cut
off by the end of the log keeps only what happened before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from cjmine.domain.vocabulary import Channel
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.world import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Something planted, ``per_100`` journeys; without codes it is a decoy for the codes in ``tempts``."""

    name: str
    slot: str
    per_100: float
    what: str
    codes: tuple[str, ...] = ()
    tempts: tuple[str, ...] = ()
    whom: str = "any"


_WHOM: dict[str, Callable[[Person, Collection[str]], bool]] = {
    "any": lambda _person, _plan: True,
    "web": lambda person, _plan: person.notifies is Channel.WEB,
    "not phone": lambda person, _plan: person.notifies is not Channel.PHONE,
    "tenant": lambda person, _plan: person.tenant,
    "caller": lambda person, plan: person.notifies is Channel.PHONE or "chase" in plan,
}

# What a journey cannot have once it has been given up.
ENDINGS = frozenset({"abandoned", "withdrawn"})
_AFTER_AN_ENDING = frozenset({"evidence", "referral", "chase", "complaint", "tax", "after"})

# fmt: off
PATTERNS = (
    # how it ends
    Pattern(name="abandoned", slot="ending", per_100=6, codes=("abandoned",),
            what="the customer never answers the evidence letter"),
    Pattern(name="withdrawn", slot="ending", per_100=2, codes=("stopped",),
            what="the customer calls the move off"),
    # the form
    Pattern(name="form_self_loop", slot="form", per_100=9, codes=("L1",), whom="web",
            what="the form is refused and sent again later, with other contents"),
    Pattern(name="double_fire", slot="form", per_100=6, codes=("D5",), whom="web",
            what="one press of the button writes two equal rows within a second"),
    # acknowledgement
    Pattern(name="missing_acknowledge", slot="acknowledge", per_100=14, codes=("V1",),
            what="no acknowledgement is sent"),
    # the first days
    Pattern(name="repeat_contact", slot="early", per_100=15, codes=("D1",),
            what="an enquiry by phone 2 to 7 days after telling us, nothing answered between"),
    Pattern(name="parallel_channels", slot="early", per_100=8, codes=("D2",), whom="not phone",
            what="a phone call about the same need within 46 hours of the form or visit"),
    Pattern(name="resubmitted", slot="early", per_100=10, codes=("D3",), whom="web",
            what="the same form with the same contents 1 to 9 days later"),
    Pattern(name="carried", slot="early", per_100=8, codes=("H3",),
            what="told to ring council tax, the customer does so 1 to 3 working days later"),
    Pattern(name="answered", slot="early", per_100=20, tempts=("D1",),
            what="decoy: an enquiry within 7 days, but the council answered in between"),
    Pattern(name="other_need", slot="early", per_100=20, tempts=("D1", "D2"),
            what="decoy: a call within 6 days about the bins"),
    # evidence
    Pattern(name="evidence_loop", slot="evidence", per_100=22, codes=("L2", "L3", "V8"),
            what="two rounds (one in seven: three) of evidence; one is allowed"),
    Pattern(name="one_round", slot="evidence", per_100=26, tempts=("L2", "L3", "V8"),
            what="decoy: the one round of evidence that the plan allows"),
    # referrals
    Pattern(name="ping_pong", slot="referral", per_100=6, codes=("L5", "L6", "H2"), whom="tenant",
            what="housing > council tax > housing > council tax, each by explicit referral"),
    Pattern(name="referral", slot="referral", per_100=15, codes=("H2",),
            what="one service refers the case to another, which takes it up days later"),
    # silence
    Pattern(name="chase", slot="chase", per_100=30, codes=("V2",),
            what="a call to chase progress after more than a week in which nothing happened"),
    Pattern(name="complaint", slot="complaint", per_100=3, codes=("V2",),
            what="a complaint by e-mail while the work is open"),
    Pattern(name="transferred", slot="transfer", per_100=12, codes=("H1",), whom="caller",
            what="a call is put through to another service (one in ten under a new call id)"),
    # council tax
    Pattern(name="bill_first", slot="tax", per_100=5, codes=("V3",),
            what="the bill is issued before the new account is opened"),
    Pattern(name="instalments", slot="after", per_100=20, tempts=("L1", "L3"),
            what="decoy: monthly instalment reminders, bulk and automatic"),
)
# fmt: on


def plans(everybody: list[Person], seed: int) -> list[frozenset[str]]:
    """Return the patterns that each person's journey is to have, in the order of ``everybody``."""
    taken: list[dict[str, str]] = [{} for _ in everybody]
    for number, pattern in enumerate(PATTERNS):
        quota = round(pattern.per_100 * len(everybody) / 100)
        for at in Dice(seed, 3, number).shuffled(range(len(everybody))):
            if quota == 0:
                break
            plan = taken[at]
            ended = not ENDINGS.isdisjoint(plan.values()) and pattern.slot in _AFTER_AN_ENDING
            if pattern.slot not in plan and not ended and _WHOM[pattern.whom](everybody[at], plan.values()):
                plan[pattern.slot] = pattern.name
                quota -= 1
    return [frozenset(plan.values()) for plan in taken]
