"""V9: each rule over real events, with its evidence; what may still be kept is watched."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cjmine.conformance.beside import beside
from cjmine.conformance.rules import COUNTS
from cjmine.domain.models import IntendedJourney
from cjmine.domain.plan import Length, Rule, Template, Unit
from tests.builders import at
from tests.conformance.test_rules import BY_ORDER, asked_at, kept_at, rule
from tests.conformance.test_rules import plan as of_rules
from tests.conformance.told import Told, plan, told, word

STEPS = "[{a*: {info: [address]}}, b*, {c*: {info: [address], by: housing}}, z]"
ANY = "anytime: [v]\n"


def ruled(folder: Path, *rules: str) -> IntendedJourney:
    """Return a plan whose flow is wide: a, b and c any number of times, in this order."""
    return plan(folder, STEPS, f"{ANY}rules: [{', '.join(rules)}]")


def broken(got: Told) -> list[tuple[str, list[int]]]:
    return [(about, ids) for _, about, ids in got.found("V9")]


@pytest.mark.parametrize(
    ("stated", "positive", "found", "decoy"),
    [
        ("b only after a", "bz", [("b", [0])], "avbz"),
        ("after a must b", "abaz", [("a", [2])], "aabz"),
        ("after a never c", "acz", [("a", [0, 1])], "caz"),
        ("a and c never both", "caz", [("a", [0, 1])], "ccz"),
        ("if a then also b", "acz", [("a", [0])], "baz"),
        ("at most 2 a", "aaaz", [("a", [2])], "aabz"),
        ("at least 2 a", "abz", [("a", [2])], "aabz"),
        ("exactly 1 a", "avaz", [("a", [2])], "abz"),
        ("exactly 1 a", "bz", [("a", [1])], "abz"),
        ("b directly after a", "acbz", [("b", [1, 2])], "avbz"),
        ("c not within 3 d of a", "abcz", [("a", [0, 2])], "abbbcz"),
        ("provide address at most 2 times", "aacz", [("c", [2])], "abcz"),
        ("start with a", "vbaz", [("a", [1])], "vabz"),
        ("end with z", "azb", [("z", [2])], "abzv"),
        ("after a must b within 2 d", "acccbz", [("a", [0, 4])], "acbz"),
        ("after a must b within 2 d", "abaccz", [("a", [2])], "abcz"),
    ],
)
def test_every_form_is_broken_by_its_events_and_not_by_a_decoy(
    tmp_path: Path, stated: str, positive: str, found: list[Any], decoy: str
) -> None:
    model = ruled(tmp_path, stated)
    got = told(model, word(positive))
    also = {"V9" for row in got.partition.findings["also"] for code in row if code == "V9"}
    assert broken(got) == found or (also, found) == ({"V9"}, [])
    (message, *_) = got.said("V9")
    assert message.endswith(f" The plan says '{stated}' (line 6).")
    clause = got.clause(stated)
    assert (clause["broken"], clause["journeys_broken"]) == (1, 1)
    assert clause["asked"] == clause["broken"] + clause.get("kept", 0)
    spared = told(model, word(decoy))
    assert broken(spared) == []
    assert "broken" not in spared.clause(stated)


@pytest.mark.parametrize(
    ("stated", "column"), [("c only by housing", "service"), ("c only via web", "channel")]
)
def test_rules_about_services_and_channels(tmp_path: Path, stated: str, column: str) -> None:
    right = stated.rsplit(maxsplit=1)[-1]
    rows = word("acccz")
    for place, value in ((1, right), (2, "email"), (3, None)):
        rows[place][column] = value
    got = told(ruled(tmp_path, stated), rows)
    assert broken(got) == [("c", [2])]
    assert got.clause(stated) == {
        "asked": 3,
        "kept": 1,
        "broken": 1,
        "unknown": 1,
        "journeys": 1,
        "journeys_broken": 1,
    }
    assert got.notes == 0  # what the export does not tell is no question of order


def test_what_is_said_of_a_broken_rule(tmp_path: Path) -> None:
    early = told(ruled(tmp_path, "c not within 3 d of a"), word("abcz"))
    (message,) = early.said("V9")
    said, clause = message.split(" (", 1)
    assert said == "'C' happened within 3 d of 'A'; it should not be needed so soon"
    assert clause == (
        "2 Mar 2026 and 4 Mar 2026, 2 d later). The plan says 'c not within 3 d of a' (line 6)."
    )
    row = early.partition.findings.row(0, named=True)
    assert (row["primary_event_id"], row["extra_event_ids"]) == ("crm:file:2", ["crm:file:2"])
    assert row["severity"] == "medium"
    lacking = told(ruled(tmp_path, "b only after a"), word("bz"))
    assert lacking.said("V9") == [
        "'B' without an earlier 'A' (2 Mar 2026). The plan says 'b only after a' (line 6)."
    ]


def test_each_activation_has_its_own_answer(tmp_path: Path) -> None:
    got = told(ruled(tmp_path, "after a must b"), word("abaacz"))
    assert broken(got) == [("a", [2]), ("a", [3])]
    assert got.clause("after a must b") == {
        "asked": 3,
        "kept": 1,
        "broken": 2,
        "journeys": 1,
        "journeys_broken": 1,
    }
    vacuous = told(ruled(tmp_path, "after a must b"), word("bz"))
    assert vacuous.outputs["clauses"].filter(kind="rule").height == 0


@pytest.mark.parametrize(
    ("stated", "seen", "found", "watched", "due"),
    [
        ("after a must b", 48, [], True, None),
        ("after a must b within 3 d", 24 * 3, [], True, 24 * 4 - 9),
        ("after a must b within 3 d", 24 * 4, [("a", [0])], False, None),
        # it came to a halt, but may yet keep it
        ("after c must b within 60 d", 24 * 40, [], True, 24 * 62 - 9),
        ("after a must b", 24 * 40, [("a", [0])], False, None),
        ("if a then also b", 48, [], True, None),
        ("at least 2 a", 48, [], True, None),
        ("exactly 2 a", 48, [], True, None),
        ("end with z", 48, [], True, None),
        ("after a never b", 48, [], False, None),
        ("at most 1 a", 48, [], False, None),
        ("b only after a", 48, [], False, None),
        ("a and b never both", 48, [], False, None),
        ("b not within 9 d of a", 48, [], False, None),
    ],
)
def test_what_a_journey_under_way_may_still_keep_is_watched(
    *, tmp_path: Path, stated: str, seen: float, found: list[Any], watched: bool, due: float | None
) -> None:
    got = told(ruled(tmp_path, stated), word("ac", apart=25), seen=seen)
    assert broken(got) == found
    rows = got.partition.watch.filter(kind="rule")
    assert rows["name"].to_list() == [stated] * watched
    assert [row and (row - at(0)) / timedelta(hours=1) for row in rows["due"]] == (
        [pytest.approx(due) if due else None] * watched
    )
    assert got.clause(stated).get("pending", 0) == watched


def test_a_stopped_journey_still_keeps_its_rules(tmp_path: Path) -> None:
    path = plan(tmp_path, STEPS)
    text = (tmp_path / "x.journey.yaml").read_text().replace("[z]}", "[z], stopped: [w]}")
    assert path.stopped == ()
    (tmp_path / "x.journey.yaml").write_text(f"{text}rules: [after w never c]\n")
    from cjmine.intended.notation import load_journey  # noqa: PLC0415 - read again

    got = told(load_journey(tmp_path / "x.journey.yaml"), word("awc"))
    assert got.partition.journeys["status"].to_list() == ["stopped"]
    assert got.found() == [("V9", "w", [1, 2])]


def test_one_set_of_events_is_told_once(tmp_path: Path) -> None:
    model = plan(
        tmp_path,
        "[a, {repeat: {do: [r, p], times: 0..1}}, b, c, z]",
        "unwanted: [q]\nrules: [at most 1 r, c only after b, q not within 3 d of a, after c never b]\n",
    )
    rounds = told(model, word("arprpbcz")).partition.findings
    assert rounds.select("code", "also").rows() == [("V8", ["V9"])]
    swapped = told(model, word("acbz")).partition.findings
    assert swapped.select("code", "also").rows() == [("V3", ["V9"])]
    asked = told(model, word("aqbczq")).partition.findings.sort("code")
    assert asked.select("code", "also", "severity").rows() == [("V2", [], "high"), ("V9", ["V2"], "high")]
    assert asked["extra_event_ids"].to_list() == [["crm:file:5"], ["crm:file:1"]]


def test_every_word_is_judged_as_its_definition_says() -> None:
    words = ["".join(letters) for n in range(1, 5) for letters in product("abcv", repeat=n)]
    rules = tuple(rule(template) for template in BY_ORDER)
    rows = [
        {"activity": step, "h": place, "customer_id": f"c{n:03}", "link_keys": [f"case={n}"]}
        for n, letters in enumerate(words)
        for place, step in enumerate(letters)
    ]
    got = told(of_rules(*rules), rows)
    (plans,) = beside(got.partition, got.context)
    for answers in plans.rules:
        found = Counter[tuple[int, str]]()
        for walk, state in zip(answers.walk.tolist(), answers.state.tolist(), strict=True):
            found[walk, COUNTS[state]] += 1
        for n, letters in enumerate(words):
            places = asked_at(answers.rule, letters)
            kept = sum(kept_at(answers.rule, list(letters), place) for place in places)
            expected = (kept, len(places) - kept)
            assert (found[n, "satisfied"], found[n, "violated"]) == expected, (answers.rule.template, letters)


def test_what_is_told_is_true_whatever_the_hour_and_what_is_sure_is_told() -> None:
    """Days are filled with instants at random: what is broken, or kept, must be so with all of them."""
    dice = random.Random(0)  # noqa: S311 - not for secrets
    day = Length(1, Unit.DAY)
    timed = (Template.RESPONSE, Template.NEGATIVE_RESPONSE)
    rules = (*(rule(template) for template in BY_ORDER), *(rule(one, length=day) for one in timed))
    lives = [sorted({_event(dice) for _ in range(dice.randint(1, 5))}) for _ in range(150)]
    rows = [
        {
            "activity": step,
            "h": hour,
            "precision": precision,
            "customer_id": f"c{n:03}",
            "link_keys": [f"case={n}"],
        }
        for n, life in enumerate(lives)
        for hour, step, precision in life
    ]
    got = told(of_rules(*rules), rows)
    (plans,) = beside(got.partition, got.context)
    seen = Counter[str]()
    for answers in plans.rules:
        answered: dict[int, list[str]] = {}
        for walk, state in zip(answers.walk.tolist(), answers.state.tolist(), strict=True):
            answered.setdefault(walk, []).append(COUNTS[state])
        for n, life in enumerate(lives):
            possible = [_truth(answers.rule, life, dice) for _ in range(20)]
            for state, *truths in zip(answered.get(n, []), *possible, strict=True):
                seen[state] += 1
                if all(precision == "s" for _, _, precision in life):
                    assert state == ("satisfied" if truths[0] else "violated"), (answers.rule, life)
                if state == "violated":
                    assert not any(truths), (answers.rule, life)
    assert min(seen[state] for state in ("satisfied", "violated", "elsewhere")) > 20


def _event(dice: random.Random) -> tuple[float, str, str]:
    precision = dice.choice(("s", "s", "day"))
    hour = 24 * dice.randint(0, 3) - 9 + (0 if precision == "day" else dice.uniform(0.1, 23.9))
    return hour, dice.choice("abcv"), precision


def _truth(stated: Rule, life: Sequence[tuple[float, str, str]], dice: random.Random) -> list[bool]:
    """Return whether each activation, in the order of the log, is kept if the days are filled so."""
    instants = [
        at(
            hour
            + (dice.choice((0.0, dice.random(), 1.0)) * 23.998 + dice.random() / 1e3) * (precision == "day")
        )
        for hour, _, precision in life
    ]
    order = sorted(range(len(life)), key=instants.__getitem__)
    steps = [life[i][1] for i in order]
    if stated.length is None:
        kept = {order[p] if p is not None else -1: kept_at(stated, steps, p) for p in asked_at(stated, steps)}
    else:
        kept = {}
        for i in (i for i, (_, step, _) in enumerate(life) if step == "a"):
            soon = any(
                step == "b" and instants[i] < when <= _end_of_next_day(instants[i])
                for (_, step, _), when in zip(life, instants, strict=True)
            )
            kept[i] = soon == (stated.template is Template.RESPONSE)
    if stated.template in {
        Template.ABSENCE,
        Template.ITEM_ABSENCE,
    }:  # which of them is too many is the order's
        return sorted(kept.values(), reverse=True)
    return [kept[i] for i in sorted(kept)]


def _end_of_next_day(instant: datetime) -> datetime:
    return instant.replace(hour=23, minute=59, second=59, microsecond=999_999) + timedelta(days=1)
