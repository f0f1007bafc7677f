"""Who is not as they were when this project was last run? New, late, corrected and vanished rows tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import TypeAdapter, ValidationError

from cjmine.engine.arrow import mapped
from cjmine.engine.kept import Kept
from cjmine.engine.tasks import written
from cjmine.intake.people import People
from cjmine.intake.reading import TOLD, Ids, columns_of, leaf_of

MOST = 0.4
"""Where more of the customers than this have changed, all are done anew: it is not slower."""
Pieces = Mapping[str, tuple[str, ...]]
"""The names of the pieces of each system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What the last finished run of a project was made from, and where it lies in the work folder.

    ``settings`` names everything that decides about results but the exports. ``first`` and ``second``
    are the keys of its two passes, ``map`` is the version of its map.
    """

    settings: str
    who: str
    parts: int
    pieces: dict[str, tuple[str, ...]]
    first: str = ""
    second: str = ""
    map: str = ""


_LAST = TypeAdapter(Last)


def last_of(work: Path) -> Last | None:
    """Return what is known of the last finished run, if anything."""
    try:
        return _LAST.validate_json((work / "last.json").read_bytes())
    except (OSError, ValidationError):
        return None


def keep_last(work: Path, last: Last) -> None:
    """Remember a finished run."""
    with written(work / "last.json") as draft:
        draft.write_bytes(_LAST.dump_json(last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Customers that are not as they were: their names then and now, and a flag for each customer of now."""

    names: pl.Series
    now: npt.NDArray[np.bool_]


def known(last: Last | None, settings: str, work: Path) -> People | None:
    """Return the customers of the last run, if its settings were these and all is as it was written."""
    if last is None or last.settings != settings:
        return None
    people = People(folder=work / "people" / last.who, parts=last.parts)
    return people if people.intact() else None


def changes(last: Last, now: Last, work: Path, ids: Ids, *, before: People, people: People) -> Changes | None:
    """Compare with the last run; ``None`` where all has to be done anew."""
    if last.parts != now.parts:
        return None
    try:
        return _compared(last, now, before=before, people=people, work=work, ids=ids)
    except OSError:
        return None  # what the last run was made from is gone


def _compared(
    last: Last, now: Last, *, before: People, people: People, work: Path, ids: Ids
) -> Changes | None:
    then = np.zeros(before.array("part").shape[0], dtype=bool)
    today = np.zeros(people.array("part").shape[0], dtype=bool)
    sides = ((last.pieces, now.pieces, before, then), (now.pieces, last.pieces, people, today))
    for old, new, whose, flags in sides:
        for system, name in _missing(old, new):
            if Kept(work / "pieces", TOLD).known(name) is None:
                return None
            flags[whose.of(leaf_of(work, name, system, columns_of(ids)))] = True
    _renamed(before, people, then, today)
    names = pl.concat([_names(before, then), _names(people, today)]).unique()
    # one who is changed under either name is changed under both
    today |= _all_names(people).is_in(names.implode()).to_numpy()
    return Changes(names=names, now=today) if today.mean() <= MOST else None


def _missing(these: Pieces, those: Pieces) -> Sequence[tuple[str, str]]:
    """Return the pieces of these that are not among those."""
    return [
        (system, name)
        for system, names in these.items()
        for name in sorted({*names} - {*those.get(system, ())})
    ]


def _renamed(
    before: People, people: People, then: npt.NDArray[np.bool_], today: npt.NDArray[np.bool_]
) -> None:
    """Mark customers any of whose ids belongs to a customer of another name now."""
    old, new = (np.load(one.folder / "digests.npy", mmap_mode="r") for one in (before, people))
    place = np.minimum(np.searchsorted(new, old), max(len(new) - 1, 0))
    there = new[place] == old if len(new) else np.zeros(len(old), dtype=bool)
    was, is_now = before.array("customer")[there], people.array("customer")[place[there]]
    hashed = [_all_names(one).hash().to_numpy() for one in (before, people)]
    differs = hashed[0][was] != hashed[1][is_now]
    then[was[differs]] = True
    today[is_now[differs]] = True


def _all_names(people: People) -> pl.Series:
    return mapped(people.folder / "names.arrow")["name"].cast(pl.String)


def _names(people: People, flags: npt.NDArray[np.bool_]) -> pl.Series:
    return _all_names(people).filter(pl.Series(flags))
