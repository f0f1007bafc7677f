"""Which step surely came before or after another, and which only perhaps, where some are known by the day?"""

from __future__ import annotations

import numpy as np

from cjmine.conformance.lived import Lived, Mask, Places


def maybe_before(lived: Lived, rows: Places, some: Places) -> Places:
    """Return the last of ``some`` that may have come before each row, as a place in ``some``; -1 for none."""
    found = np.searchsorted(some, rows, side="left") - 1
    while len(some):
        further = np.minimum(found + 1, len(some) - 1)
        step = some[further]
        may = (further > found) & (step != rows) & (lived.walk[step] == lived.walk[rows])
        may &= lived.low[step] <= lived.high[rows]
        if not may.any():
            break
        found[may] = further[may]
    return _in_journey(lived, rows, some, found)


def surely_before(lived: Lived, rows: Places, some: Places) -> Places:
    """Return the last of ``some`` that surely came before each row, as a place in ``some``; -1 for none."""
    found = lived.before(rows, some)
    while len(some):
        found = _in_journey(lived, rows, some, found)
        unsure = (found >= 0) & (lived.high[some[found]] >= lived.low[rows])
        if not unsure.any():
            break
        found[unsure] -= 1
    return found


def first_after(lived: Lived, rows: Places, some: Places) -> tuple[Places, Mask]:
    """Return the first of ``some`` that stands behind each row, and where there is one."""
    place = lived.after(rows, some)
    there = place >= 0
    return np.where(there, some[place], 0) if len(some) else np.zeros(len(rows), np.int64), there


def first_surely_after(lived: Lived, rows: Places, some: Places) -> tuple[Places, Mask]:
    """Return the first of ``some`` that surely came after each row, and where there is one."""
    found, there = first_after(lived, rows, some)
    while len(some) and len(rows):
        unsure = there & (lived.low[found] <= lived.high[rows])
        if not unsure.any():
            break
        found[unsure], there[unsure] = first_after(lived, found[unsure], some)
    return found, there


def overlapped_before(lived: Lived, rows: Places, some: Places) -> Mask:
    """Tell which rows have one of ``some`` before them that may in truth have come after."""
    place = lived.before(rows, some)
    there = place >= 0
    return np.asarray(there & (lived.reach(some)[place] >= lived.low[rows])) if len(some) else there


def overlapped_after(lived: Lived, rows: Places, some: Places) -> Mask:
    """Tell which rows have one of ``some`` behind them that may in truth have come before."""
    first, there = first_after(lived, rows, some)
    return np.asarray(there & (lived.low[first] <= lived.high[rows])) if len(some) else there


def maybe_next_to(lived: Lived, rows: Places, some: Places, others: Places) -> Mask:
    """Tell which rows may have one of ``some`` straight before them, none of the ``others`` between."""
    near = maybe_before(lived, rows, some)
    there = near >= 0
    if not len(some) or not len(others):
        return there
    between = surely_before(lived, rows, others)
    parted = (between >= 0) & (lived.low[others[between]] > lived.reach(some)[near])
    return np.asarray(there & ~parted)


def _in_journey(lived: Lived, rows: Places, some: Places, place: Places) -> Places:
    """Return the places that lie in the same journey as the rows, -1 for the others."""
    if not len(some):
        return np.full(len(rows), -1)
    there = (place >= 0) & (lived.walk[some[place]] == lived.walk[rows])
    return np.where(there, place, -1)
