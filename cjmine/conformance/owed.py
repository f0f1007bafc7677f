"""Which steps and services does the plan still need, and what may still come, from each of its states?

A service is owed a step while every way from here to the end of the plan has
one. With it a detector can tell work side by side from passing the customer on
(domain.md 0.1, ruling 4). Only for plans that say who takes a step (``by``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.conformance.onward import Onward
from cjmine.domain.models import IntendedJourney
from cjmine.domain.tables import TEXTS

_Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]


def owed(onward: Onward, by: Mapping[str, str]) -> pl.Series:
    """Return, for each row of ``onward``, the services without which none of the ways leads to the end."""
    services = sorted(set(by.values()))
    needed = [~_spared(onward, {step for step, who in by.items() if who == name}) for name in services]
    rows = [
        [name for name, rows in zip(services, needed, strict=True) if rows[state]]
        for state in range(onward.n_states)
    ]
    return pl.Series("owed", rows, dtype=TEXTS)


def ahead(onward: Onward, journey: IntendedJourney, states: _Ints) -> pl.DataFrame:
    """Return state, steps (without which no way leads to the end) and waiting (for whom), for some states.

    The steps are sorted. Who is waited for is said in words, with the steps
    that lead on: the services that are to take them, else the customer; empty at the end of the plan.
    """
    left = onward.to_end()
    needed = {label: ~_spared(onward, {label}) for label in sorted(onward.labels)}
    steps = [[label for label, rows in needed.items() if rows[state]] for state in states.tolist()]
    return pl.DataFrame(
        {
            "state": states,
            "steps": steps,
            "waiting": [
                _waiting(onward, journey, state, set(owing), left)
                for state, owing in zip(states.tolist(), steps, strict=True)
            ],
        },
        schema_overrides={"steps": TEXTS},
    )


def _waiting(onward: Onward, journey: IntendedJourney, state: int, owing: set[str], left: _Ints) -> str:
    """Say who is to take the next step: one that is needed on every way, else any that leads to the end."""
    following = onward.after[state]
    nearer = {
        label
        for label, target in zip(onward.labels, following.tolist(), strict=True)
        if target >= 0 and left[target] < left[state]
    }
    whose: dict[str, list[str]] = {}
    for label in sorted(nearer & owing or nearer):
        title = f"'{journey.titles.get(label, label)}'"
        whose.setdefault(journey.by.get(label, "the customer" if journey.by else ""), []).append(title)
    told = [f"{who} ({', '.join(titles)})" if who else ", ".join(titles) for who, titles in whose.items()]
    return " and ".join(told)


def _spared(onward: Onward, without: set[str]) -> _Bools:
    """Return which states can end without any of the steps ``without``."""
    columns = [code for code, label in enumerate(onward.labels) if label not in without]
    after = onward.after[:, columns]
    found = np.append(onward.final, np.False_)  # the last place stands for no step
    while True:
        more = found[:-1] | found[after].any(axis=1)
        if np.array_equal(more, found[:-1]):
            return more
        found[:-1] = more


def to_come(onward: Onward, steps: Sequence[str]) -> _Bools:
    """Return, for each row of ``onward`` and each of ``steps``, whether some way on has the step.

    A step that the model does not have may always come.
    """
    found = np.zeros((onward.n_states + 1, len(steps)), bool)  # the last row stands for no step
    for column, step in enumerate(steps):
        known = step in onward.labels
        found[:-1, column] = onward.after[:, onward.labels.index(step)] >= 0 if known else True
    while True:
        more = found[:-1] | found[onward.after].any(axis=1)
        if np.array_equal(more, found[:-1]):
            return more
        found[:-1] = more
