"""How are numbers, times and names written for a reader?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

# what XML 1.0 cannot hold, and what could turn the reading direction of the text around it
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
DASH = "\u2013"
_BLANKS = re.compile(r"\s+")
_NARROW, _WIDE = frozenset("iljftrI.,:;'|!()[] ·-"), frozenset("mwMWQO@%#&→…")
_HOUR, _TWO_DAYS, _FEW, _NEARLY, _EAST_ASIA = 1.0, 48.0, 10, 1, "\u2e7f"


def plain(text: object, limit: int = 200) -> str:
    """Return text fit for any page: printable, on one line, shortened to ``limit`` characters."""
    words = _BLANKS.sub(" ", _UNPRINTABLE.sub("\ufffd", str(text))).strip()
    return words if len(words) <= limit else words[: limit - 1] + "…"


def number(value: float | None, digits: int = 0) -> str:
    """Write 12345.6 as ``12,346``; nothing known is a dash.

    >>> number(12345.6)
    '12,346'
    """
    return DASH if value is None else f"{value:,.{digits}f}"


def percent(part: float, whole: float) -> str:
    """Write a share; near none and near all with one digit, and no share of nothing.

    >>> percent(1, 8), percent(1, 16)
    ('12 %', '6.2 %')
    """
    if not whole:
        return DASH
    share = 100 * part / whole
    if 0 < share < _FEW:
        return f"{share:.1f} %"
    nearly_all = 100 - _NEARLY < share < 100  # noqa: PLR2004 (per cent)
    return f"{min(share, 99.9):.1f} %" if nearly_all else f"{share:.0f} %"


def hours(value: float | None) -> str:
    """Write a length given in hours with its unit.

    >>> hours(0.5), hours(5.25), hours(72)
    ('30 min', '5.2 h', '3.0 d')
    """
    if value is None:
        return DASH
    if abs(value) < _HOUR:
        return f"{value * 60:.0f} min"
    return f"{value:.1f} h" if abs(value) < _TWO_DAYS else f"{value / 24:,.1f} d"


def setting(value: object) -> str:
    """Write a parameter: lengths of time with their unit, lists with commas, yes and no."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no"}.get(value, "not set") if value is not None else "not set"
    if isinstance(value, timedelta):
        for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
            if value.total_seconds() and not value.total_seconds() % size:
                return f"{value.total_seconds() / size:,.0f} {unit}"
        return f"{value.total_seconds():,g} s"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {setting(one)}" for key, one in value.items()) or "none"
    if isinstance(value, (list, tuple, set, frozenset)):
        return (
            ", ".join(
                setting(one)
                for one in (value if isinstance(value, (list, tuple)) else sorted(value, key=str))
            )
            or "none"
        )
    return plain(value)


def text_width(text: str, size: float) -> float:
    """Estimate a line's width in pixels, on the safe side for DejaVu Sans (the widest font used)."""
    return size * sum(
        1.0
        if ch > _EAST_ASIA
        else 0.42
        if ch in _NARROW
        else 0.99
        if ch in _WIDE
        else 0.72
        if ch.isupper()
        else 0.645
        for ch in text
    )


def wrapped(text: str, width: float, size: float, lines: int = 3) -> Sequence[str]:
    """Break a label into at most ``lines`` lines of ``width`` pixels; what is left ends in ``…``."""
    found: list[str] = []
    line = ""
    for word in re.findall(r"\S+?[-/_](?=\S)|\S+\s*", plain(text)):
        if line and text_width((line + word).rstrip(), size) > width:
            found.append(line.rstrip())
            line = ""
        line += word
        while text_width(line.rstrip(), size) > width:
            cut = max(1, next(i for i in range(1, len(line) + 1) if text_width(line[:i], size) > width) - 1)
            found.append(line[:cut])
            line = line[cut:]
    found += [line.rstrip()] if line.strip() else []
    if len(found) <= lines:
        return found or [""]
    last = found[lines - 1]
    while last and text_width(last + "…", size) > width:
        last = last[:-1]
    return [*found[: lines - 1], last + "…"]
