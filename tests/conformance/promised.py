"""Journeys with standards, arranged and judged as a run does it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cjmine.conformance.aligned import align_all
from cjmine.conformance.promises import PROMISES
from cjmine.discovery.variants import count_variants, distinct_variants
from cjmine.domain.deadlines import Deadlines
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.models import IntendedJourney, Operator, Tree
from cjmine.domain.office_hours import office_hours, working_calendar
from cjmine.domain.plan import Count, Length, Place, PlannedStep, Standard, Unit
from cjmine.intended.automaton import automaton_of
from cjmine.intended.net import net_of
from tests.builders import MONDAY, arranged, context, events

LONDON = ZoneInfo("Europe/London")
CALENDAR = working_calendar(
    "Europe/London", office_hours("Mon-Fri 09:00-17:00"), "england", date(2026, 1, 1), date(2026, 12, 31)
)
HERE = Place(1, 1)
PAUSE = ("ask", "give")


def model(*standards: Standard) -> IntendedJourney:
    """Return: notify, up to many rounds of ask and give, then either a bill or no bill; then done."""
    leaf = {name: Tree(label=name) for name in ("notify", "ask", "give", "bill", "no_bill", "done")}
    round_ = Tree(operator=Operator.SEQUENCE, children=(leaf["ask"], leaf["give"]))
    rounds = Tree(operator=Operator.LOOP, children=(Tree(), round_))
    choice = Tree(operator=Operator.CHOICE, children=(leaf["bill"], leaf["no_bill"]))
    tree = Tree(operator=Operator.SEQUENCE, children=(leaf["notify"], rounds, choice, leaf["done"]))
    return IntendedJourney(
        name="m",
        title="m",
        net=net_of(tree),
        tree=tree,
        need="n",
        stages=(("all", ("notify", "ask", "give", "bill", "no_bill", "done")),),
        starts=("notify",),
        success=("done",),
        stopped=("withdraw",),
        anytime=("note",),
        planned={"notify": PlannedStep(place=HERE, info=("address",))},
        by={"bill": "revenues"},
        standards=standards,
    )


def promise(limit: Length, *, pause: bool = True, **more: Any) -> Standard:
    said: dict[str, Any] = {"name": "bill", "title": "A bill in time", "start": "notify", "stop": "bill"}
    said |= {"limit": limit, "pause": PAUSE if pause else None, "place": HERE, "count": Count.EXCLUSIVE}
    return Standard(**{**said, **more})


def days(number: int) -> Length:
    return Length(number, Unit.DAY)


def working_days(number: int) -> Length:
    return Length(number, Unit.WORKING_DAY)


def local(text: str) -> datetime:
    """Return the instant of a local time of 2026, as in ``04-08 10:30``."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=LONDON).astimezone(UTC)


def journey(customer: str, *steps: tuple[str, str], **more: Any) -> list[dict[str, Any]]:
    """Return the rows of a journey: each step with its local time."""
    return [
        {"activity": step, "h": (local(at) - MONDAY).total_seconds() / 3600, "customer_id": customer, **more}
        for step, at in steps
    ]


def judged(rows: list[dict[str, Any]], plan: IntendedJourney, seen: datetime) -> tuple[Partition, Context]:
    """Arrange and align the journeys, and judge their standards, in a log that ends when it was ``seen``."""
    told = {"need": "n", "link_keys": ["case=1"]}
    frame = events([{**told, **row} for row in rows])
    first = context(models={plan.name: plan}, extracted_at={"crm": seen})
    variants = distinct_variants(count_variants(arranged(frame, first), first))
    given = dataclasses.replace(
        first,
        aligned=align_all(variants, first.models, {plan.name: automaton_of(plan.net)}),
        deadlines={plan.name: Deadlines(calendar=CALENDAR, told=True)},
        calendar=CALENDAR,
    )
    return arranged(frame, given, *PROMISES), given
