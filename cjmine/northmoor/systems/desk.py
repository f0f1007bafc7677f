"""What does a system get to see of a life, and in which form does it hand over what it recorded?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cjmine.domain.vocabulary import Channel, Direction
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, CONTACT_CENTRE, COUNCIL_TAX, HOUSING, PARKING, Act, Life, What
from cjmine.northmoor.dice import Dice
from cjmine.northmoor.person import Person

TEAMS = {CONTACT_CENTRE: "CC", COUNCIL_TAX: "CTAX", HOUSING: "HSG", BENEFITS: "BEN", PARKING: "PRK"}
END = clock.utc(clock.LOG_END)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class System(StrEnum):
    """The sources of the project file, in the order of their rank there."""

    PORTAL = "portal"
    TELEPHONY = "telephony"
    CRM_ARCHIVE = "crm_archive"
    CRM = "crm"
    HOUSING = "housing"
    REVENUES = "revenues"
    BENEFITS = "benefits"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of an export.

    ``file`` names the export (``#SHEET`` after a workbook's name); within it
    rows are sorted by ``group``, then by the instant ``at``. ``act`` is the
    position of the act it records. ``source_id`` is the id it carries (``None``:
    no id at all), ``linkable`` whether something in the exports leads from that
    id to the person, ``survives`` whether cjmine is meant to accept it.
    """

    system: System
    file: str
    at: datetime
    act: int
    cells: tuple[str, ...]
    source_id: str | None
    linkable: bool
    group: str = ""
    survives: bool = True

    @property
    def microseconds(self) -> int:
        """The instant as a number."""
        return (self.at - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the systems need to write down one person's acts: the life, chance of their own, the accounts.

    ``keepers`` names the system that keeps the best record of each act; ``ends``
    tells when each call was over, by the position of its first act.
    """

    life: Life
    dice: Dice
    everybody: Sequence[Person]
    keepers: tuple[System, ...]
    ends: dict[int, datetime] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        """Whose life it is."""
        return self.life.person

    def acts_of(self, system: System) -> list[tuple[int, Act]]:
        """Return the acts that a system is the one to keep, with their positions."""
        kept = zip(self.life.acts, self.keepers, strict=True)
        return [(at, act) for at, (act, keeper) in enumerate(kept) if keeper is system]

    def shared_case(self, act: Act) -> str:
        """Return the case id that the systems share since the change; nothing before it."""
        if act.journey is None or "shared_case" not in self.life.journeys[act.journey].attributes:
            return ""
        return f"SC{4 * self.person.index + act.journey + 10_001}"


def keeper(act: Act, *, tenant: bool) -> System:
    """Return the system that keeps the best record of an act."""
    if act.channel is Channel.WEB:
        return System.PORTAL
    if act.channel is Channel.SURVEY:
        return System.SURVEY
    if act.direction is Direction.INBOUND and act.channel is not Channel.POST:
        return System.TELEPHONY if act.channel is Channel.PHONE else System.CRM
    if act.service == HOUSING and not tenant:  # private renters' landlords are on the council tax ledger
        return System.REVENUES
    return _OFFICES.get(str(act.service), System.CRM)


def local(instant: datetime) -> datetime:
    """Return what the clock on the wall shows."""
    return instant.astimezone(clock.ZONE)


def team(act: Act) -> str:
    """Return the short name of the service that acts."""
    return TEAMS[act.service] if act.service else ""


def items(act: Act) -> str:
    """Return what the customer told (``name=value``) and what the council asked for (``name?``)."""
    return ";".join([*(f"{name}={value}" for name, value in act.info), *(f"{name}?" for name in act.asks)])


def coded(act: Act, codes: dict[str, str], system: System) -> str:
    """Return the system's word for an act; a missing one is a fault of this table, not of the life."""
    if act.label not in codes:
        msg = f"{system} has no word for {act.label}"
        raise KeyError(msg)
    return codes[act.label]


def begins(act: Act) -> bool:
    """Say whether an act starts or stops a journey: such calls are always written up."""
    return act.what in _BEGINS


_OFFICES = {HOUSING: System.HOUSING, COUNCIL_TAX: System.REVENUES, BENEFITS: System.BENEFITS}
_BEGINS = frozenset(
    {
        *(What.NOTIFY, What.WITHDRAW, What.APPLY_DISCOUNT, What.CLAIM, What.REPORT_REPAIR),
        What.APPLY_PERMIT,
    }
)
