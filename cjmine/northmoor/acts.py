"""What truly happened, before any system has written anything down: acts, and what was planted among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cjmine.domain.vocabulary import Channel, Direction, ItemState, Outcome, Precision
from cjmine.northmoor.person import Person

CONTACT_CENTRE, HOUSING = "contact-centre", "housing"
COUNCIL_TAX, BENEFITS, PARKING = "council-tax", "benefits", "parking"


class Need(StrEnum):
    """What a resident wants done; the first five are journey types, the rest asides."""

    MOVE = "change-of-address"
    DISCOUNT = "single-person-discount"
    CLAIM = "benefit-claim"
    REPAIR = "repair"
    PERMIT = "parking-permit"
    BINS = "waste-collection"
    PAY = "pay"
    TENANCY_REVIEW = "tenancy-review"


CLAIM_PROOFS = (
    *("identity", "rent", "bank_statement", "payslips", "savings", "household", "childcare", "pension"),
    "disability",
)
"""What a benefit claim must prove, in the order in which it is asked."""


class What(StrEnum):
    """Every kind of act; where the intended journey has a step of that name, it is that step."""

    # around any journey
    BROWSE = "read_moving_page"
    LOOK = "view_account"
    TRACK = "track_my_case"
    ENQUIRE = "enquire"
    OTHER = "ask_about_bins"
    CHASE = "chase_progress"
    COMPLAIN = "complain"
    ANSWER = "answer_question"
    INFORM = "progress_message"
    PUT_THROUGH = "transfer_call"
    REFER = "refer_case"
    RECEIVE = "receive_referral"
    LOG = "log_case"
    CLOSE_CASE = "close_case"
    RATE = "rate_us"
    # moving home
    NOTIFY = "notify_move"
    ACKNOWLEDGE = "acknowledge"
    REQUEST = "request_evidence"
    PROVIDE = "provide_evidence"
    WITHDRAW = "withdraw"
    TENANCY = "update_tenancy"
    CLOSE = "close_old_account"
    OPEN = "open_new_account"
    BILL = "issue_bill"
    REASSESS = "reassess_benefit"
    BENEFIT_LETTER = "benefit_evidence_letter"
    BENEFIT_EVIDENCE = "send_benefit_evidence"
    DECIDE = "benefit_decision"
    NO_CLAIM = "no_benefit_claim"
    CONFIRM = "confirm_all_done"
    # the other journeys
    APPLY_DISCOUNT = "apply_for_discount"
    GRANT_DISCOUNT = "discount_decision"
    CLAIM = "claim_benefit"
    ASK_PROOF = "ask_for_proof"
    SEND_PROOF = "send_proof"
    CLAIM_DECISION = "claim_decision"
    REPORT_REPAIR = "repair_reported"
    VISIT_REPAIR = "repair_visit"
    REPAIR_DONE = "repair_done"
    APPLY_PERMIT = "apply_for_permit"
    ISSUE_PERMIT = "permit_issued"
    # asides
    REMIND = "instalment_reminder"
    REVIEW = "tenancy_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One true event at a local moment (Europe/London wall clock, ``fold`` set in the repeated hour).

    A call put through is two acts of one ``contact``: the leg that passes it on
    (``outcome`` transferred, ``onward`` the service) and ``PUT_THROUGH``, the leg
    that receives it. ``journey`` numbers the journeys of a life from 0, ``None``
    where the act serves none of them; ``contact`` numbers its contacts, ``None``
    for internal acts. ``until`` is when it was over (``at`` where it took no time).
    ``precision`` is that of the best record any system keeps of it.

    ``info`` holds (item, value) pairs the customer gave, ``asks`` items the
    council asked for. ``about`` names the letter an enquiry is about, ``letter``
    the letter an outbound act is. ``warm`` says whether a call was introduced
    (true) or passed on blind (false), ``relay`` that the front office only
    relays. ``reason`` is the true reason of an inbound contact: ``NEW``, ``ENQ``,
    ``CHASE``, ``COMP``, ``INFO``, ``STOP``.
    """

    what: What
    at: datetime
    until: datetime | None = None
    precision: Precision = Precision.SECOND
    journey: int | None = None
    contact: int | None = None
    channel: Channel = Channel.INTERNAL
    direction: Direction = Direction.INTERNAL
    service: str | None = None
    need: Need | None = None
    outcome: Outcome = Outcome.COMPLETED
    onward: str | None = None
    warm: bool | None = None
    relay: bool = False
    item: str | None = None
    item_state: ItemState | None = None
    payload: str = ""
    info: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()
    about: str | None = None
    letter: str | None = None
    reason: str | None = None
    rating: int | None = None
    twice: bool = False
    logged_in: bool = True
    automatic: bool = False
    bulk: bool = False

    @property
    def label(self) -> str:
        """What the act is called at the level of touchpoints; referrals say where to, proofs which."""
        if self.what is What.REFER:
            return f"refer_to_{self.onward}"
        if self.what is What.ASK_PROOF:
            return f"ask_for_{self.asks[0]}"
        return f"send_{self.info[0][0]}" if self.what is What.SEND_PROOF else self.what.value

    @property
    def ends(self) -> datetime:
        """When it was over."""
        return self.at if self.until is None else self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A planted instance or decoy: its code, its pattern, its acts (positions), the one to look at first.

    ``step`` is the step a deviation is named after (a missing step has no act of its own).
    """

    code: str
    pattern: str
    acts: tuple[int, ...]
    primary: int
    step: str = ""


class Ended(StrEnum):
    """How a journey truly stood at the end of the log (domain.md 2.15)."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    ABANDONED = "abandoned"
    STALLED = "stalled"
    CENSORED = "censored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One need pursued: its type, why, how it stood in the end, and whether it began before the change."""

    need: Need
    motive: str
    start: datetime
    end: datetime
    status: Ended
    period: str  # "before" or "after" the change, by its start
    patterns: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All acts of one person in order of time, their journeys, what was planted and what tempts."""

    person: Person
    acts: tuple[Act, ...]
    journeys: tuple[Journey, ...]
    planted: tuple[Mark, ...]
    decoys: tuple[Mark, ...]
