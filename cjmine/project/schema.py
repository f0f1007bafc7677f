"""What a project file may say; every key has a default or is required, none is ignored."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, create_model, field_validator

from cjmine.detectors.roster import ROSTER
from cjmine.discovery.settings import DiscoverySettings
from cjmine.domain.settings import Settings, Share
from cjmine.domain.working_time import WorkingCalendar
from cjmine.engine.settings import EngineChoice, EngineSettings
from cjmine.errors import nearest
from cjmine.identity.settings import IdentitySettings
from cjmine.ingest.settings import Source
from cjmine.journeys.settings import ContactSettings, JourneySettings

YES = {"true", "yes", "on", "1", "t", "y"}
"""How a project file says yes."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_WORKING = re.compile(r"(\w{3})-(\w{3}) (\d\d):(\d\d)-(\d\d):(\d\d)")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOLIDAYS = {
    "england": ("GB", "ENG"),
    "wales": ("GB", "WLS"),
    "scotland": ("GB", "SCT"),
    "northern-ireland": ("GB", "NIR"),
    "netherlands": ("NL", None),
    "new-york": ("US", "NY"),
}


def zone_fault(zone: str) -> str:
    """Say what is wrong with the name of a time zone; nothing where it is known."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        near = nearest(zone, available_timezones()) or "; write an IANA name such as 'Europe/London'"
        return f"{zone!r} is not a time zone{near}"
    return ""


class Clock(Settings):
    """The time zone of local times, and office hours for waits.

    Without ``working`` waits are elapsed hours.
    """

    timezone: str = "UTC"
    working: str | None = None
    holidays: str | None = None

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if what := zone_fault(value):
            raise ValueError(what)
        return value

    @field_validator("working")
    @classmethod
    def _working(cls, value: str | None) -> str | None:
        found = _WORKING.fullmatch(value) if value is not None else None
        if value is not None and (found is None or not {found[1], found[2]} <= set(_DAYS)):
            msg = f"{value!r} is not understood; write office hours as 'Mon-Fri 09:00-17:00'"
            raise ValueError(msg)
        return value

    @field_validator("holidays")
    @classmethod
    def _holidays(cls, value: str | None) -> str | None:
        if value is not None and value not in _HOLIDAYS:
            near = nearest(value, _HOLIDAYS) or f"; one of {', '.join(_HOLIDAYS)}"
            msg = f"{value!r} is not a known holiday calendar{near}"
            raise ValueError(msg)
        return value

    def calendar(self, first: date, last: date) -> WorkingCalendar | None:
        """Return the office hours of the years the events span, or ``None`` without ``working``."""
        found = _WORKING.fullmatch(self.working or "")
        if found is None:
            return None
        begin, end = _DAYS.index(found[1]), _DAYS.index(found[2])
        open_days = {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
        closed: list[str] = []
        if self.holidays is not None:
            import holidays  # noqa: PLC0415 (slow to import, and only needed here)

            country, part = _HOLIDAYS[self.holidays]
            years = range(first.year, last.year + 2)
            closed = sorted(str(day) for day in holidays.country_holidays(country, subdiv=part, years=years))
        return WorkingCalendar(
            timezone=self.timezone,
            week="".join("1" if day in open_days else "0" for day in range(7)),
            opens=time(int(found[3]), int(found[4])),
            closes=time(int(found[5]), int(found[6])),
            holidays=tuple(closed),
        )


class Output(Settings):
    """Where a run goes and when its input is too broken to believe."""

    folder: Path | None = None
    max_quarantine: Share = 0.01


if TYPE_CHECKING:
    DetectorSettings = Settings
else:
    _BLOCKS: dict[str, Any] = {one.name: (one.settings, one.settings()) for one in ROSTER}
    DetectorSettings = create_model("DetectorSettings", __base__=Settings, **_BLOCKS)
    """One optional block for each detector on the roster."""


class Project(Settings):
    """A project file, read and checked."""

    project: str
    title: str = ""
    personal: bool = False
    clock: Clock = Clock()
    sources: tuple[Source, ...] = Field(min_length=1)
    identity: IdentitySettings = IdentitySettings()
    contacts: ContactSettings = ContactSettings()
    journeys: JourneySettings = JourneySettings()
    discovery: DiscoverySettings = DiscoverySettings()
    detectors: DetectorSettings = DetectorSettings()
    output: Output = Output()
    engine: EngineChoice = EngineSettings()

    @field_validator("project")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            msg = f"{value!r} is no name for a folder; use letters, digits, '-' and '_'"
            raise ValueError(msg)
        return value

    def extracted_at(self) -> dict[str, datetime]:
        """Return when each system's exports were made, where the file says so."""
        stated = {one.name: one.extracted_at(self.clock.timezone) for one in self.sources}
        return {name: moment for name, moment in stated.items() if moment is not None}

    def parts(self) -> dict[str, Settings]:
        """Return every settings value that kernels may ask for, by class name."""
        blocks = [self.contacts, self.journeys, self.identity, self.discovery]
        blocks += [getattr(self.detectors, detector.name) for detector in ROSTER]
        return {type(block).__name__: block for block in blocks}
