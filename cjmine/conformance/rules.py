"""Which activations of a plan's rules are kept, broken, or not yet decided, in each distinct variant?

A rule is asked by each event of its activation, and each question has its own
answer (domain.md 3.3): one flag for a whole journey would not say which event
broke the rule. In a journey under way an answer may still turn. Computed for all
variants at once, rule by rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import ONCE, Rule, Template
from cjmine.domain.walks import Walks

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
States = npt.NDArray[np.int8]

SATISFIED, VIOLATED, HOLDING, PENDING, ELSEWHERE = range(5)
"""Holding: kept unless something more happens; pending: broken unless something more happens;
elsewhere: the order of steps does not decide it, but times, services or channels do."""

COUNTS = ("satisfied", "violated", "holding", "pending", "elsewhere")
ACTIVATIONS = {
    "rule": pl.Int64,
    "walk": pl.Int64,
    "activations": pl.Int64,
    **dict.fromkeys(COUNTS, pl.Int64),
    "vacuous": pl.Boolean,
}
"""One row for each rule (its number in the plan) and walk; ``vacuous``: nothing asked the question."""
ANSWERS = {"rule": pl.Int64, "walk": pl.Int64, "place": pl.Int64, "answer": pl.String}
"""``place``: the event that asked, counted from the walk's first; null where the walk as a whole asks."""

_OPEN = {Template.NOT_SUCCESSION, Template.NOT_COEXISTENCE, Template.NEGATIVE_RESPONSE}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """All steps of all walks, one behind the other, each with its walk.

    ``passed`` says, for labels that a rule names, which other steps it looks past: those of ``anytime``.
    """

    walks: Walks
    walk: Places
    running: Mask
    codes: dict[str, int]
    passed: Callable[[Collection[str]], Mask]

    def of(self, labels: Collection[str]) -> Mask:
        """Say which steps have one of the labels."""
        return _named(self.walks, self.codes, labels)

    def first(self, mask: Mask) -> Places:
        """Return the row of each walk's first marked step, beyond every row where it has none."""
        found = np.full(len(self.walks.begins), len(mask), np.int64)
        rows = np.flatnonzero(mask)[::-1]
        found[self.walk[rows]] = rows  # of equal places the last one written stays
        return found

    def last(self, mask: Mask) -> Places:
        """Return the row of each walk's last marked step, -1 where it has none."""
        found = np.full(len(self.walks.begins), -1, np.int64)
        rows = np.flatnonzero(mask)
        found[self.walk[rows]] = rows
        return found

    def count(self, mask: Mask) -> Places:
        """Return the number of marked steps of each walk."""
        return np.bincount(self.walk[mask], minlength=len(self.walks.begins)).astype(np.int64)


def activations_of(journey: IntendedJourney, walks: Walks, running: Mask) -> pl.DataFrame:
    """Return, for each rule of the plan and each walk, how many activations have which answer.

    The labels of ``walks`` are steps of the plan, those of ``anytime`` included;
    ``running`` says which walks are still under way. Columns as in ``ACTIVATIONS``.
    """
    steps, n = steps_of(journey, walks, running), len(walks.begins)
    tables = [pl.DataFrame(schema=ACTIVATIONS)]
    for number, rule in enumerate(journey.rules):
        at, _, states = judged(rule, journey, steps)
        counted = np.bincount(at * len(COUNTS) + states, minlength=n * len(COUNTS)).reshape(n, len(COUNTS))
        total = counted.sum(axis=1)
        columns = {name: counted[:, place] for place, name in enumerate(COUNTS)}
        ids = {"rule": np.full(n, number), "walk": np.arange(n), "activations": total}
        tables.append(pl.DataFrame({**ids, **columns, "vacuous": total == 0}, schema=ACTIVATIONS))
    return pl.concat(tables)


def answers_of(journey: IntendedJourney, walks: Walks, running: Mask) -> pl.DataFrame:
    """Return one row for each activation, as in ``ANSWERS``: which event asked, and what the answer is."""
    steps = steps_of(journey, walks, running)
    tables = [pl.DataFrame(schema=ANSWERS)]
    for number, rule in enumerate(journey.rules):
        at, rows, states = judged(rule, journey, steps)
        place = None if rows is None else rows - walks.begins[at]
        ids = {"rule": np.full(len(at), number), "walk": at, "place": place}
        answer = pl.Series(states).replace_strict(range(len(COUNTS)), COUNTS, return_dtype=pl.String)
        tables.append(pl.DataFrame({**ids, "answer": answer}, schema=ANSWERS))
    return pl.concat(tables)


def steps_of(journey: IntendedJourney, walks: Walks, running: Mask) -> Steps:
    """Return what rules are asked of; ``running`` says which walks are still under way."""
    codes = {name: code for code, name in enumerate(walks.names.to_list())}
    tolerated = _named(walks, codes, journey.anytime)

    def passed(named: Collection[str]) -> Mask:
        return tolerated & ~_named(walks, codes, named)

    walk = np.repeat(np.arange(len(walks.begins)), walks.lengths)
    return Steps(walks=walks, walk=walk, running=running, codes=codes, passed=passed)


def _named(walks: Walks, codes: dict[str, int], labels: Collection[str]) -> Mask:
    """Say which steps have one of the labels."""
    known = np.zeros(walks.names.len(), bool)
    known[[codes[label] for label in labels if label in codes]] = True
    return np.asarray(known[walks.labels])


def judged(rule: Rule, journey: IntendedJourney, steps: Steps) -> tuple[Places, Places | None, States]:
    """Return the walk of each activation, the row of its event (none for a whole walk), and its answer."""
    if rule.template in ONCE:
        return np.arange(len(steps.walks.begins)), None, _once(rule, steps)
    item = rule.template is Template.ITEM_ABSENCE
    asked = steps.of(journey.providers.get(rule.activation, ()) if item else (rule.activation,))
    rows = np.flatnonzero(asked)
    return steps.walk[rows], rows, _each(rule, rows, steps)


def _each(rule: Rule, rows: Places, steps: Steps) -> States:
    """Answer a rule for each event that asks it; ``rows`` are these events."""
    walk = steps.walk[rows]
    target, running = steps.of((rule.target,)), steps.running[walk]
    if rule.template is Template.PRECEDENCE:
        return _settled(steps.first(target)[walk] < rows)
    if rule.template in {Template.ABSENCE, Template.ITEM_ABSENCE}:
        before = np.arange(len(rows)) - np.searchsorted(walk, walk)
        return _settled(before < rule.number)
    if rule.template is Template.CHAIN_PRECEDENCE:
        return _settled(_follows(rule, rows, target, steps))
    if rule.template in {Template.ONLY_BY, Template.ONLY_VIA}:
        return np.full(len(rows), ELSEWHERE, np.int8)
    last = steps.last(target)[walk]
    found = (
        last >= 0
        if rule.template in {Template.NOT_COEXISTENCE, Template.RESPONDED_EXISTENCE}
        else last > rows
    )
    if rule.template in _OPEN:
        broken = VIOLATED if rule.length is None else ELSEWHERE
        return _answers(found, broken, np.where(running, HOLDING, SATISFIED))
    kept = SATISFIED if rule.length is None else ELSEWHERE
    return _answers(found, kept, np.where(running, PENDING, VIOLATED))


def _once(rule: Rule, steps: Steps) -> States:
    """Answer a rule for each walk as a whole."""
    running = steps.running
    asked = steps.of((rule.activation,))
    lacking = np.where(running, PENDING, VIOLATED)
    holding = np.where(running, HOLDING, SATISFIED)
    if rule.template is Template.EXISTENCE:
        return _answers(steps.count(asked) >= rule.number, SATISFIED, lacking)
    if rule.template is Template.EXACTLY:
        count = steps.count(asked)
        return _answers(count > rule.number, VIOLATED, np.where(count == rule.number, holding, lacking))
    counted = ~steps.passed((rule.activation,))
    if rule.template is Template.INIT:
        first = steps.first(counted)
        begun = first < len(counted)
        right = np.append(asked, False)[first]
        return _answers(right, SATISFIED, np.where(begun, VIOLATED, lacking))
    last = steps.last(counted)
    right = (last >= 0) & np.append(asked, False)[last]
    return np.where(right, holding, lacking).astype(np.int8)


def _follows(rule: Rule, rows: Places, target: Mask, steps: Steps) -> Mask:
    """Say which events stand straight behind a target, steps that may happen any time left out."""
    counted = np.flatnonzero(~steps.passed((rule.activation, rule.target)))
    place = np.searchsorted(counted, rows)
    before = counted[np.maximum(place - 1, 0)] if len(counted) else rows
    same = (place > 0) & (steps.walk[before] == steps.walk[rows])
    return np.asarray(same & target[before])


def _settled(kept: Mask) -> States:
    """Answer what nothing later can change."""
    return np.where(kept, SATISFIED, VIOLATED).astype(np.int8)


def _answers(where: Mask, state: int, otherwise: npt.NDArray[np.integer]) -> States:
    return np.where(where, state, otherwise).astype(np.int8)
