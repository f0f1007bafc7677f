"""Whose row is it? Which column names the customer, which the case, and which other ids bridge systems?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cjmine.onboarding.columns import Column
from cjmine.onboarding.drafts import Draft
from cjmine.onboarding.plans import Chosen, Unsure
from cjmine.onboarding.shared import Pair, Place, Space
from cjmine.onboarding.words import CALL, CASE, NO_ID, OTHERS, PERSON, hints, parts_of
from cjmine.onboarding.yaml_words import word

_UNIQUE = 0.8
_EVENT = frozenset({"event", "gebeurtenis", "ereignis"})
_TRACE = "case:concept:name"


@dataclass(frozen=True)
class Ids:
    """The ids of one source: our columns, what is unsure, and the space of its customers if it shares one."""

    columns: tuple[Chosen, ...]
    unsure: tuple[Unsure, ...] = ()
    space: Space | None = None
    keys: tuple[Space, ...] = ()


@dataclass(frozen=True)
class World:
    """All sources side by side: which have times, which spaces of ids they share, the pairs that show it."""

    drafts: Sequence[Draft]
    tables: Sequence[int]
    spaces: Sequence[Space]
    mixed: Sequence[Place] = field(default=())

    def events(self, space: Space) -> int:
        """Return how many sources of events have ids of a space."""
        return len({place.source for place in space.places} - set(self.tables))

    def people(self, space: Space) -> bool:
        """Tell whether a space is of people: a name says so, or a table lists its ids beside others."""
        return space.person or any(
            place.source in self.tables and len(self.ids_in(place.source)) > 1 for place in space.places
        )

    def ids_in(self, source: int) -> list[Column]:
        """Return the columns of a source that share ids with another."""
        return [column for space in self.spaces for column in space.of(source)]

    def say(self, pair: Pair, column: Column) -> str:
        """Say what a pair of columns shares, as seen from one of them."""
        mine, other = (pair.left, pair.right) if pair.left.column is column else (pair.right, pair.left)
        count, own = pair.shared, len(column.ids)
        where = f"{self.drafts[other.source].name}.{other.column.name}"
        return f"{share_of(count, own)} of its {own:,} values are also in {where}" + (
            ""
            if self.drafts[mine.source].whole and self.drafts[other.source].whole
            else " (of the rows looked at)"
        )


def share_of(count: int, whole: int) -> str:
    """Return a share in whole per cent, never rounded to none or to all where it is neither."""
    percent = round(100 * count / whole)
    return f"{min(max(percent, 1), 99) if 0 < count < whole else percent} %"


def ids_of(world: World, source: int) -> Ids:
    """Choose the columns of ids of one source of events; without any the customer is missing."""
    draft = world.drafts[source]
    mine = [space for space in world.spaces if space.of(source)]
    events = [space for space in mine if _event_ids(world, space)]
    shared = [space for space in mine if not any(space is one for one in events)]
    chosen = [
        Chosen(
            ours="native_event_id",
            column=column,
            why=f"rows with one id are one event; {_told(world, space, source, column)}",
        )
        for space in events[:1]
        for column in [_best(space, source)]
    ]
    who, space = _customer(world, source, shared)
    if who is None:
        return Ids(columns=tuple(chosen))
    chosen.insert(0, who)
    used = [one.column for one in chosen]
    unsure = list[Unsure]()
    keys = [one for one in shared if one is not space and world.people(one)]
    for key in keys:
        column = _best(key, source)
        used.append(column)
        chosen.append(Chosen(ours=key.name, column=column, why=f"a key; {_told(world, key, source, column)}"))
    chosen += _cases(world, source, space, shared, used)
    used = [one.column for one in chosen]
    chosen += _calls(draft, used)
    for one in shared:
        unsure += _left(world, one, source, [each.column for each in chosen])
    unsure += _own_keys(draft, who.column, [each.column for each in chosen])
    return Ids(columns=tuple(chosen), unsure=tuple(unsure), space=space, keys=tuple(keys))


def _event_ids(world: World, space: Space) -> bool:
    """Tell whether a space is of single events: nearly every row has its own, and the name claims no more."""
    return all(
        place.column.distinct.len() >= _UNIQUE * place.column.filled
        and (parts_of(place.column.name) in {("id",), ("id", "id")} or hints(place.column.names, _EVENT))
        for place in space.places
        if place.source not in world.tables
    )


def _best(space: Space, source: int) -> Column:
    """Return the column of a source that names the one the row is about."""
    mine = space.of(source)
    return max(
        mine,
        key=lambda one: (
            not hints(one.names, OTHERS),
            "id" in parts_of(one.name),
            round(one.share, 1),
            _shared(space, source, one),
            len(one.ids),
            -mine.index(one),
        ),
    )


def _shared(space: Space, source: int, column: Column) -> float:
    """Return the share of a column's ids that the closest other column has too."""
    pair = space.best(source, column)
    return pair.shared / max(len(column.ids), 1) if pair else 0.0


def _told(world: World, space: Space, source: int, column: Column) -> str:
    pair = space.best(source, column)
    return world.say(pair, column) if pair else "shared with another export"


def _customer(world: World, source: int, shared: Sequence[Space]) -> tuple[Chosen | None, Space | None]:
    draft = world.drafts[source]
    ranked = sorted(
        shared,
        key=lambda one: (
            not world.people(one),
            -world.events(one),
            "id" not in parts_of(_best(one, source).name),
            -round(_best(one, source).share, 2),
            one.name,
        ),
    )
    own = [
        one
        for one in draft.columns
        if one.id_like
        and hints(one.names, PERSON)
        and not hints(one.names, OTHERS | CALL)
        and not any(one is column for space in shared for column in space.of(source))
    ]
    if ranked and (world.people(ranked[0]) or not own):
        column = _best(ranked[0], source)
        why = f"{_told(world, ranked[0], source, column)}{_gaps(column)}"
        return Chosen(ours="customer", column=column, why=why), ranked[0]
    alone = "no other export has these ids: this source stands alone"
    if own:
        column = max(own, key=lambda one: (round(one.share, 1), -draft.columns.index(one)))
        return Chosen(ours="customer", column=column, why=f"{alone}{_gaps(column)}"), None
    ids = [one for one in draft.columns if _may_be_case(one)]
    if not ids:
        return None, None
    column = max(ids, key=lambda one: (_case_points(one), -one.distinct.len(), -draft.columns.index(one)))
    return Chosen(ours="customer", column=column, why=f"each case is its own customer: {alone}"), None


def _gaps(column: Column) -> str:
    return (
        "" if column.share == 1 else f"; {share_of(column.filled, column.values.len())} of the rows have one"
    )


def _may_be_case(column: Column) -> bool:
    """Tell whether a column may name cases; the names of an event log's traces always do."""
    if column.name == _TRACE:
        return bool(column.filled)
    small = column.moments is None and hints(column.names, CASE) and not hints(column.names, NO_ID)
    return column.id_like or (small and column.distinct.len() > 1 and parts_of(column.name)[-1:] != ("type",))


def _case_points(column: Column) -> int:
    return (
        3 * (column.name == _TRACE) + 2 * hints(column.names, CASE) - 2 * hints(column.names, OTHERS | CALL)
    )


def _cases(
    world: World, source: int, space: Space | None, shared: Sequence[Space], used: Sequence[Column]
) -> list[Chosen]:
    """Return the system's own case id, and the case id that several systems share."""
    draft = world.drafts[source]
    found = list[Chosen]()
    common = [one for one in shared if one is not space and one.case and world.events(one) > 1]
    common.sort(key=lambda one: (-world.events(one), one.name))
    of_case = [one for one in draft.columns if _may_be_case(one) and _case_points(one) > 0]
    free = [one for one in of_case if not any(one is other for other in used)]
    everywhere = _best(common[0], source) if common else None
    own = [one for one in free if one is not everywhere]
    native = max(own or free, key=lambda one: (_case_points(one), round(one.share, 1)), default=None)
    if native is not None:
        why = f"rows that share it belong to one journey: {native.distinct.len():,} cases"
        found.append(Chosen(ours="native_case_id", column=native, why=why))
    if space is not None and not world.people(space):
        column = _best(space, source)
        why = "nothing names a person: what the exports share is taken as one case, and as one customer"
        found.append(Chosen(ours="case_key", column=column, why=why))
    elif everywhere is not None:
        told = _told(world, common[0], source, everywhere)
        found.append(Chosen(ours="case_key", column=everywhere, why=f"a case id of several systems; {told}"))
    return found


def _calls(draft: Draft, used: Sequence[Column]) -> list[Chosen]:
    calls = [
        one
        for one in draft.columns
        if one.id_like and hints(one.names, CALL) and not any(one is other for other in used)
    ]
    return [
        Chosen(ours="contact_key", column=one, why=f"call, session or thread: {one.distinct.len():,} values")
        for one in calls[:1]
    ]


def _left(world: World, space: Space, source: int, used: Sequence[Column]) -> list[Unsure]:
    """Tell the columns that share ids with other exports but are not used, and why."""
    found = []
    for column in space.of(source):
        if any(column is one for one in used):
            continue
        other = hints(column.names, OTHERS)
        reason = (
            "perhaps another person than the row is about"
            if other
            else "not used: one id of a kind is enough"
        )
        told = _told(world, space, source, column)
        found.append(Unsure(line=f"{space.name}: {word(column.name)}", why=f"{told}; {reason}"))
    return found


def _own_keys(draft: Draft, customer: Column, used: Sequence[Column]) -> list[Unsure]:
    """Tell the ids that stand in rows without a customer too: within this source they may bridge rows."""
    missing = customer.values.is_null()
    found = []
    for column in draft.columns:
        if any(column is one for one in used) or not column.id_like or not hints(column.names, PERSON):
            continue
        more = int((missing & column.values.is_not_null()).sum())
        if more:
            name = "_".join(parts_of(column.name)) or "key"
            why = (
                f"{more:,} rows without a customer have one: as an identity key named {name} it may tell who"
            )
            found.append(Unsure(line=f"{name}: {word(column.name)}", why=why))
    return found
