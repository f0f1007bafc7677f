"""What do the truth files call a journey, a contact, a true event? All are counted from 1 within a person."""

from __future__ import annotations

from datetime import datetime

from cjmine.northmoor.acts import Life
from cjmine.northmoor.clock import ZONE


def journey_name(life: Life, number: int | None) -> str:
    """Return ``P00001.J1`` for the person's first journey; nothing where there is none."""
    return "" if number is None else f"{life.person.name}.J{number + 1}"


def contact_name(life: Life, number: int | None) -> str:
    """Return ``P00001.C1`` for the person's first contact; nothing where there is none."""
    return "" if number is None else f"{life.person.name}.C{number + 1}"


def event_name(life: Life, position: int) -> str:
    """Return ``P00001.E001`` for the person's first act."""
    return f"{life.person.name}.E{position + 1:03d}"


def event_names(life: Life, positions: tuple[int, ...]) -> str:
    """Return the names of several acts, separated by spaces."""
    return " ".join(event_name(life, position) for position in positions)


def moment(local: datetime) -> str:
    """Return a local time with its offset from UTC, so that the repeated hour is told apart."""
    return (local.replace(tzinfo=ZONE) if local.tzinfo is None else local).isoformat(timespec="seconds")
