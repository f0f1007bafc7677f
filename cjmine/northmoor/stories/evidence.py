"""What must the customer prove? Rounds of evidence, of which the plan allows one."""

from __future__ import annotations

from cjmine.domain.vocabulary import Channel, Direction, Outcome
from cjmine.northmoor import clock
from cjmine.northmoor.acts import BENEFITS, COUNCIL_TAX, What
from cjmine.northmoor.stories.story import Story
from cjmine.northmoor.stories.telling import ADDRESS, MOVES_ON

PROOFS = ("proof_of_address", "proof_of_income", "proof_of_tenancy")
GIVEN_UP = "abandoned"


def prove(story: Story) -> None:
    """Ask for evidence as often as planned; where the customer then falls silent, the story ends here."""
    names = story.names
    gives_up = GIVEN_UP in names
    rounds = int("one_round" in names or gives_up)
    if "evidence_loop" in names:
        rounds = story.dice.pick((2, 3), (6, 1))
    service = BENEFITS if story.plan.claims else COUNCIL_TAX
    asked: list[int] = []
    for number in range(rounds):
        asked.append(_request(story, service, number))
        if gives_up:
            story.mark(GIVEN_UP, "abandoned", asked[0])
            return
        asked.append(_answer(story, service, number))
        begin, end = (story.acts[at].at.date() for at in asked[-2:])
        story.pauses.append((begin, end))
        if number:
            pair = asked[-2:]
            story.mark("evidence_loop", "V8", *pair, primary=pair[0], step=What.REQUEST.value)
            story.mark("evidence_loop", "L3", *pair, primary=pair[0])
    if rounds > 1:
        story.mark("evidence_loop", "L2", *asked, primary=asked[2])
    elif rounds:
        for code in ("L2", "L3", "V8"):
            story.mark("one_round", code, *asked)
    if asked:
        _told_again(story, asked)


def _request(story: Story, service: str, number: int) -> int:
    again = (ADDRESS,) if "told_again" in story.names and not number else ()
    return story.send(
        What.REQUEST,
        story.wait(1, 3 if story.plan.period == "before" else 2),
        Channel.POST,
        service,
        item=story.item(service),
        outcome=Outcome.REQUESTED_INFO,
        asks=(PROOFS[number], *again),
        letter=f"{What.REQUEST.value}-{number + 1}",
    )


def _answer(story: Story, service: str, number: int) -> int:
    """Add the evidence the customer sends: uploaded by most who have an account, else posted."""
    dice = story.dice
    least, most = (6, 10) if "pauses" in story.names else (2, 6)
    web = "portal" in story.person.ids and dice.chance(0.6)
    at = clock.web_after(dice, story.now, least, most)
    if not web:
        at = clock.work_after(dice, at, 0, 1)
        at = at if at > story.now else clock.work_after(dice, at, 1, 1)
    number_of = story.add(
        What.PROVIDE,
        at,
        channel=Channel.WEB if web else Channel.POST,
        service=service,
        direction=Direction.INBOUND,
        item=None if web else story.item(service),
        outcome=Outcome.SUPPLIED_INFO,
        payload=dice.token(16) if web else "",
        info=_given(story, number),
        reason="INFO",
    )
    if number == _news(story):
        story.mark("value_changed", "D4a", story.told, number_of)
    return number_of


def _given(story: Story, number: int) -> tuple[tuple[str, str], ...]:
    """Return what the customer sends: proof, the address where it is asked for, a change of plans."""
    proof = (PROOFS[number], story.dice.token(12))
    again = story.acts[story.told].info[:1] if "told_again" in story.names and not number else ()
    news = ((MOVES_ON, story.dice.token(12)),) if number == _news(story) else ()
    return (proof, *again, *news)


def _news(story: Story) -> int | None:
    """Return the round that brings another date: never that in which the address is repeated."""
    if "value_changed" not in story.names:
        return None
    return int("evidence_loop" in story.names)


def _told_again(story: Story, asked: list[int]) -> None:
    if "told_again" in story.names:
        story.mark("told_again", "D4a", story.told, asked[0])
        story.mark("told_again", "D4a", story.told, asked[1])
