"""Which planned steps failed, and what should have followed did not (V4)?

After a failure the step that the plan names (`fails_to`) must follow, else the step itself once more without
failing. What came on the same day, in an order that nobody knows, is not later.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.conformance.awaited import watched
from cjmine.conformance.found import FOUND, found_rows
from cjmine.conformance.lived import NEVER, Lived, Mask, Places
from cjmine.domain.tables import WATCH
from cjmine.domain.vocabulary import Outcome, Promise, Severity


def failures(lived: Lived) -> tuple[Places, Mask]:
    """Return the planned steps that failed and were not mended, and of which that is not settled yet.

    A journey under way may still go where the plan wants it to go after a failure.
    """
    none = np.zeros(0, np.int64), np.zeros(0, bool)
    failed = (lived.events["outcome"] == Outcome.FAILED.value).fill_null(value=False)
    if not failed.any():
        return none
    failing = failed.gather(lived.at).to_numpy()
    rows = np.flatnonzero(failing & lived.synced)
    lost, open_yet = np.zeros((2, len(rows)), bool)
    label = lived.walks.labels[rows]
    for code in np.unique(label).tolist():
        step = lived.walks.names[code]
        planned = lived.model.planned.get(step)
        onward = None if planned is None else planned.fails_to
        mending = lived.of((onward or step,))
        if onward is None:
            mending &= ~failing
        mine = label == code
        lost[mine] = ~_later(lived, rows[mine], np.flatnonzero(mending))
        open_yet[mine] = (onward is not None) & lived.running[lived.walk[rows[mine]]]
    return rows[lost], open_yet[lost]


def watched_failures(lived: Lived) -> pl.DataFrame:
    """Return WATCH rows: the step that is to follow a failure, in journeys under way."""
    rows, open_yet = failures(lived)
    rows = rows[open_yet]
    if not len(rows):
        return WATCH.empty()
    names = lived.walks.names
    onward = {name: planned.fails_to for name, planned in lived.model.planned.items() if planned.fails_to}
    label = names.gather(lived.walks.labels[rows])
    step = label.replace_strict(onward, default=None, return_dtype=pl.String)
    service = step.replace_strict(dict(lived.model.by), default=None, return_dtype=pl.String)
    due = np.full(len(rows), NEVER)
    return watched(lived, Promise.STEP, lived.walk[rows], rows, due, name=step, service=service)


def _later(lived: Lived, rows: Places, some: Places) -> Mask:
    """Tell which rows have one of ``some`` surely behind them in their journey."""
    if not len(some):
        return np.zeros(len(rows), bool)
    last = np.full(len(lived.walks.begins), -1, np.int64)
    last[lived.walk[some]] = some  # of equal places the last one written stays
    found = last[lived.walk[rows]]
    return np.asarray((found > rows) & (lived.low[found] > lived.high[rows]))


def failed_steps(lived: Lived) -> pl.DataFrame:
    """Return rows of V4."""
    rows, open_yet = failures(lived)
    rows = rows[~open_yet]
    if not len(rows):
        return FOUND
    names = lived.walks.names.to_list()
    said = {}
    for name in names:
        planned = lived.model.planned.get(name)
        onward = None if planned is None else planned.fails_to
        after = f"{lived.title(onward)} did not follow" if onward else "was not done again with success"
        said[name] = f"{lived.title(name)} failed and {after}."
    label = lived.walks.names.gather(lived.walks.labels[rows])
    return found_rows(
        lived,
        "V4",
        rows,
        touchpoint=label,
        message=label.replace_strict(said, return_dtype=pl.String),
        severity=Severity.MEDIUM.value,
    )
