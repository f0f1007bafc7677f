from __future__ import annotations

from typing import Any

import polars as pl

from cjmine.conformance.aligned import align_all
from cjmine.conformance.kernels import COSTS, DEVIATIONS, MOVES, notes
from cjmine.detectors.duplicates import DUPLICATES
from cjmine.discovery.variants import count_variants, distinct_variants
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.models import IntendedJourney
from cjmine.intended.automaton import automaton_of
from tests.builders import arranged, at, context, events, numbers
from tests.models import moving_home, sequence_model


def checked(rows: list[dict[str, Any]], model: IntendedJourney) -> tuple[Partition, Context]:
    """Arrange, align and carry back, as a run does."""
    frame = events([{"need": model.need, "link_keys": ["case=1"], **row} for row in rows])
    first = context(models={model.name: model}, extracted_at={"crm": at(24 * 400)})
    variants = distinct_variants(count_variants(arranged(frame, first), first))
    aligned = align_all(variants, first.models, {model.name: automaton_of(model.net)})
    given = context(models={model.name: model}, extracted_at={"crm": at(24 * 400)}, aligned=aligned)
    return arranged(frame, given, COSTS, MOVES, DEVIATIONS), given


def test_a_step_out_of_order_within_a_day_is_a_guess_and_counted() -> None:
    model = sequence_model("abc")
    for precision, found, left in (("day", 0, 1), ("s", 1, 0)):
        rows = [{"activity": a, "h": h, "precision": precision} for a, h in (("b", 0), ("a", 1), ("c", 48))]
        partition, given = checked(rows, model)
        assert partition.findings.filter(code="V3").height == found
        assert notes(partition, given)["count"].sum() == left


def test_a_declared_stop_is_expected_and_no_repeat_contact() -> None:
    rows = [
        {"activity": a, "h": h, "direction": "inbound", "channel": "phone"}
        for a, h in (("notify_move", 0), ("withdraw", 30))
    ]
    partition, given = checked(rows, moving_home())
    assert partition.journeys["status"].to_list() == ["stopped"]
    assert DUPLICATES.find(partition, given).height == 0


def test_journeys_not_complete_have_a_fitness_of_their_own() -> None:
    rows = [{"activity": a, "h": h} for h, a in enumerate(("notify_move", "chase_progress", "acknowledge"))]
    (journey,) = checked(rows, moving_home())[0].journeys.iter_rows(named=True)
    assert (journey["status"], journey["cost"], journey["fitness"]) == ("abandoned", 1, None)
    assert journey["prefix_fitness"] == 1 - 1 / 3


def test_deviations_name_their_events() -> None:
    rows = [{"activity": a, "h": h} for h, a in enumerate("axc")]
    partition, _ = checked(rows, sequence_model("abc"))
    found = partition.findings.sort("code")
    assert found.select("code", "touchpoint").rows() == [("V1", "b"), ("V2", "x")]
    assert [numbers(ids) for ids in found["event_ids"]] == [[0, 2], [1]]
    assert partition.moves["kind"].to_list().count("sync") == 2
    assert partition.journeys["cost"].to_list() == [2]
    assert partition.moves.filter(pl.col("event_id").is_null())["step"].to_list() == ["b"]
