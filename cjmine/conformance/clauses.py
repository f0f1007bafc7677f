"""How often was each clause of the plan asked, kept and broken? For those who ask what was tested at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from cjmine.conformance.awaited import overdue
from cjmine.conformance.beside import Beside
from cjmine.conformance.lived import NEVER, Mask, Places
from cjmine.conformance.rules import ELSEWHERE, HOLDING, PENDING, SATISFIED, VIOLATED
from cjmine.domain.vocabulary import MoveKind
from cjmine.tally import Merge, Tally

CLAUSES = Tally(
    keys={"journey_type": pl.String, "kind": pl.String, "clause": pl.String},
    measures=dict.fromkeys(
        ("asked", "kept", "broken", "pending", "unknown", "journeys", "journeys_broken"), Merge.SUM
    ),
)
"""``kind`` is step, limit, channel, service or rule; ``clause`` its words.

``asked`` is how often events asked it: ``kept``, ``broken``, ``pending`` (a journey under way may still keep
it) or ``unknown`` (the export does not tell the order, the time, or the attribute). A step is asked wherever
the plan needs it or has it: kept in its place, broken where it is missing there, or came out of order.
``journeys`` are those in which it was asked, ``journeys_broken`` those in which it was broken.
"""
_States = tuple[str, str, Places, Mask, Mask, Mask]


def count_clauses(plans: Sequence[Beside]) -> pl.DataFrame:
    """Return the tally of every clause that was asked."""
    rows = [row for plan in plans for row in _rows(plan)]
    table = pl.DataFrame(rows, schema=CLAUSES.schema, orient="row")
    return CLAUSES.merge([table.filter(pl.col("asked") > 0)])


def _rows(plan: Beside) -> Iterator[tuple[str | int, ...]]:
    for kind, clause, walk, broken, pending, unknown in (
        *_steps(plan),
        *_limits(plan),
        *_taken(plan),
        *_rules(plan),
    ):
        sums = [int(mask.sum()) for mask in (broken, pending, unknown)]
        journeys = [_distinct(some) for some in (walk, walk[broken])]
        yield (plan.lived.name, kind, clause, len(walk), len(walk) - sum(sums), *sums, *journeys)


def _distinct(walk: Places) -> int:
    """Return how many different journeys there are, of numbers that mostly stand together."""
    if not len(walk):
        return 0
    found = np.zeros(int(walk.max()) + 1, bool)
    found[walk] = True
    return int(found.sum())


def _steps(plan: Beside) -> Iterator[_States]:
    lived = plan.lived
    kept = lived.synced
    label, walk = lived.walks.labels[kept], lived.walk[kept]
    numbers = pl.DataFrame(
        {"journey_id": lived.journeys["journey_id"], "walk": np.arange(lived.journeys.height)}
    )
    alone = lived.moves.filter(pl.col("kind") == MoveKind.MODEL.value).select("journey_id", "step")
    guessed = lived.excused.gather(lived.at).to_numpy()
    there = pl.DataFrame(
        {"walk": lived.walk[guessed], "step": lived.walks.names.gather(lived.walks.labels[guessed])}
    )
    missing = alone.join(numbers, on="journey_id").join(there, on=["walk", "step"], how="anti")
    awaits = plan.awaited.filter(lived.running[plan.awaited["walk"].to_numpy()]).select("step", "walk")
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(lived.walks.names.len() + 1))
    codes = {name: code for code, name in enumerate(lived.walks.names.to_list())}
    for step in lived.model.steps:
        code = codes.get(step)
        happened = walk[order[bounds[code] : bounds[code + 1]]] if code is not None else np.zeros(0, np.int64)
        lost, due = (frame.filter(step=step)["walk"].to_numpy() for frame in (missing, awaits))
        every = np.concatenate([happened, lost, due])
        place = np.arange(len(every))
        yield (
            "step",
            step,
            every,
            (place >= len(happened)) & (place < len(happened) + len(lost)),
            place >= len(happened) + len(lost),
            np.zeros(len(every), bool),
        )


def _limits(plan: Beside) -> Iterator[_States]:
    expected = plan.awaited
    over = overdue(plan.lived, expected)
    for one in plan.limits:
        mine = (
            (expected["step"] == one.step).to_numpy() & (expected["due"] < NEVER).to_numpy() & (not one.early)
        )
        walk = np.concatenate([plan.lived.walk[one.rows], expected["walk"].to_numpy()[mine]])
        late, none = over[mine], np.zeros(int(mine.sum()), bool)
        done = np.zeros(len(one.rows), bool)
        yield (
            "limit",
            one.clause,
            walk,
            np.concatenate([one.broken, late]),
            np.concatenate([done, ~late]),
            np.concatenate([one.unknown, none]),
        )


def _taken(plan: Beside) -> Iterator[_States]:
    for one in plan.taken:
        none = np.zeros(len(one.rows), bool)
        yield one.column, one.clause, plan.lived.walk[one.rows], one.broken, none, one.unknown


def _rules(plan: Beside) -> Iterator[_States]:
    for one in plan.rules:
        state = one.state
        settled = np.isin(state, (SATISFIED, HOLDING, VIOLATED))
        yield (
            "rule",
            one.rule.text,
            one.walk,
            state == VIOLATED,
            state == PENDING,
            (state == ELSEWHERE) & ~settled,
        )
