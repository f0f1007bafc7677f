"""What truly happened, before any system has written anything down: acts, and what was planted among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cjmine.domain.vocabulary import Channel, Outcome, Status
from cjmine.northmoor.world import Person

MOVE, BINS, PAY, REPAIR = "change-of-address", "waste-collection", "pay", "repair"
CONTACT_CENTRE, HOUSING = "contact-centre", "housing"
COUNCIL_TAX, BENEFITS = "council-tax", "benefits"


class What(StrEnum):
    """Every kind of act; where the intended journey has a step of that name, it is that step."""

    BROWSE = "read_moving_page"
    LOOK = "view_account"
    NOTIFY = "notify_move"
    ACKNOWLEDGE = "acknowledge"
    ENQUIRE = "enquire"
    OTHER = "ask_about_bins"
    ANSWER = "answer_question"
    REQUEST = "request_evidence"
    PROVIDE = "provide_evidence"
    REFER = "refer_case"
    RECEIVE = "receive_referral"
    CHASE = "chase_progress"
    COMPLAIN = "complain"
    WITHDRAW = "withdraw"
    LOG = "log_case"
    TENANCY = "update_tenancy"
    CLOSE = "close_old_account"
    OPEN = "open_new_account"
    BILL = "issue_bill"
    REASSESS = "reassess_benefit"
    DECIDE = "benefit_decision"
    NO_CLAIM = "no_benefit_claim"
    CONFIRM = "confirm_all_done"
    RATE = "rate_us"
    REMIND = "instalment_reminder"
    REPAIR_IN = "repair_reported"
    REPAIR_DONE = "repair_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One true event at a local moment; ``onward`` is the service a call or case was passed to."""

    what: What
    at: datetime
    channel: Channel = Channel.INTERNAL
    service: str | None = None
    need: str | None = MOVE
    outcome: Outcome = Outcome.COMPLETED
    onward: str | None = None
    payload: str = ""
    twice: bool = False
    logged_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A planted instance or decoy: its code, its pattern, its acts (positions), the one to look at first."""

    code: str
    pattern: str
    acts: tuple[int, ...]
    primary: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All acts of one person, what was planted, what only looks like it, and how the move ended."""

    person: Person
    acts: tuple[Act, ...]
    planted: tuple[Mark, ...]
    decoys: tuple[Mark, ...]
    status: Status
