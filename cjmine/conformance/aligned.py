"""Align every distinct variant once, and write the result as tables to join back by variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cjmine.conformance.alignment import align
from cjmine.conformance.deviations import deviations_of, without_anytime
from cjmine.conformance.moves import Alignment
from cjmine.conformance.owed import Owed, Services
from cjmine.domain.kernel import ALIGNED
from cjmine.domain.lists import list_column
from cjmine.domain.models import Automaton, IntendedJourney
from cjmine.domain.vocabulary import MoveKind
from cjmine.tally import KeyType

Row = dict[str, Any]
Places = tuple[int, ...]


def align_all(
    variants: pl.DataFrame, models: Mapping[str, IntendedJourney], automata: Mapping[str, Automaton]
) -> dict[str, pl.DataFrame]:
    """Return the tables of ``domain.kernel.ALIGNED``.

    ``variants`` has journey_type, variant and steps (list). Each is aligned as a
    whole journey and as one still under way (``whole`` false); a journey that
    reached a declared stop is aligned up to it, as under way (0.1, ruling 11).
    """
    rows: dict[str, list[Row]] = {name: [] for name in ALIGNED}
    for name, model in sorted(models.items()):
        mine = variants.filter(pl.col("journey_type") == name).sort("variant")
        keys = mine["variant"].to_list()
        walked = [tuple(steps) for steps in mine["steps"]]
        trimmed = [_checked(steps, model) for steps in walked]
        plan = Owed(automata[name], model.by) if model.by else None
        for whole in (True, False):
            found = align([steps for steps, _ in trimmed], automata[name], prefix=not whole)
            for key, steps, (_, places), alignment in zip(keys, walked, trimmed, found, strict=True):
                base: Row = {"journey_type": name, "variant": key, "whole": whole}
                rows["costs"].append(
                    {**base, "cost": alignment.cost, "fitness": _fitness(alignment, whole=whole)}
                )
                moves = _moves(alignment, places, plan)
                moves += _tolerated(steps, moves, model, plan)
                rows["moves"] += [{**base, **move} for move in moves]
                rows["deviations"] += [
                    {**base, **row} for row in _deviations(alignment, model, places, whole=whole)
                ]
    return {name: _table(rows[name], schema) for name, schema in ALIGNED.items()}


def _table(rows: Sequence[Row], schema: Mapping[str, KeyType]) -> pl.DataFrame:
    """Return rows as a table, column by column: a list made by itself is dear."""
    columns = []
    for name, kind in schema.items():
        values = [row[name] for row in rows]
        made = list_column(values, kind) if isinstance(kind, pl.List) else pl.Series(values, dtype=kind)
        columns.append(made.alias(name))
    return pl.DataFrame(columns)


def _checked(steps: tuple[str, ...], model: IntendedJourney) -> tuple[tuple[str, ...], Places]:
    """Return what is aligned, and its places: without tolerated steps, up to a declared stop."""
    stop = next((i for i, step in enumerate(steps) if step in model.stopped), len(steps))
    kept, places = without_anytime(steps[:stop], model)
    return kept, places


def _fitness(alignment: Alignment, *, whole: bool) -> float:
    length = sum(move.kind is not MoveKind.MODEL for move in alignment.moves)
    full = length + (alignment.shortest if whole else 0)
    return 1.0 - alignment.cost / full if full else 1.0


def _moves(alignment: Alignment, places: Places, plan: Owed | None) -> list[Row]:
    owed: Sequence[Services | None] = plan.after(alignment) if plan else [None] * len(alignment.moves)
    return [
        {
            "position": position,
            "step_no": None if move.position is None else places[move.position],
            "step": None if move.kind is MoveKind.LOG else move.label,
            "kind": move.kind.value,
            "expected": move.kind is MoveKind.SYNC,
            "owed": services,
        }
        for position, (move, services) in enumerate(zip(alignment.moves, owed, strict=True))
    ]


def _tolerated(
    steps: tuple[str, ...], moves: Sequence[Row], model: IntendedJourney, plan: Owed | None
) -> list[Row]:
    """Return tolerated steps and the declared stop: expected, though the alignment leaves them out.

    What is owed after a tolerated step is what was owed before it; after a stop, nothing.
    """
    stop = next((i for i, step in enumerate(steps) if step in model.stopped), None)
    places = [i for i, step in enumerate(steps) if step in model.anytime or i == stop]
    known = {move["step_no"]: move["owed"] for move in moves if move["step_no"] is not None}
    owed: Services | None = plan.named(plan.start) if plan else None
    rows: list[Row] = []
    for i in range(len(steps)):
        owed = known.get(i, owed)
        if i == stop and plan:
            owed = ()
        if i in places:
            base: Row = {"position": 100_000 + i, "step_no": i, "step": None, "kind": "log"}
            rows.append({**base, "expected": True, "owed": owed})
    return rows


def _deviations(alignment: Alignment, model: IntendedJourney, places: Places, *, whole: bool) -> list[Row]:
    return [
        {
            "number": number,
            "code": found.code,
            "label": found.label,
            "message": found.message,
            "evidence": _at(found.positions, places),
            "primary": None if found.primary is None else places[found.primary],
            "extra": _at(found.extra, places),
        }
        for number, found in enumerate(deviations_of(alignment, model, prefix=not whole))
    ]


def _at(positions: Sequence[int], places: Places) -> list[int]:
    return [places[position] for position in positions]
