"""How rows become contacts and contacts become journeys."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from cjmine.domain.settings import Duration, Settings, duration
from cjmine.domain.vocabulary import Channel


class Pad(Settings):
    """How far a second system's row may lie before the first's start and after its end."""

    before: Duration
    after: Duration


class ContactSettings(Settings):
    """When rows of several systems, or several rows of one, record one contact (2.2).

    ``echo_pad`` is per channel; channels not listed are never paired across
    systems. ``repeat_within`` merges inbound rows of equal content (a form
    fired twice); ``off`` keeps every row apart, for logs that are no contacts.
    """

    merge: bool = True
    echo_pad: dict[Channel, Pad] = Field(
        default_factory=lambda: {
            Channel.PHONE: Pad(before=duration("2 min"), after=duration("15 min")),
            Channel.EMAIL: Pad(before=duration("10 min"), after=duration("10 min")),
            Channel.FACE_TO_FACE: Pad(before=duration("30 min"), after=duration("30 min")),
        }
    )
    session_gap: Duration = duration("30 min")
    transfer_gap: Duration = duration("60 s")
    repeat_within: Duration = duration("60 s")


class SegmentBy(StrEnum):
    """How a customer's lifetime is cut into journeys (2.6)."""

    CASE = "case"
    START = "start"
    GAP = "gap"
    HYBRID = "hybrid"
    CUSTOMER = "customer"


class ModelFile(Settings):
    """An intended journey and the need it serves."""

    file: str
    need: str | None = None


class JourneySettings(Settings):
    """Segmentation, its windows, and the intended journeys."""

    by: SegmentBy = SegmentBy.HYBRID
    gap: Duration = duration("30 d")
    attach: Duration = duration("14 d")
    restart_gap: Duration = duration("14 d")
    aftercare: Duration = duration("14 d")
    abandon_min: Duration = duration("30 d")
    abandon_quantile: float = Field(default=0.95, ge=0.5, le=1)
    models: tuple[ModelFile, ...] = ()
