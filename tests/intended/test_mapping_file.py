from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjmine.errors import ModelError
from cjmine.intended.notation import load_journey

if TYPE_CHECKING:
    from collections.abc import Callable

    Written = Callable[..., Path]

PLAN = "journey: x\nmapping: names.csv\nsteps: [ask: {map: [Q]}, answer]\nanytime: [look]\n"


def test_a_table_beside_the_plan_says_what_map_says(written: Written) -> None:
    written("\ufeffactivity,step,system\n Asked  again ,ask,\nA,answer,\nLooked,look,\nQ,ask,\n", "names.csv")
    assert load_journey(written(PLAN)).mapping == {
        "A": "answer",
        "Asked again": "ask",
        "Looked": "look",
        "Q": "ask",
    }


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("activity,stp\nA,answer\n", "names.csv:1: a mapping has no column 'stp'; did you mean 'step'?"),
        ("activity\nA\n", "names.csv:1: the column 'step' is missing; write the first line 'activity,step'"),
        ("", "names.csv:1: the column 'activity' and 'step' is missing"),
        ("activity,step\nA,answr\n", "names.csv:2: 'answr' is no step; did you mean 'answer'?"),
        ("activity,step\nA,answer\nA,ask\n", "names.csv:3: the activity 'A' leads to 'answer' and 'ask'"),
        ("activity,step\nQ,answer\n", "names.csv:2: the activity 'Q' leads to 'ask' and 'answer'"),
        ("activity,step\n,answer\n", "names.csv:2: activity and step must both be given"),
        (
            "activity,step,system\nA,answer,crm\n",
            "names.csv:2: 'system' is given, but a step is known by its act",
        ),
    ],
)
def test_a_wrong_table_is_told_with_its_line(written: Written, table: str, expected: str) -> None:
    written(table, "names.csv")
    path = written(PLAN)
    with pytest.raises(ModelError) as caught:
        load_journey(path)
    assert caught.value.faults[0].startswith(f"{path}:2:10: {expected}")


def test_a_table_that_is_not_there_is_told_with_the_nearest_one(written: Written) -> None:
    written("activity,step\n", "name.csv")
    with pytest.raises(
        ModelError, match=r"'names.csv' cannot be read beside this file; did you mean 'name.csv'"
    ):
        load_journey(written(PLAN))
