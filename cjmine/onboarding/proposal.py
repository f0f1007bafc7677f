"""What would a first project say about these exports? Every source with its plan, and how they are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cjmine.domain.tables import EVENT
from cjmine.identity.settings import Normalise
from cjmine.ingest.columns import MAPPABLE
from cjmine.ingest.settings import Format
from cjmine.onboarding.choices import choices_of
from cjmine.onboarding.drafts import Draft
from cjmine.onboarding.found import LeftOut
from cjmine.onboarding.happened import activity_of, extracted_of, start_of, times_of
from cjmine.onboarding.plans import Chosen, Constant, Plan
from cjmine.onboarding.shared import Pair, Place, Space, mixed_in, pairs_of, spaces_of, without
from cjmine.onboarding.who import Ids, World, ids_of

_LIFECYCLE, _BOTH, _DONE = "lifecycle:transition", {"start", "complete"}, "complete"
_RESERVED = {*EVENT.schema, *MAPPABLE}
_CODES = {
    "Europe/Amsterdam": "31",
    "Europe/Brussels": "32",
    "Europe/Zurich": "41",
    "Europe/Vienna": "43",
    "Europe/Berlin": "49",
    "Europe/Dublin": "353",
}
_TWO = 2


@dataclass(frozen=True)
class Key:
    """An identity key: its name, how its values are made comparable, the calling code, what was seen."""

    name: str
    normalise: str
    country: str
    why: str


@dataclass(frozen=True)
class Table:
    """A table of ids that belong together: its source, and its columns by the name of their space."""

    draft: Draft
    columns: dict[str, list[str]]
    why: str


@dataclass(frozen=True)
class Proposal:
    """All of a first project: plans, keys, tables of ids, pairs of columns that share ids, what is left."""

    plans: tuple[Plan, ...]
    keys: tuple[Key, ...]
    tables: tuple[Table, ...]
    joins: tuple[Pair, ...]
    drafts: tuple[Draft, ...]
    left: tuple[LeftOut, ...]


def propose(drafts: Sequence[Draft], timezone: str) -> Proposal:
    """Choose the role of every source and column from names, values and the ids that sources share."""
    starts = [start_of(one) for one in drafts]
    tables = [number for number, start in enumerate(starts) if start is None]
    places = [
        Place(n, column) for n, draft in enumerate(drafts) for column in draft.columns if column.id_like
    ]
    pairs = pairs_of(places)
    mixed = mixed_in(pairs)
    pairs = without(pairs, mixed)
    spaces = [_renamed(one) for one in spaces_of(pairs, tables)]
    world = World(drafts=drafts, tables=tables, spaces=spaces, mixed=mixed)
    plans, found, left = list[Plan](), dict[str, Ids](), list[LeftOut]()
    for number, (draft, start) in enumerate(zip(drafts, starts, strict=True)):
        if start is None:
            continue
        ids = ids_of(world, number)
        if not any(one.ours == "customer" for one in ids.columns):
            why = "no column looks like an id of customers or cases"
            left.append(LeftOut(what=draft.name, why=f"{why} (columns: {_listed(draft)})"))
            continue
        plans.append(_plan(draft, ids, [one.name for one in spaces]))
        found[draft.name] = ids
    used = _used(spaces, found)
    listed, unlisted = _tables(world, used)
    return Proposal(
        plans=tuple(plans),
        keys=_keys(used, found, timezone),
        tables=tuple(listed),
        joins=tuple(pairs),
        drafts=tuple(drafts),
        left=(*left, *unlisted),
    )


def _renamed(space: Space) -> Space:
    """Give a space another name where a key cannot have its own."""
    return replace(space, name=f"{space.name}_id") if space.name in _RESERVED else space


def _listed(draft: Draft) -> str:
    return ", ".join(one.name for one in draft.columns[:12]) + (", ..." if len(draft.columns) > 12 else "")  # noqa: PLR2004


def _plan(draft: Draft, ids: Ids, names: Sequence[str]) -> Plan:
    start = start_of(draft)
    assert start is not None  # noqa: S101 - sources without times are tables
    times, unsure = times_of(draft, start)
    used = [one.column for one in (*ids.columns, *times)]
    activity, doubted = activity_of(draft, used)
    chosen, constants = [*ids.columns], list[Constant]()
    if isinstance(activity, Chosen):
        chosen.append(activity)
        used.append(activity.column)
    else:
        constants.append(activity)
    more, given, asked = choices_of(draft, used)
    scheme, why = _scheme(draft, ids, names)
    extracted, told = extracted_of(start) or (None, "")
    return Plan(
        draft=draft,
        columns=(*chosen, *times, *more),
        constants=(*constants, *given),
        unsure=(*ids.unsure, *doubted, *unsure, *asked),
        scheme=scheme,
        scheme_why=why,
        keep=_keep(draft),
        extracted=extracted,
        extracted_why=told,
        notes=draft.doubts,
    )


def _scheme(draft: Draft, ids: Ids, names: Sequence[str]) -> tuple[str | None, str]:
    if ids.space is not None:
        return ids.space.name, "the kind of its customer ids; sources with one scheme share them"
    if draft.name in names:  # its own ids are not those that another export calls so
        return f"{draft.name}_own", "its ids are in no other export"
    return None, ""


def _keep(draft: Draft) -> dict[str, tuple[str, ...]]:
    both = next((one for one in draft.columns if one.name == _LIFECYCLE), None)
    if both is None:
        return {}
    usual = {value for value in both.distinct.to_list() if value.casefold() in _BOTH}
    done = tuple(sorted(value for value in usual if value.casefold() == _DONE))
    return {_LIFECYCLE: done} if len(usual) > len(done) > 0 else {}


def _used(spaces: Sequence[Space], found: dict[str, Ids]) -> list[Space]:
    """Return the spaces that some source has its customers or a key in."""
    return [
        one
        for one in spaces
        if any(ids.space is one or any(key is one for key in ids.keys) for ids in found.values())
    ]


def _keys(used: Sequence[Space], found: dict[str, Ids], timezone: str) -> tuple[Key, ...]:
    """Return a key for each space beside a customer, and for those written in several ways."""
    keys = []
    for space in used:
        beside = [name for name, ids in found.items() if any(key is space for key in ids.keys)]
        kinds = {place.column.normalise for place in space.places}
        kind = next((one for one in (Normalise.E164, Normalise.LOWER) if one in kinds), Normalise.NONE)
        if not beside and kind is Normalise.NONE:
            continue
        why = f"in {', '.join(beside)}" if beside else "written in several ways, made comparable"
        keys.append(Key(space.name, kind, _CODES.get(timezone, "44"), why))
    return tuple(keys)


def _tables(world: World, used: Sequence[Space]) -> tuple[list[Table], list[LeftOut]]:
    """Return the files without times that say which ids belong together, and why others are not used."""
    tables, left = list[Table](), list[LeftOut]()
    for number in world.tables:
        draft = world.drafts[number]
        columns = {one.name: [column.name for column in one.of(number)] for one in used if one.of(number)}
        why = _why_not(world, number, columns)
        if why:
            left.append(LeftOut(what=draft.name, why=why))
            continue
        shares = [
            world.say(pair, column)
            for one in used
            for column in one.of(number)
            if (pair := one.best(number, column)) is not None
        ]
        tables.append(
            Table(
                draft, columns, f"{draft.rows:,} rows without times: ids that belong together ({shares[0]})"
            )
        )
    return tables, left


def _why_not(world: World, number: int, columns: dict[str, list[str]]) -> str:
    """Say why a file without times is no table of ids; nothing where it is one."""
    draft = world.drafts[number]
    mixed = [place.column.name for place in world.mixed if place.source == number]
    told = f"no column of times is filled in nearly every row (columns: {_listed(draft)})"
    if mixed:
        return f"{told}; {mixed[0]} holds ids of several systems in one column, which a crosswalk cannot say"
    if sum(map(len, columns.values())) < _TWO:
        return f"{told}; it does not have two columns of ids that exports with times have too"
    if draft.form is not Format.CSV:
        return f"it has ids of several systems, no times: as CSV it is a crosswalk ({draft.form})"
    return ""
