"""What is planted, how often, and whom can it befall? The one table of the sample's waste and decoys.

Rates are those of domain.md 6.3, before and after the change of 1 July 2025. They are quotas, not
chances: ``round(rate x journeys of that type and period / 100)`` journeys are drawn for each row.
Rows of one slot exclude each other, those of different slots may meet in one journey; a row may look
at what stands above it. What is realised is a little less: a journey cut off by the end of the log
keeps only what happened before.
"""

from __future__ import annotations

from dataclasses import dataclass

from cjmine.northmoor.acts import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Something planted, ``before`` and ``after`` per 100 journeys; without codes it is a decoy.

    ``whom`` names conditions that a journey must meet (all of them, see ``stories.quotas``);
    ``drawn_to`` names rows whose journeys are more likely to be drawn.
    """

    name: str
    slot: str
    before: float
    after: float
    codes: tuple[str, ...] = ()
    tempts: tuple[str, ...] = ()
    whom: tuple[str, ...] = ()
    drawn_to: tuple[str, ...] = ()
    need: Need = Need.MOVE

    def per_100(self, period: str) -> float:
        """Return the rate of a period."""
        return self.before if period == "before" else self.after


def _row(name: str, slot: str, before: float, after: float, codes: str = "", **more: str) -> Pattern:
    """Return one row of the table; lists are written as words."""
    lists = {key: tuple(words.split()) for key, words in more.items() if key != "need"}
    need = Need(more["need"]) if "need" in more else Need.MOVE
    return Pattern(
        name=name, slot=slot, before=before, after=after, codes=tuple(codes.split()), need=need, **lists
    )


# fmt: off
MOVING = (
    # how it ends: the customer never answers the benefit letter; the letter is held back and nothing moves;
    # the customer never sends evidence; the tax job is forgotten; the move is called off
    _row("dead_end_abandoned", "ending", 5, 3, "abandoned dead_end", whom="claims long-ago"),
    _row("dead_end_stalled", "ending", 4, 1, "stalled dead_end", whom="claims long-ago"),
    _row("abandoned", "ending", 1, 2, "abandoned", whom="long-ago"),
    _row("stalled", "ending", 0, 1, "stalled", whom="long-ago"),
    _row("withdrawn", "ending", 1, 1, "stopped"),
    # the form: fails and the customer rings within a day; rings 30 hours later; rings about the bins;
    # is refused and sent again; one press fires twice; several pages save themselves in one session
    _row("failed_self_service", "form", 18, 12, "F1", whom="phone account"),
    _row("late_call", "form", 8, 6, tempts="F1", whom="phone account"),
    _row("other_call_after_failure", "form", 12, 8, tempts="F1", whom="web"),
    _row("form_self_loop", "form", 9, 9, "L1", whom="web"),
    _row("double_fire", "form", 6, 6, "D5", whom="web"),
    _row("form_saves", "form", 12, 12, tempts="L1", whom="web"),
    # evidence: two or three rounds; the one round that the plan allows
    _row("evidence_loop", "evidence", 22, 11, "L2 L3 V8", whom="goes-on"),
    _row("one_round", "evidence", 26, 20, tempts="L2 L3 V8", whom="goes-on"),
    # acknowledgement: one on a day that the tenancy system gives its update too (which came first?);
    # none; a late one, which costs 0.9 of the rating (a moment that matters)
    _row("stage_tie", "acknowledge", 12, 9, tempts="L4 V3", whom="tenant completes no-evidence"),
    _row("missing_acknowledge", "acknowledge", 14, 2, "V1", whom="goes-on"),
    _row("late_acknowledge", "acknowledge", 16, 3),
    # the first days
    _row("repeat_contact", "early", 15, 8, "D1", whom="goes-on"),
    _row("parallel_channels", "early", 8, 4, "D2", whom="not-phone goes-on"),
    _row("resubmitted", "early", 10, 6, "D3", whom="web goes-on no-tie"),
    _row("other_person_form", "early", 10, 6, tempts="D3", whom="web goes-on no-tie no-loop"),
    _row("other_need", "early", 10, 6, tempts="D1 D2"),
    _row("answered", "early", 6, 4, tempts="D1", whom="goes-on prompt"),
    _row("partner_call", "partner", 1, 1, tempts="D1", whom="head-of-couple"),
    _row("confirmation_email", "record", 8, 6, tempts="D2", whom="phone acknowledged"),
    _row("phone_and_crm", "record", 8, 6, tempts="D2", whom="phone"),
    _row("preferred_channel", "preferred", 10, 8, tempts="V6", whom="phone"),
    # an enquiry that the plan does not know; and one after which the customer has to ring council tax
    _row("ad_hoc_call", "ad hoc", 12, 8, "V2", whom="enquires"),
    _row("carried", "carried", 12, 5, "H3", whom="enquires prompt"),
    # referrals: housing > tax > housing > tax; there and back; by way of the hub; once
    _row("ping_pong", "referral", 6, 2, "L5 L6 H2", whom="goes-on no-loop no-tie"),
    _row("revisit", "referral", 12, 8, "L5 H2", whom="goes-on no-loop no-tie"),
    _row("hub_relay", "referral", 20, 11, tempts="L5 L6", whom="goes-on no-loop no-tie"),
    _row("referral", "referral", 15, 18, "H2", whom="goes-on no-tie"),
    _row("parallel_work", "parallel", 9, 9, tempts="H2 L5 H3", whom="tenant goes-on no-tie short"),
    # the clock of the bill; pauses explain the second
    _row("late_bill", "clock", 21, 13, "SLA", whom="goes-on one-notice no-letter"),
    _row("pauses", "clock", 22, 14, tempts="SLA", whom="goes-on evidence"),
    _row("bill_first", "tax", 5, 5, "V3", whom="goes-on"),
    # the customer must tell us again after the update
    _row("back_to_tell_us", "stage", 10, 8, "L4", whom="goes-on in-time short no-tie one-job"),
    # steps that go wrong
    _row("failed_step", "fault", 8, 6, "V4", whom="goes-on free-hand"),
    _row("failure_recovered", "fault", 10, 8, tempts="V4", whom="goes-on free-hand"),
    _row("wrong_channel", "fault", 8, 6, "V6", whom="acknowledged"),
    _row("wrong_service", "fault", 8, 6, "V7", whom="goes-on free-hand"),
    _row("letter_answered", "letter", 10, 12, tempts="dead_end", whom="claims completes in-time"),
    # silence
    _row("chase_late", "silence", 12, 5, "A4 V2", whom="late-bill"),
    _row("chase", "silence", 30, 14, "A4 V2", whom="no-claim in-time goes-on",
         drawn_to="missing_acknowledge late_acknowledge"),
    _row("new_information", "silence", 22, 12, tempts="A4 D4a", whom="goes-on"),
    _row("tracks", "track", 24, 10, tempts="A4", whom="account goes-on"),
    _row("looks", "look", 16, 12, tempts="V2", whom="account goes-on"),
    _row("complaint", "complaint", 2, 1, "V2", whom="completes"),
    # calls put through, blind or introduced
    _row("cold_transfer", "transfer", 15, 5, "H1", whom="caller"),
    _row("warm_transfer", "transfer", 8, 12, "H1", whom="caller"),
    _row("told_again", "told", 46, 9, "D4a", whom="evidence-or-cold"),
    _row("value_changed", "changed", 22, 12, tempts="D4a", whom="loop-or-untold"),
    # letters and the end
    _row("unclear_letter", "enquiry", 14, 9, "A1", whom="completes"),
    _row("other_letter", "enquiry", 16, 10, tempts="A1", whom="completes"),
    _row("premature_closure", "closure", 7, 7, "A5", whom="completes"),
    _row("instalments", "reminders", 20, 20, tempts="L1 L3", whom="completes"),
    _row("tenancy_review", "review", 14, 14, tempts="L1 L3", whom="tenant"),
)
OTHERS = tuple(
    row
    for need, chases, repeats, rounds in (
        (Need.DISCOUNT, (14, 8), (10, 6), (20, 15)),
        (Need.CLAIM, (24, 14), (12, 8), (45, 38)),
        (Need.REPAIR, (16, 10), (8, 6), (0, 0)),
        (Need.PERMIT, (8, 8), (6, 6), (10, 10)),
    )
    for row in (
        _row(f"{need.name.lower()}_rounds", "evidence", *rounds, tempts="L2 L3", need=need),
        _row(f"{need.name.lower()}_repeat", "early", *repeats, "D1", need=need),
        _row(f"{need.name.lower()}_other", "early", *repeats, tempts="D1 D2", need=need),
        _row(f"{need.name.lower()}_chase", "silence", *chases, "A4", need=need),
        _row(f"{need.name.lower()}_tracks", "track", *chases, tempts="A4", whom="account", need=need),
    )
)
# fmt: on
PATTERNS = MOVING + OTHERS
CODES = {pattern.name: frozenset(pattern.codes) for pattern in PATTERNS}
