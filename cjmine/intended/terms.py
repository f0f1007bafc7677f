"""How does a plan write a length of time, and what it counts from?

``30 min``, ``4 h``, ``4 wh``, ``9 days``, ``10 wd``, ``2 weeks``; a limit adds
``of STEP``, ``of start`` or ``of`` a date that the customer gives.
"""

from __future__ import annotations

import re

from cjmine.domain.plan import Length, Unit
from cjmine.errors import nearest

_UNITS = {
    "min": (1, Unit.MINUTE),
    "h": (1, Unit.HOUR),
    "wh": (1, Unit.WORKING_HOUR),
    "d": (1, Unit.DAY),
    "day": (1, Unit.DAY),
    "days": (1, Unit.DAY),
    "wd": (1, Unit.WORKING_DAY),
    "week": (7, Unit.DAY),
    "weeks": (7, Unit.DAY),
}
_LENGTH = re.compile(r"(\d{1,5})\s*([^\W\d_]+)")
_LIMIT = re.compile(r"(.+?)\s+(?:of|after)\s+(\S+)")
LENGTH = r"\d+\s*[^\W\d_]+"
"""What looks like a length of time, for patterns of whole sentences."""


class BadLengthError(ValueError):
    """A text is no length of time: ``what`` is wrong, and the nearest valid form."""

    def __init__(self, what: str, hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(f"{what}; {hint}")


def length_of(text: str) -> Length:
    """Read a length of time; raises ``BadLengthError`` with the nearest valid form.

    >>> str(length_of("2 weeks"))
    '14 d'
    """
    found = _LENGTH.fullmatch(text)
    if found is None:
        what = f"{text!r} is no length of time"
        raise BadLengthError(what, "write a number and a unit, such as '10 wd'")
    if found[2] not in _UNITS:
        near = nearest(found[2], _UNITS).removeprefix("; ")
        what = f"{text!r} is no length of time: the unit {found[2]!r} is not known"
        raise BadLengthError(what, near or f"units are {', '.join(_UNITS)}")
    times, unit = _UNITS[found[2]]
    return Length(int(found[1]) * times, unit)


def limit_of(text: str) -> tuple[Length, str]:
    """Read ``10 wd of notify_move``; raises ``BadLengthError`` with the nearest valid form."""
    found = _LIMIT.fullmatch(text)
    if found is None:
        what = f"{text!r} does not say what it counts from"
        raise BadLengthError(what, "write it like '10 wd of notify_move' or '10 wd of start'")
    return length_of(found[1]), found[2]
