"""Which columns of different exports hold the ids of the same people or cases? Their values tell.

Two columns share a space of ids where enough distinct values of the smaller one are also in the other: more
than chance would give, and for dense numbers only where their names agree too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from cjmine.onboarding.columns import Column
from cjmine.onboarding.words import CASE, GENERIC, PERSON, hints, parts_of

LEAST = 20
_HALF = 0.5
_LEAST_OF_SMALL = 5
_SHARE = 0.05
_CHANCE = 3
_SHORT_NUMBERS = 10_000


@dataclass(frozen=True)
class Place:
    """A column that may hold ids, and the number of the source that it is in."""

    source: int
    column: Column


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns of two sources that share ids: how many, and the share of the one with fewer."""

    left: Place
    right: Place
    shared: int
    share: float


def pairs_of(places: Sequence[Place]) -> list[Pair]:
    """Return every pair of columns of different sources that share ids, the closest first."""
    found = [
        pair
        for left, right in combinations(places, 2)
        if left.source != right.source and (pair := _pair(left, right)) is not None
    ]
    return sorted(found, key=lambda one: (-one.share, -one.shared, _order(one.left), _order(one.right)))


def mixed_in(pairs: Sequence[Pair]) -> list[Place]:
    """Return the columns that hold ids of several kinds: shared with unlike columns of one source."""
    met: dict[tuple[int, str], tuple[Place, dict[int, set[str]]]] = {}
    for pair in pairs:
        for mine, other in ((pair.left, pair.right), (pair.right, pair.left)):
            shapes = met.setdefault(_order(mine), (mine, {}))[1]
            shapes.setdefault(other.source, set()).add(other.column.shape)
    return [
        place for _, (place, shapes) in sorted(met.items()) if any(len(one) > 1 for one in shapes.values())
    ]


def without(pairs: Sequence[Pair], places: Sequence[Place]) -> list[Pair]:
    """Return the pairs that none of some columns is in."""
    gone = {_order(place) for place in places}
    return [pair for pair in pairs if not {_order(pair.left), _order(pair.right)} & gone]


def _order(place: Place) -> tuple[int, str]:
    return place.source, place.column.name


def _pair(left: Place, right: Place) -> Pair | None:
    smaller, larger = sorted((left.column.ids, right.column.ids), key=len)
    if not len(smaller):
        return None
    shared = int(smaller.is_in(larger.implode()).sum())
    share = shared / len(smaller)
    enough = shared >= LEAST or (share >= _HALF and shared >= _LEAST_OF_SMALL)
    if not enough or share < _SHARE:
        return None
    if left.column.numeric and right.column.numeric and not _more_than_chance(left, right, shared):
        return None
    return Pair(left, right, shared, share)


def _more_than_chance(left: Place, right: Place, shared: int) -> bool:
    """Tell whether two columns of numbers share more than any two as dense as they are would.

    Where they count from one on, as rows are numbered, only their names can tell.
    """
    one, other = (place.column.ids.cast(pl.Float64) for place in (left, right))
    low, high = max(_least(one), _least(other)), min(_most(one), _most(other))
    here = [int(((values >= low) & (values <= high)).sum()) for values in (one, other)]
    by_chance = here[0] * here[1] / max(high - low + 1, 1)
    if shared > _CHANCE * by_chance and min(_most(one), _most(other)) >= _SHORT_NUMBERS:
        return True
    words = [set(parts_of(" ".join(place.column.names))) - GENERIC for place in (left, right)]
    return bool(words[0] & words[1] & (PERSON | CASE))


def _least(values: pl.Series) -> float:
    return float(str(values.min()))


def _most(values: pl.Series) -> float:
    return float(str(values.max()))


@dataclass(frozen=True)
class Space:
    """Columns whose ids are the same people's or cases': its name, its columns, the pairs that show it."""

    name: str
    places: tuple[Place, ...]
    pairs: tuple[Pair, ...]

    @property
    def person(self) -> bool:
        """Whether the name of any of its columns says that it is about a person."""
        return any(hints(place.column.names, PERSON) for place in self.places)

    @property
    def case(self) -> bool:
        """Whether its columns' names say that it is about cases, and none that it is about people."""
        return not self.person and any(hints(place.column.names, CASE) for place in self.places)

    def of(self, source: int) -> list[Column]:
        """Return the columns of one source in it."""
        return [place.column for place in self.places if place.source == source]

    def best(self, source: int, column: Column) -> Pair | None:
        """Return the closest pair of one of its columns."""
        mine = (
            pair
            for pair in self.pairs
            for end in (pair.left, pair.right)
            if end.source == source and end.column is column
        )
        return next(mine, None)


def spaces_of(pairs: Sequence[Pair], tables: Sequence[int] = ()) -> list[Space]:
    """Return the spaces that pairs make, in the order of their first column, each with a name of its own.

    ``tables`` are the sources without times, whose columns name a space best.
    """
    places: dict[tuple[int, str], Place] = {}
    group: dict[tuple[int, str], tuple[int, str]] = {}

    def root(key: tuple[int, str]) -> tuple[int, str]:
        while group[key] != key:
            key = group[key]
        return key

    for pair in pairs:
        for end in (pair.left, pair.right):
            places.setdefault(_order(end), end)
            group.setdefault(_order(end), _order(end))
        low, high = sorted((root(_order(pair.left)), root(_order(pair.right))))
        group[high] = low
    members: dict[tuple[int, str], list[Place]] = {}
    for key in sorted(places):
        members.setdefault(root(key), []).append(places[key])
    found: list[Space] = []
    for mine in members.values():
        taken = [space.name for space in found]
        held = tuple(pair for pair in pairs if any(pair.left is one for one in mine))
        found.append(Space(name=_name(mine, tables, taken), places=tuple(mine), pairs=held))
    return found


def _name(places: Sequence[Place], tables: Sequence[int], taken: Sequence[str]) -> str:
    """Name a space by what its columns are called: those of the table with the most ids count first."""
    ranked = sorted(places, key=lambda one: (one.source not in tables, -len(one.column.ids), _order(one)))
    told = [name for one in ranked if (name := "_".join(_telling(one.column.name)))]
    name = told[0] if told else "shared"
    number = 1
    while (unique := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return unique


def _telling(name: str) -> list[str]:
    return [part for part in parts_of(name) if part not in GENERIC and part.isascii()]
