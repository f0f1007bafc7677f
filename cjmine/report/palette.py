"""Which colour stands for a service, and can its text be read on it?

Colours of Okabe and Ito (2008), which people with colour-vision deficiency can
tell apart; contrast as WCAG 2.2 defines it. Colour never stands alone: every
picture also names the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OKABE_ITO = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#0072b2", "#d55e00")
OTHER, INK, PAPER, LINE, BACK = "#d0d5dd", "#1d2430", "#ffffff", "#5b6675", "#a33c00"
_LOW, _POWER = 0.04045, 2.4


def by_service(services: Iterable[tuple[str, int]]) -> Mapping[str, str]:
    """Give the busiest services a colour each; the rest share grey. Input: (service, events)."""
    ranked = sorted(services, key=lambda one: (-one[1], one[0]))
    return {name: OKABE_ITO[i] if i < len(OKABE_ITO) else OTHER for i, name in enumerate(dict(ranked))}


def luminance(colour: str) -> float:
    """Return the relative luminance (0 to 1) of ``#rrggbb``."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= _LOW else ((p + 0.055) / 1.055) ** _POWER for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (1 to 21) of two colours.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_on(background: str) -> str:
    """Return black or white, whichever reads better on ``background``."""
    return max(("#000000", "#ffffff"), key=lambda text: contrast(text, background))
