"""Whose journey gets which pattern? Exact quotas over the whole town, by type and period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cjmine.domain.vocabulary import Channel
from cjmine.northmoor import clock
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.patterns import PATTERNS, Pattern

if TYPE_CHECKING:
    from cjmine.northmoor.stories.plan import Plan

# What has been given up must have lain still for long before the log ends.
_LONG_AGO = clock.LOG_END - timedelta(days=130)
_LURE = 0.45  # the smaller, the more a pattern is drawn to those it is drawn to
_EARLY_ENDS = frozenset({"abandoned", "stalled", "withdrawn"})
_DEAD_ENDS = frozenset({"dead_end_abandoned", "dead_end_stalled"})
_ENQUIRIES = frozenset({"repeat_contact", "parallel_channels"})
_CALLS = _ENQUIRIES | {"chase", "chase_late"}
_EVIDENCE = frozenset({"evidence_loop", "one_round"})
_LONG_REFERRALS = frozenset({"ping_pong", "revisit", "hub_relay"})
_SECOND_NOTICES = frozenset({"resubmitted", "other_person_form", "back_to_tell_us"})
# What needs the offices open on the day after the first contact, or on the two days after it.
_NEXT_DAY = frozenset({"failed_self_service", "other_call_after_failure", "parallel_channels", "other_need"})
_TWO_DAYS = frozenset({"late_call"})
_FORTNIGHT = range(14)
_COLD = frozenset({"cold_transfer", "carried"})

WHOM: dict[str, Callable[[Plan], bool]] = {
    "web": lambda plan: plan.channel is Channel.WEB,
    "phone": lambda plan: plan.channel is Channel.PHONE,
    "not-phone": lambda plan: plan.channel is not Channel.PHONE,
    "account": lambda plan: "portal" in plan.person.ids,
    "tenant": lambda plan: plan.person.tenant,
    "head-of-couple": lambda plan: (
        plan.person.partner is not None and plan.person.partner > plan.person.index
    ),
    "claims": lambda plan: plan.claims,
    "no-claim": lambda plan: not plan.claims,
    "long-ago": lambda plan: plan.start < _LONG_AGO,
    "goes-on": lambda plan: plan.names.isdisjoint(_EARLY_ENDS),
    "completes": lambda plan: plan.names.isdisjoint(_EARLY_ENDS | _DEAD_ENDS),
    "acknowledged": lambda plan: "missing_acknowledge" not in plan.names,
    "prompt": lambda plan: "late_acknowledge" not in plan.names,
    "enquires": lambda plan: not plan.names.isdisjoint(_ENQUIRIES),
    "evidence": lambda plan: not plan.names.isdisjoint(_EVIDENCE),
    "no-evidence": lambda plan: plan.names.isdisjoint(_EVIDENCE),
    "no-loop": lambda plan: "evidence_loop" not in plan.names,
    "one-notice": lambda plan: plan.names.isdisjoint(_SECOND_NOTICES),
    "no-letter": lambda plan: plan.names.isdisjoint(_DEAD_ENDS),
    "in-time": lambda plan: "late_bill" not in plan.names,
    "late-bill": lambda plan: "late_bill" in plan.names,
    "short": lambda plan: plan.names.isdisjoint(_LONG_REFERRALS | {"evidence_loop"}),
    "no-tie": lambda plan: "stage_tie" not in plan.names,
    "one-job": lambda plan: "parallel_work" not in plan.names,
    "free-hand": lambda plan: plan.names.isdisjoint({"stage_tie", "parallel_work", "back_to_tell_us"}),
    "caller": lambda plan: (
        plan.names.isdisjoint({"carried"})
        and (plan.channel is Channel.PHONE or not plan.names.isdisjoint(_CALLS))
    ),
    "loop-or-untold": lambda plan: (
        "evidence_loop" in plan.names or ("one_round" in plan.names and "told" not in plan.slots)
    ),
    "evidence-or-cold": lambda plan: not plan.names.isdisjoint(_EVIDENCE | _COLD),
}


def grant(journeys: list[Plan], seed: int) -> None:
    """Give every pattern of the table to as many journeys as its quota says."""
    pools: dict[tuple[str, str], list[Plan]] = {}
    for plan in journeys:
        pools.setdefault((plan.need.value, plan.period), []).append(plan)
    for number, pattern in enumerate(PATTERNS):
        for at, period in enumerate(("before", "after")):
            pool = pools.get((pattern.need.value, period), [])
            _grant(pattern, pool, round(pattern.per_100(period) * len(pool) / 100), Dice(seed, 4, number, at))
    for plan in journeys:
        _settle(plan)


def _settle(plan: Plan) -> None:
    """Begin on another day of the fortnight where what is planted needs open offices on the days after."""
    if plan.names.isdisjoint(_NEXT_DAY | _TWO_DAYS):
        return
    ahead = 1 if plan.names.isdisjoint(_TWO_DAYS) else 2
    if plan.names >= {"other_call_after_failure", "parallel_channels"}:
        ahead = 3
    last = clock.CHANGE_DAY if plan.period == "before" else clock.LAST_DAY
    sign = 1 if plan.start.date() + _FORTNIGHT.stop * clock.DAY < last else -1
    for days in _FORTNIGHT:
        day = plan.start.date() + sign * days * clock.DAY
        if all(clock.is_working(day + later * clock.DAY) for later in range(ahead + 1)):
            plan.start = datetime.combine(day, plan.start.time())
            return


def _grant(pattern: Pattern, pool: list[Plan], quota: int, dice: Dice) -> None:
    lures = frozenset(pattern.drawn_to)
    keyed = sorted(
        (dice.share() * (1.0 if plan.names.isdisjoint(lures) else _LURE), at) for at, plan in enumerate(pool)
    )
    tests = [WHOM[word] for word in pattern.whom]
    for _, at in keyed:
        if quota == 0:
            return
        plan = pool[at]
        if pattern.slot not in plan.slots and all(test(plan) for test in tests):
            plan.slots[pattern.slot] = pattern.name
            plan.names.add(pattern.name)
            quota -= 1
