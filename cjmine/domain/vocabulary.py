"""The closed choices of the field, each spelt in one place."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How the customer and the organisation meet."""

    WEB = "web"
    APP = "app"
    PHONE = "phone"
    IVR = "ivr"
    FACE_TO_FACE = "face-to-face"
    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    POST = "post"
    SOCIAL = "social"
    KIOSK = "kiosk"
    HOME_VISIT = "home-visit"
    PARTNER = "partner"
    SURVEY = "survey"
    INTERNAL = "internal"


class Direction(StrEnum):
    """Who started it: the customer (inbound), the organisation (outbound), or nobody outside."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """How an event ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    ABANDONED = "abandoned"
    TRANSFERRED = "transferred"
    REQUESTED_INFO = "requested_info"
    SUPPLIED_INFO = "supplied_info"
    DECISION_YES = "decision+"
    DECISION_NO = "decision-"
    NONE = "none"


class ItemState(StrEnum):
    """What an event does to its work item."""

    OPEN = "open"
    CLOSE = "close"


class Precision(StrEnum):
    """How exactly a time is known; the value's interval is [start, start + precision)."""

    SECOND = "s"
    MINUTE = "min"
    DAY = "day"


class Status(StrEnum):
    """Where a journey stands at the end of the log."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    OPEN = "open"
    ABANDONED = "abandoned"


class MoveKind(StrEnum):
    """One step of an alignment: both agree, only the log moves, or only the model moves."""

    SYNC = "sync"
    MODEL = "model"
    LOG = "log"


class Severity(StrEnum):
    """How much a finding matters to the customer."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Confidence(StrEnum):
    """How sure the rule is, given what the exports hold."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Lever(StrEnum):
    """Where the remedy lies."""

    PEOPLE = "people"
    PROCESS = "process"
    TECHNOLOGY = "technology"
    INFORMATION = "information"


class Kind(StrEnum):
    """The deviations from an intended journey, in plain words."""

    MISSING = "missing"
    AD_HOC = "ad hoc"
    OUT_OF_ORDER = "out of order"
    TOO_MANY = "too many"
    FAILED = "failed"
    LATE = "late"
    EARLY = "too early"
    WRONG_CHANNEL = "wrong channel"
    WRONG_SERVICE = "wrong service"
    RULE = "rule"
    NOT_ENDED = "not ended"


class Promise(StrEnum):
    """What an intended journey still expects of a journey that is not over.

    Of ``SETTLED`` nothing is expected: a standard was kept or missed before it was due, and time alone will
    count it.
    """

    STEP = "step"
    RULE = "rule"
    STANDARD = "standard"
    SETTLED = "settled"
