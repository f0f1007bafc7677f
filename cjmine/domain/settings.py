"""What every settings class shares: frozen, no unknown keys, durations in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "week": timedelta(weeks=1),
    "weeks": timedelta(weeks=1),
}
_DURATION = re.compile(r"(\d+)\s*([a-z]+)")


class Settings(BaseModel):
    """Base of every settings class; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


def duration(value: object) -> timedelta:
    """Read ``30 min``, ``4 h``, ``7 d`` or ``2 weeks``.

    Raises ``ValueError`` naming the forms it knows.

    >>> duration("7 d")
    datetime.timedelta(days=7)
    """
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(str(value).strip())
    if found is None or found[2] not in _UNITS:
        msg = f"{value!r} is not a duration; write a number and one of {', '.join(_UNITS)}, such as '7 d'"
        raise ValueError(msg)
    return int(found[1]) * _UNITS[found[2]]


def share(value: object) -> float:
    """Read ``1%``, ``1 %`` or ``0.01`` as a share between 0 and 1; raises ``ValueError``."""
    text = str(value).strip()
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        msg = f"{value!r} is not a share; write '1%' or a number from 0 to 1"
        raise ValueError(msg)
    return number


Duration = Annotated[timedelta, BeforeValidator(duration)]
Share = Annotated[float, BeforeValidator(share)]


def microseconds(length: timedelta) -> int:
    """Return a duration as the integer that kernels compute with."""
    return length // timedelta(microseconds=1)
