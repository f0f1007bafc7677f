"""What does a customer have to do or say twice: D1, D2, D3, D4a, D4b, D5 (domain.md 2.8, ruling 3)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from cjmine.domain.vocabulary import Direction, Outcome
from cjmine.northmoor.acts import Need, What
from cjmine.northmoor.truth.deviations import Course
from cjmine.northmoor.truth.views import Contact, Instance, Seen, View

_WINDOW, _PARALLEL = timedelta(days=7), timedelta(hours=48)
_RESUBMIT, _VALID = timedelta(days=30), timedelta(days=90)
_ANSWERS = frozenset(
    {
        *(Outcome.COMPLETED, Outcome.DECISION_YES, Outcome.DECISION_NO),
        *(Outcome.SUPPLIED_INFO, Outcome.REQUESTED_INFO),
    }
)
_DECISIONS = frozenset({Outcome.DECISION_YES, Outcome.DECISION_NO})
_NO_ANSWER = frozenset({What.ACKNOWLEDGE, What.INFORM})
COMPLETES: Mapping[Need, What] = {
    Need.MOVE: What.CONFIRM,
    Need.DISCOUNT: What.GRANT_DISCOUNT,
    Need.CLAIM: What.CLAIM_DECISION,
    Need.REPAIR: What.REPAIR_DONE,
    Need.PERMIT: What.ISSUE_PERMIT,
}
"""What ends a need well."""
Courses = Mapping[int, Course]


def received(one: Seen) -> bool:
    """Say whether what the customer gave arrived: a form that failed told nobody anything."""
    return one.act.outcome not in {Outcome.FAILED, Outcome.ABANDONED}


def completes(one: Seen, need: Need | None) -> bool:
    """Say whether an act ends the need well."""
    return need is not None and one.act.need == need and one.act.what is COMPLETES.get(need)


def duplicates(view: View, courses: Courses) -> Iterator[Instance]:
    """Return repeated contacts: each with the nearest earlier one that it repeats."""
    asked = [one for one in view.contacts if one.inbound and one.need is not None and not one.looks]
    for at, later in enumerate(asked):
        for earlier in reversed(asked[:at]):
            code = _repeats(view, earlier, later, courses)
            if code:
                yield _pair(code, earlier, later)
                break
    for at, later in enumerate(asked):
        for earlier in reversed(asked[:at]):
            if _resubmits(view, earlier, later):
                yield _pair("D3", earlier, later)
                break
    for one in view.acts:
        if one.act.twice:
            yield Instance(
                code="D5", acts=(one.pos,), primary=one.pos, journey=one.act.journey, step=one.label
            )


def _pair(code: str, earlier: Contact, later: Contact) -> Instance:
    named = later.named
    acts = tuple(sorted((earlier.named.pos, named.pos)))
    return Instance(code=code, acts=acts, primary=named.pos, journey=named.act.journey, step=named.label)


def _repeats(view: View, earlier: Contact, later: Contact, courses: Courses) -> str:
    """Return D1 or D2 where the later contact repeats the earlier one, else nothing."""
    gap = later.start - earlier.end
    if earlier.need != later.need or gap < timedelta(0) or gap > _WINDOW or _expected(later, courses):
        return ""
    if any(_settles(one, earlier.need) for one in _between(view, earlier, later)):
        return ""
    return "D2" if earlier.channel != later.channel and gap <= _PARALLEL else "D1"


def _expected(contact: Contact, courses: Courses) -> bool:
    """Say whether the plan expected the contact in the state it had reached."""
    plans = ((courses.get(-1 if one.act.journey is None else one.act.journey), one) for one in contact.acts)
    return any(course is not None and course.expected(one) for course, one in plans)


def _between(view: View, earlier: Contact, later: Contact) -> Iterator[Seen]:
    return (one for one in view.acts if earlier.end < one.start < later.start)


def _settles(one: Seen, need: Need | None) -> bool:
    """Say whether an act answers or completes the need."""
    act = one.act
    if act.need != need:
        return False
    answer = (
        act.direction is Direction.OUTBOUND
        and act.outcome in _ANSWERS
        and act.what not in _NO_ANSWER
        and not (act.bulk or act.automatic)
    )
    return answer or completes(one, need)


def _resubmits(view: View, earlier: Contact, later: Contact) -> bool:
    """D3: the same form with the same contents within 30 days, before a decision."""
    if earlier.need != later.need or later.start - earlier.end > _RESUBMIT:
        return False
    first = {(one.label, one.act.payload) for one in earlier.acts if one.act.payload}
    again = {(one.label, one.act.payload) for one in later.acts}
    decided = any(
        one.act.need == later.need and (one.act.outcome in _DECISIONS or completes(one, later.need))
        for one in _between(view, earlier, later)
    )
    return bool(first & again) and not decided


def told_again(view: View) -> Iterator[Instance]:
    """D4: something the council already knows is asked for, or told, once more."""
    known: dict[str, list[tuple[Seen, str]]] = {}
    for one in view.acts:
        found: dict[tuple[str, int], list[str]] = {}
        asked = [(item, None) for item in one.act.asks if item not in dict(one.act.info)]
        for item, value in [*one.act.info, *asked]:
            if not known.get(item):
                continue
            earlier, before = known[item][-1]
            if one.start - earlier.end > _VALID or value not in {None, before}:
                continue
            code = "D4b" if earlier.act.service == one.act.service else "D4a"
            found.setdefault((code, earlier.pos), []).append(item)
        for item, value in one.act.info:
            if received(one):
                known.setdefault(item, []).append((one, value))
        for (code, first), items in found.items():
            yield Instance(
                code=code,
                acts=(first, one.pos),
                primary=one.pos,
                journey=one.act.journey,
                step=one.label,
                detail=" ".join(sorted(items)),
            )
