"""Align every distinct variant once, and write the result as tables to join back by variant."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
import polars as pl

from cjmine.conformance.alignment import KINDS, Aligned, align_walks, told
from cjmine.conformance.bounds import bounds_of
from cjmine.conformance.deviations import counts_rounds, deviations_of
from cjmine.conformance.given import Given, Ints, Rows, given_of
from cjmine.conformance.onward import Onward, onward_of
from cjmine.conformance.owed import ahead, owed, to_come
from cjmine.conformance.walk import LOG, SYNC
from cjmine.domain.kernel import ALIGNED
from cjmine.domain.lists import regrouped, slices
from cjmine.domain.models import SILENT, Automaton, IntendedJourney
from cjmine.domain.tables import TEXTS
from cjmine.errors import StatesError

_TEXTS = ("code", "label", "message")
_BEHIND = 100_000
"""Steps that are expected though not aligned stand behind the moves: at this position and their place."""


def align_all(
    variants: pl.DataFrame, models: Mapping[str, IntendedJourney], automata: Mapping[str, Automaton]
) -> dict[str, pl.DataFrame]:
    """Return the tables of ``domain.kernel.ALIGNED``.

    ``variants`` has journey_type, variant, steps (list) and count. Each is aligned as a
    whole journey and as one still under way (``whole`` false); a journey that
    reached a declared stop is aligned up to it, as under way (0.1, ruling 11).
    Where ``automata`` has none for a model, or its language needs too many states, the costs
    are worked out on the model's blocks.

    Raises ``StatesError``, with the journeys left undone, when such a model has no blocks.
    """
    tables = {name: [pl.DataFrame(schema=dict(schema))] for name, schema in ALIGNED.items()}
    for name, model in sorted(models.items()):
        mine = variants.filter(pl.col("journey_type") == name).sort("variant")
        given = given_of(mine["steps"], model)
        try:
            onward = onward_of(automata[name]) if name in automata else None
        except StatesError as error:
            if model.tree is None:
                raise error.uncounted(cases=int(mine["count"].sum()), variants=mine.height) from None
            onward = None
        for whole in (True, False):
            if onward is None:
                made = _bounded(given, model, prefix=not whole)
            else:
                made = _aligned(given, onward, model, prefix=not whole)
            if onward is not None and not whole:
                states = np.unique(made["reached"]["state"].to_numpy())
                tables["ahead"].append(_typed("ahead", ahead(onward, model, states), name))
            for table, rows in made.items():
                variant = mine["variant"].gather(rows["n"]).alias("variant")
                keyed = rows.with_columns(variant, pl.lit(whole).alias("whole"))
                tables[table].append(_typed(table, keyed, name))
    return {name: pl.concat(parts) for name, parts in tables.items()}


def _typed(table: str, rows: pl.DataFrame, name: str) -> pl.DataFrame:
    typed = rows.with_columns(pl.lit(name).alias("journey_type"))
    return typed.select(pl.col(column).cast(kind) for column, kind in ALIGNED[table].items())


def _aligned(
    given: Given, onward: Onward, model: IntendedJourney, *, prefix: bool
) -> dict[str, pl.DataFrame]:
    found = align_walks(given.paths, onward, prefix=prefix)
    made = {
        "costs": _costs(found.costs, found.shortest, given),
        "moves": _moves(found, given, onward, model),
        "deviations": _deviations(found, given, model, prefix=prefix),
    }
    if prefix:
        made["reached"] = _reached(found, given, onward)
        made["to_come"] = _to_come(found, given, onward, model)
    return made


def _reached(found: Aligned, given: Given, onward: Onward) -> pl.DataFrame:
    """Return the state that each variant, as far as it came, has reached in the plan."""
    ends = found.bounds[given.path + 1]
    known = np.append(found.states, onward.start)
    moved = ends > found.bounds[given.path]
    state = known[np.where(moved, ends - 1, len(known) - 1)]
    return pl.DataFrame({"n": np.arange(len(state)), "state": state})


def _bounded(given: Given, model: IntendedJourney, *, prefix: bool) -> dict[str, pl.DataFrame]:
    """Return the bounds of the costs, and the costs where they meet; there are no moves."""
    found = bounds_of(given.paths, model.tree or SILENT, prefix=prefix)
    low, high, computed = (one[given.path] for one in (found.low, found.high, found.computed))
    bounds = pl.DataFrame({"n": np.arange(len(low)), "low": low, "high": high, "computed": computed})
    return {
        "costs": _costs(found.low, found.shortest, given).filter(bounds["low"] == bounds["high"]),
        "bounds": bounds,
    }


def _costs(each: Ints, shortest: int, given: Given) -> pl.DataFrame:
    costs = each[given.path]
    full = given.lengths + shortest
    fitness = 1.0 - costs / np.maximum(full, 1)  # nothing to do and nothing done costs nothing
    return pl.DataFrame({"n": np.arange(len(costs)), "cost": costs, "fitness": fitness})


def _moves(found: Aligned, given: Given, onward: Onward, model: IntendedJourney) -> pl.DataFrame:
    """Return the moves of each variant, and behind them tolerated steps and the declared stop.

    What is owed after a tolerated step is what was owed before it; after a stop, nothing.
    """
    first = found.bounds[given.path]
    rows, variant = slices(first, found.bounds[given.path + 1] - first)
    frame = pl.DataFrame(
        {
            "n": variant,
            "position": rows - first[variant],
            "step_no": given.place(variant, found.positions[rows]),
            "label": np.where(found.kinds[rows] == LOG, -1, found.labels[rows]),
            "kind": found.kinds[rows],
            "expected": found.kinds[rows] == SYNC,
            "state": found.states[rows],
        }
    )
    frame = pl.concat([frame, _others(found, given, onward)], how="vertical_relaxed").sort("n", "position")
    plan = owed(onward, model.by) if model.by else pl.repeat(None, onward.n_states, dtype=TEXTS, eager=True)
    over = pl.Series([[]] if model.by else [None], dtype=TEXTS)
    return frame.with_columns(
        pl.col("step_no").replace({-1: None}),
        pl.Series("step", found.names, dtype=pl.String).gather(frame["label"].replace({-1: None})),
        pl.Series("kind", [kind.value for kind in KINDS]).gather(frame["kind"]),
        pl.concat([plan, over]).gather(frame["state"]).alias("owed"),
    )


def _others(found: Aligned, given: Given, onward: Onward) -> pl.DataFrame:
    """Return the steps that are not aligned; once a journey has stopped, their state is behind the last."""
    variant, place = given.others
    known = np.append(found.states[found.positions >= 0], onward.start)
    state = known[given.before_others()]
    return pl.DataFrame(
        {
            "n": variant,
            "position": place + _BEHIND,
            "step_no": place,
            "label": np.full(len(place), -1),
            "kind": np.full(len(place), LOG),
            "expected": np.full(len(place), fill_value=True),
            "state": np.where(given.over, onward.n_states, state),
        }
    )


def _to_come(found: Aligned, given: Given, onward: Onward, model: IntendedJourney) -> pl.DataFrame:
    """Return the steps that stop a standard's clock and that may still come after each variant.

    What stands beside the flow may come as long as the journey is not over.
    """
    stops = sorted({one.stop for one in model.standards} - {""})
    known = np.append(found.states, onward.start)
    moved = np.diff(found.bounds) > 0
    state = np.where(moved, known[found.bounds[1:] - 1], onward.start)[given.path]
    variant, step = np.nonzero(to_come(onward, stops)[state])
    return pl.DataFrame({"n": variant, "step": pl.Series(stops, dtype=pl.String).gather(step)})


def _deviations(found: Aligned, given: Given, model: IntendedJourney, *, prefix: bool) -> pl.DataFrame:
    """Return the deviations of each variant: those of its path, worked out once."""
    some = np.arange(len(found.costs)) if counts_rounds(model) else np.flatnonzero(found.costs)
    by_path = [deviations_of(one, model, prefix=prefix) for one in told(found, some)]
    rows = [one for deviations in by_path for one in deviations]
    counts = np.zeros(len(found.costs), np.int64)
    counts[some] = [len(deviations) for deviations in by_path]
    begins = np.cumsum(counts) - counts
    row, variant = slices(begins[given.path], counts[given.path])
    primary = np.array([-1 if one.primary is None else one.primary for one in rows], np.int64)
    columns = {name: pl.Series([getattr(one, name) for one in rows], dtype=pl.String) for name in _TEXTS}
    return pl.DataFrame(
        {
            "n": variant,
            "number": row - begins[given.path][variant],
            **{name: column.gather(row) for name, column in columns.items()},
            "evidence": _places([one.positions for one in rows], row, variant, given),
            "primary": pl.Series(given.place(variant, primary[row])).replace({-1: None}),
            "extra": _places([one.extra for one in rows], row, variant, given),
        }
    )


def _places(positions: list[tuple[int, ...]], row: Rows, variant: Rows, given: Given) -> pl.Series:
    """Return the lists of positions in the rows as lists of places in their variants."""
    lengths = np.fromiter(map(len, positions), np.int64, len(positions))
    flat = np.fromiter(chain.from_iterable(positions), np.int64, int(lengths.sum()))
    at, whose = slices((np.cumsum(lengths) - lengths)[row], lengths[row])
    return regrouped(pl.Series(given.place(variant[whose], flat[at])), whose, len(row))
