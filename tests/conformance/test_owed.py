from __future__ import annotations

from pathlib import Path

import polars as pl

from cjmine.conformance.aligned import align_all
from cjmine.conformance.onward import onward_of
from cjmine.conformance.owed import owed
from cjmine.domain.models import IntendedJourney
from cjmine.intended.automaton import automaton_of
from cjmine.intended.notation import load_journey

PLAN = """
journey: move
ends: {success: [confirm], stopped: [withdraw]}
steps:
  - notify
  - acknowledge: {by: centre}
  - repeat: {do: [{ask: {by: tax}}, prove], times: 0..1}
  - together:
      - update: {by: housing}
      - - close: {by: tax}
        - bill: {by: tax}
      - choose: [{decide: {by: benefits}}, nothing]
  - confirm: {by: centre}
anytime: [look]
"""


def plan(tmp_path: Path) -> IntendedJourney:
    path = tmp_path / "move.journey.yaml"
    path.write_text(PLAN)
    return load_journey(path)


def owed_after(model: IntendedJourney, *steps: str) -> tuple[str, ...]:
    variants = pl.DataFrame({"journey_type": [model.name], "variant": ["v"], "steps": [list(steps)]})
    moves = align_all(variants, {model.name: model}, {model.name: automaton_of(model.net)})["moves"]
    found: list[str] = moves.filter(~pl.col("whole"))["owed"].to_list()[-1]
    return tuple(found)


def test_a_service_is_owed_while_every_way_on_has_a_step_of_it(tmp_path: Path) -> None:
    model = plan(tmp_path)
    onward = onward_of(automaton_of(model.net))
    assert owed(onward, model.by).to_list()[onward.start] == ["centre", "housing", "tax"]
    told = ("notify", "acknowledge")
    assert owed_after(model, *told) == ("centre", "housing", "tax")
    assert owed_after(model, *told, "ask", "prove", "update") == ("centre", "tax")
    assert owed_after(model, *told, "update", "close", "bill") == ("centre",)
    assert owed_after(model, *told, "update", "close", "bill", "nothing", "confirm") == ()


def test_a_service_that_only_one_choice_needs_is_owed_once_the_choice_is_made(tmp_path: Path) -> None:
    model = plan(tmp_path)
    assert "benefits" not in owed_after(model, "notify", "acknowledge", "update")
    assert "benefits" not in owed_after(model, "notify", "acknowledge", "decide")


def test_steps_the_plan_does_not_have_change_nothing(tmp_path: Path) -> None:
    model = plan(tmp_path)
    steps = ("notify", "acknowledge", "update", "chase")
    assert owed_after(model, *steps) == owed_after(model, *steps[:3])


def test_tolerated_steps_keep_what_is_owed_and_a_stop_ends_it(tmp_path: Path) -> None:
    model = plan(tmp_path)
    steps = ["look", "notify", "acknowledge", "look", "withdraw", "look"]
    variants = pl.DataFrame({"journey_type": ["move"], "variant": ["v"], "steps": [steps]})
    moves = align_all(variants, {"move": model}, {"move": automaton_of(model.net)})["moves"]
    moves = moves.filter(~pl.col("whole"), pl.col("step_no").is_not_null())
    owed = dict(moves.select("step_no", "owed").iter_rows())
    everybody = ["centre", "housing", "tax"]
    assert owed == {0: everybody, 1: everybody, 2: everybody, 3: everybody, 4: [], 5: []}


def test_a_plan_without_services_owes_nothing_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "x.journey.yaml"
    path.write_text("journey: x\nsteps: [a, b]\n")
    model = load_journey(path)
    variants = pl.DataFrame({"journey_type": ["x"], "variant": ["v"], "steps": [["a", "b"]]})
    moves = align_all(variants, {"x": model}, {"x": automaton_of(model.net)})["moves"]
    assert moves["owed"].null_count() == moves.height > 0
