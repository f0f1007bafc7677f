"""Which rules of the plan were broken, by which events (V9), and which may still be kept (watch)?

Each event that asks a rule gets an answer of its own. The evidence is the event that asks and the one that
breaks it. What a journey under way may still do is no finding: it is watched.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.conformance.awaited import watched
from cjmine.conformance.found import FOUND, found_rows
from cjmine.conformance.limits import amount
from cjmine.conformance.lived import NEVER, Lived, Places, instants
from cjmine.conformance.messages import rule_broken
from cjmine.conformance.rule_times import Judged, in_known_order, must_follow, must_not_follow, untimed
from cjmine.conformance.rules import ELSEWHERE, PENDING, SATISFIED, VIOLATED, Steps, judged, steps_of
from cjmine.domain.plan import ONCE, Rule, Template
from cjmine.domain.vocabulary import Promise, Severity

BY_ATTRIBUTE = {Template.ONLY_VIA: "V6", Template.ONLY_BY: "V7"}
"""Rules about channels and services, and the deviation that a broken one stands for."""
_EXTRA = frozenset(
    {
        *(Template.ABSENCE, Template.ITEM_ABSENCE, Template.EXACTLY),
        *(Template.NOT_SUCCESSION, Template.NEGATIVE_RESPONSE),
    }
)
"""Rules that are broken by something that need not have happened."""
_SECOND = frozenset(
    {
        *(Template.NOT_SUCCESSION, Template.NEGATIVE_RESPONSE, Template.NOT_COEXISTENCE),
        *(Template.EXACTLY, Template.INIT, Template.END, Template.EXISTENCE),
    }
)
"""Rules that are broken at the later of their two events; the others at the one that asks."""


def rules_of(lived: Lived) -> tuple[Judged, ...]:
    """Return the answers to every rule of the plan, in its order."""
    if not lived.model.rules:
        return ()
    steps = steps_of(lived.model, lived.walks, lived.running)
    return tuple(_answered(rule, steps, lived) for rule in lived.model.rules)


def _answered(rule: Rule, steps: Steps, lived: Lived) -> Judged:
    walk, row, state = judged(rule, lived.model, steps)
    if row is None:
        row = np.full(len(walk), -1)
    elif rule.length is not None:
        forbids = rule.template in {Template.NEGATIVE_RESPONSE, Template.NOT_SUCCESSION}
        answer = must_not_follow if forbids else must_follow
        return answer(rule, rule.length, row, steps, lived)
    if rule.template in BY_ATTRIBUTE:
        said = lived.said("service" if rule.template is Template.ONLY_BY else "channel", row)
        right = (said == rule.target).to_numpy() if not said.is_null().all() else np.zeros(len(row), bool)
        state = np.where(right, SATISFIED, VIOLATED).astype(np.int8)
        state[said.is_null().to_numpy()] = ELSEWHERE
    return in_known_order(
        untimed(rule, walk, row, state, _breaking(rule, walk, row, steps, lived)), steps, lived
    )


def _breaking(rule: Rule, walk: Places, row: Places, steps: Steps, lived: Lived) -> Places:
    """Return the step that would break the rule beside the one that asks; -1 for none."""
    none = np.full(len(walk), -1)
    if rule.template is Template.NOT_COEXISTENCE:
        first = steps.first(steps.of((rule.target,)))[walk]
        return np.where(first < len(lived.walk), first, -1)
    if rule.template is Template.CHAIN_PRECEDENCE:
        counted = np.flatnonzero(~steps.passed((rule.activation, rule.target)))
        place = lived.before(row, counted)
        return np.where(place >= 0, counted[place], -1) if len(counted) else none
    if rule.template in {Template.INIT, Template.END}:
        counts = ~steps.passed((rule.activation,))
        found = steps.first(counts) if rule.template is Template.INIT else steps.last(counts)
        return np.where(found < len(lived.walk), found, -1)[walk]
    if rule.template in {Template.EXACTLY, Template.EXISTENCE}:
        mine = np.flatnonzero(steps.of((rule.activation,)))
        begin = np.searchsorted(lived.walk[mine], walk)
        beyond = begin + rule.number
        there = beyond < np.searchsorted(lived.walk[mine], walk, side="right")
        last = lived.walks.begins + lived.walks.lengths - 1
        return np.where(there, mine[np.where(there, beyond, 0)], last[walk]) if len(mine) else last[walk]
    return none


def broken_rules(lived: Lived, answers: Judged) -> pl.DataFrame:
    """Return rows of V9, in the order of the journeys' steps."""
    broken = np.flatnonzero(answers.state == VIOLATED)
    if not len(broken):
        return FOUND
    rule, row, by = answers.rule, answers.row[broken], answers.by[broken]
    second = rule.template in _SECOND
    primary = np.maximum(row, by) if second else np.where(row >= 0, row, by)
    known = primary >= 0  # a journey without a step has no evidence to show
    row, by, primary = row[known], by[known], primary[known]
    about: str | pl.Series = rule.activation
    if rule.template is Template.ITEM_ABSENCE:
        about = lived.walks.names.gather(lived.walks.labels[primary])
    extra = np.full(len(primary), rule.template in _EXTRA)
    if rule.template is Template.EXACTLY:  # too few: what stands last is not too much
        extra = lived.of((rule.activation,))[primary] & _is_beyond(lived, rule, primary)
    return found_rows(
        lived,
        "V9",
        primary,
        also_rows=np.where(row == primary, by, row),
        extra=extra,
        touchpoint=about,
        message=_message(lived, rule, row, by),
        severity=Severity.MEDIUM.value,
        only=BY_ATTRIBUTE.get(rule.template, ""),
    )


def _is_beyond(lived: Lived, rule: Rule, rows: Places) -> np.ndarray:
    mine = np.flatnonzero(lived.of((rule.activation,)))
    place = np.searchsorted(mine, rows) - np.searchsorted(lived.walk[mine], lived.walk[rows])
    return np.asarray(place >= rule.number)


def _message(lived: Lived, rule: Rule, row: Places, by: Places) -> pl.Series:
    """Say what it means that the rule is broken, which sentence and line it is, and when it was asked."""
    base = rule_broken(lived.model, rule).removesuffix(".")
    at, late = np.where(row >= 0, row, by), np.where(by >= 0, by, row)
    frame = pl.DataFrame(
        {
            "asked": lived.days(lived.low[at]),
            "later": lived.days(lived.low[late]),
            "two": (row >= 0) & (by >= 0),
        }
    )
    since = pl.lit("")
    if rule.length is not None:
        unit = rule.length.unit
        spent = lived.clock.spent(instants(lived.low[at]), instants(lived.low[late]), unit)
        frame = frame.with_columns(spent.alias("spent"))
        since = pl.format(", {} later", amount(pl.col("spent"), unit))
    dates = pl.when("two").then(pl.concat_str("asked", pl.lit(" and "), "later", since)).otherwise("asked")
    tail = f"). The plan says '{rule.text}' (line {rule.place.line})."
    said = frame.select(pl.concat_str(pl.lit(f"{base} ("), dates, pl.lit(tail)).alias("message"))
    return said["message"]


def watched_rules(lived: Lived, answers: Judged) -> pl.DataFrame:
    """Return WATCH rows of what may still be kept."""
    waits = np.flatnonzero(answers.state == PENDING)
    rule = answers.rule
    who = rule.activation if rule.template in ONCE else rule.target
    return watched(
        lived,
        Promise.RULE,
        answers.walk[waits],
        answers.row[waits],
        answers.due[waits] if len(waits) else np.full(0, NEVER),
        name=pl.Series([rule.text] * len(waits), dtype=pl.String),
        service=pl.Series([lived.model.by.get(who)] * len(waits), dtype=pl.String),
    )
