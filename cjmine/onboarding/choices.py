"""Channel, direction, outcome, service, need: by names of columns, and where all their values are known."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cjmine.domain.vocabulary import Channel
from cjmine.ingest.columns import BOOLEANS, FLAGS
from cjmine.onboarding.columns import Column
from cjmine.onboarding.drafts import Draft
from cjmine.onboarding.happened import seen
from cjmine.onboarding.plans import Chosen, Constant, Unsure
from cjmine.onboarding.words import BY_NAME, ROLES, STAFF, SYNONYMS, hints, parts_of
from cjmine.onboarding.yaml_words import inline

_FEW = 40
_COMES_IN = {
    *(Channel.WEB, Channel.PHONE, Channel.CHAT, Channel.SURVEY, Channel.APP, Channel.FACE_TO_FACE),
}
"""Channels that a customer begins, unless a column says otherwise."""
Found = tuple[list[Chosen], list[Constant], list[Unsure]]


def choices_of(draft: Draft, used: Sequence[Column]) -> Found:
    """Return what is sure, what the source's name says instead, and what is left to the planner."""
    chosen, unsure = list[Chosen](), list[Unsure]()
    for column in draft.columns:
        if any(column is one for one in used) or column.moments or column.values.dtype != pl.String:
            continue
        role = next((ours for ours, words in ROLES.items() if hints(column.names, words)), None)
        if role is None or any(one.ours == role for one in chosen) or not 0 < column.distinct.len() <= _FEW:
            continue
        if role not in SYNONYMS:
            chosen.append(Chosen(ours=role, column=column, why=seen(column)))
            continue
        known, lost = _translated(role, column)
        if lost:
            unsure.append(_half_known(role, column, known, lost))
        else:
            renamed = {theirs: ours for theirs, ours in known.items() if theirs != ours}
            chosen.append(Chosen(ours=role, column=column, why=seen(column), map=renamed))
    chosen += _flags(draft) + _staff(draft, used)
    named = {one.ours for one in chosen}
    constants = [one for one in _by_name(draft, named) if one.ours not in named]
    given = named | {one.ours for one in constants}
    if "channel" not in given:
        unsure.append(Unsure(line="channel: internal", why="a constant, if no column says how people met it"))
    if "direction" not in given:
        why = "inbound, outbound or internal: a constant if all rows are alike; without it no contacts"
        unsure.append(Unsure(line="direction: internal", why=why))
    return chosen, constants, unsure


def _translated(role: str, column: Column) -> tuple[dict[str, str], list[str]]:
    words = SYNONYMS[role]
    values = column.distinct.to_list()
    known = {value: str(words[value.casefold()]) for value in values if value.casefold() in words}
    return known, [value for value in values if value not in known]


def _half_known(role: str, column: Column, known: dict[str, str], lost: list[str]) -> Unsure:
    asked = {**known, **dict.fromkeys(lost, "?")}
    line = f"{role}: {inline({'from': column.name, 'map': asked})}"
    return Unsure(
        line=line, why=f"{len(lost)} of {len(asked)} values are not known here: put one of ours for each ?"
    )


def _flags(draft: Draft) -> list[Chosen]:
    return [
        Chosen(ours=name, column=one, why=seen(one))
        for name in FLAGS
        for one in draft.columns
        if one.name.casefold() == name
        and one.filled
        and one.values.dtype == pl.String
        and set(one.distinct.str.to_lowercase()) <= set(BOOLEANS)
    ]


def _staff(draft: Draft, used: Sequence[Column]) -> list[Chosen]:
    """Return the first column that says who did it: its values are never shown."""
    found = [
        one
        for one in draft.columns
        if hints(one.names, STAFF)
        and one.moments is None
        and one.distinct.len() > 1
        and not any(one is other for other in used)
    ]
    return [
        Chosen(ours="resource", column=one, why=f"who did it: {one.distinct.len():,} values")
        for one in found[:1]
    ]


def _by_name(draft: Draft, named: set[str]) -> list[Constant]:
    """Return what the name of the source or of its files says of all its rows."""
    words = {part for name in (draft.name, *(path.stem for path in draft.paths)) for part in parts_of(name)}
    channel = next((str(one) for one, known in BY_NAME.items() if words & known), None)
    found = []
    if channel is not None:
        found.append(
            Constant(ours="channel", value=channel, why="guessed from the name of the source; please check")
        )
        if channel in _COMES_IN and "channel" not in named:
            why = "guessed from the channel: people came of themselves; please check"
            found.append(Constant(ours="direction", value="inbound", why=why))
    why = "no column says which part of the organisation it was; this is the name of the source"
    found.append(Constant(ours="service", value=draft.name, why=why))
    return found
