"""What each finding code means, in the words every report and export uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Code(NamedTuple):
    """A code's short name and one sentence a reader needs."""

    name: str
    sentence: str


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "L1": Code("Self-loop", "The same step happened again straight after itself."),
        "L2": Code("Short loop", "The customer went back and forth between two steps."),
        "L3": Code("Rework", "A step had to be done again after other steps had followed it."),
        "L4": Code("Stage return", "The journey fell back to a stage that had already been left."),
        "L5": Code("Service revisit", "The customer came back to a service that had already let them go."),
        "L6": Code("Ping-pong", "Two services passed the customer to and fro."),
        "D1": Code("Repeat contact", "The customer made contact again about the same need, unanswered."),
        "D2": Code("Parallel channels", "The customer tried several channels at once for the same need."),
        "D3": Code("Resubmission", "The customer sent the same information again."),
        "D5": Code(
            "Same contact recorded twice",
            "Two systems recorded one contact; the rows are merged and are not waste.",
        ),
        "H1": Code("Live transfer", "The customer was passed on to another service within one contact."),
        "H2": Code("Referral", "One service passed the case to another, and the customer waited."),
        "H3": Code("Customer-carried handoff", "The customer had to carry the case to the next service."),
        "V1": Code("Missing step", "The intended journey has a step here that did not happen."),
        "V2": Code("Ad hoc step", "A step happened that the intended journey does not have here."),
        "V3": Code("Out of order", "A step of the intended journey happened at the wrong point."),
        "V4": Code("Failed step", "A step failed, and what should have followed the failure did not."),
        "V5": Code("Late or too early", "A step happened after its limit, or before it was time for it."),
        "V6": Code(
            "Wrong channel", "A step came by a channel that the intended journey does not have for it."
        ),
        "V7": Code("Wrong service", "A step was taken by another service than the intended journey says."),
        "V8": Code("Too many repeats", "A step ran more often than the intended journey allows."),
        "V9": Code("Broken rule", "A rule of the intended journey was asked for and not kept."),
        "V10": Code("Not ended", "The journey came to a halt without an end that the intended journey has."),
        "SLA": Code("Standard missed", "A promised time or number was not kept."),
    }
)
"""Finding code to its meaning, in report order."""

LINT_CODES: Mapping[str, Code] = MappingProxyType(
    {
        "E00": Code("Unreadable", "The file does not have the form of the notation here."),
        "E01": Code("Unknown word", "A key, a block or a rule's form is not one of the notation's."),
        "E02": Code("Duplicate step", "A step is named twice."),
        "E03": Code("Unknown step", "A rule, limit, standard or end names a step or item that is not there."),
        "E04": Code("Impossible limit", "A time counts from a step that can never come before."),
        "E05": Code("Contradiction", "A rule cannot be kept by the flow, by the other rules or by a step."),
        "E06": Code(
            "Success out of reach", "A step of success cannot be reached, or a way ends without one."
        ),
        "E07": Code("Bad duration", "A length of time is not understood."),
        "E08": Code("Not declared", "A channel is not known, or a service is not declared."),
        "W00": Code("Not decided", "The model has too many states to decide all questions."),
        "W01": Code("Step never seen", "A step of the flow never happens in the log."),
        "W02": Code("Activity without a step", "An activity of the log leads to no step of the plan."),
        "W03": Code("Start missing", "More than 5% of journeys lack every step they should start with."),
    }
)
"""Code of ``cjmine lint`` to its meaning; E for errors, W for warnings."""


def meaning(code: str) -> Code:
    """Return the meaning of ``code``; an unknown code stands for itself.

    >>> meaning("L6").name
    'Ping-pong'
    """
    return CODES.get(code, Code(code, "See the rule's own page."))
