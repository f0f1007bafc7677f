"""What a project file may say; every key has a default or is required, none is ignored."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model, field_validator

from cjmine.detectors.roster import ROSTER
from cjmine.discovery.settings import DiscoverySettings
from cjmine.domain.deadlines import Deadlines
from cjmine.domain.office_hours import holiday_fault, office_hours, working_calendar, zone_fault
from cjmine.domain.plan import PlanClock
from cjmine.domain.settings import Settings, Share
from cjmine.domain.working_time import WorkingCalendar
from cjmine.engine.settings import EngineChoice, EngineSettings
from cjmine.identity.settings import IdentitySettings
from cjmine.ingest.settings import Source
from cjmine.journeys.settings import ContactSettings, JourneySettings

YES = {"true", "yes", "on", "1", "t", "y"}
"""How a project file says yes."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


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
        if value is not None:
            office_hours(value)
        return value

    @field_validator("holidays")
    @classmethod
    def _holidays(cls, value: str | None) -> str | None:
        if value is not None and (what := holiday_fault(value)):
            raise ValueError(what)
        return value

    def calendar(self, first: date, last: date) -> WorkingCalendar | None:
        """Return the office hours of the years the events span, or ``None`` without ``working``."""
        if self.working is None:
            return None
        return working_calendar(self.timezone, office_hours(self.working), self.holidays, first, last)

    def deadlines(self, plan: PlanClock | None, first: date, last: date) -> Deadlines:
        """Return the clock of an intended journey: its own where it has one, else the project's."""
        calendar = None if plan is None else plan.calendar(first, last)
        calendar = calendar or self.calendar(first, last)
        zone = self.timezone if plan is None else plan.timezone
        usual = calendar or WorkingCalendar(timezone=zone)
        return Deadlines(calendar=replace(usual, timezone=zone), told=calendar is not None)


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
