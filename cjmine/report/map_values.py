"""What a process map shows: touchpoints, the moves between them, and a caption."""

from __future__ import annotations

from dataclasses import dataclass

# no label from an export can equal these: labels are never blank at both ends
START, END = " start ", " end "


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A touchpoint: how often it happened, in how many journeys, how many began and ended there."""

    name: str
    title: str
    service: str
    events: int
    journeys: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A move from one touchpoint to the next; ``wait_h`` is the median wait in hours."""

    source: str
    target: str
    count: int
    wait_h: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The ordered pair it joins."""
        return self.source, self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMap:
    """What was chosen to be drawn; flows include those from ``START`` and to ``END``."""

    places: tuple[Place, ...]
    flows: tuple[Flow, ...]
    caption: str
