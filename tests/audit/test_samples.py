from __future__ import annotations

import hashlib
import math
import random

import polars as pl
import pytest

from cjmine.audit.samples import Draw, drawn, keyed, uniform, weights

IDS = pl.Series("journey_id", [f"crm:calls.csv:{n}" for n in range(200)])


def by_risk(weight: list[int], seed: int, size: int) -> list[str]:
    rows = pl.DataFrame({"journey_id": IDS.head(len(weight)), "weight": weight})
    return drawn(keyed(rows, "journey_id", seed, Draw.RISK), "journey_id", size)["journey_id"].to_list()


def test_a_number_is_made_of_seed_purpose_and_id_alone() -> None:
    (found,) = uniform(pl.Series(["a:b.csv:7"]), 42, Draw.JOURNEYS)
    digest = hashlib.sha256(b"42|tested journeys|a:b.csv:7").digest()
    assert found == ((int.from_bytes(digest, "big") >> 203) + 0.5) / 2**53
    assert 0 < found < 1
    assert uniform(pl.Series(["a:b.csv:7"]), 43, Draw.JOURNEYS)[0] != found
    assert uniform(pl.Series(["a:b.csv:7"]), 42, Draw.EXCEPTIONS)[0] != found


@pytest.mark.parametrize("draw", list(Draw))
def test_a_draw_does_not_depend_on_the_order_of_rows_nor_on_partitions(draw: Draw) -> None:
    rows = pl.DataFrame({"journey_id": IDS, "weight": [1 + n % 7 for n in range(200)]})
    whole = drawn(keyed(rows, "journey_id", 5, draw), "journey_id", 20)
    shuffled = rows.sample(fraction=1, shuffle=True, seed=1)
    assert drawn(keyed(shuffled, "journey_id", 5, draw), "journey_id", 20).equals(whole)
    parts = [drawn(keyed(rows[n::3], "journey_id", 5, draw), "journey_id", 20) for n in range(3)]
    assert drawn(pl.concat(parts), "journey_id", 20).equals(whole)
    assert not drawn(keyed(rows, "journey_id", 6, draw), "journey_id", 20).equals(whole)


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    assert by_risk([1, 2, 3] * 20, 3, 30)[:10] == by_risk([1, 2, 3] * 20, 3, 10)


def test_every_row_is_as_likely_as_any_other_without_weights() -> None:
    ids = pl.DataFrame({"journey_id": IDS.head(10)})
    times = dict.fromkeys(ids["journey_id"], 0)
    for seed in range(2_000):
        for one in drawn(keyed(ids, "journey_id", seed, Draw.JOURNEYS), "journey_id", 3)["journey_id"]:
            times[one] += 1
    # 600 times each, standard deviation 20
    assert all(abs(count - 600) < 5 * math.sqrt(2_000 * 0.3 * 0.7) for count in times.values())


def test_the_first_row_drawn_by_risk_is_in_proportion_to_its_weight() -> None:
    weight, seeds = [1, 1, 2, 4, 8], 4_000
    first = [by_risk(weight, seed, 1)[0] for seed in range(seeds)]
    for one, points in zip(IDS, weight, strict=False):
        share = points / sum(weight)
        spread = 5 * math.sqrt(seeds * share * (1 - share))
        assert abs(first.count(one) - seeds * share) < spread


def test_the_second_row_is_in_proportion_to_the_weights_that_are_left() -> None:
    weight, seeds = [1, 2, 5], 3_000
    second = [by_risk(weight, seed, 2)[1] for seed in range(seeds)]
    whole = sum(weight)
    for place, points in enumerate(weight):
        share = sum(
            other / whole * points / (whole - other) for at, other in enumerate(weight) if at != place
        )
        spread = 5 * math.sqrt(seeds * share * (1 - share))
        assert abs(second.count(IDS[place]) - seeds * share) < spread


def test_no_row_is_drawn_twice_and_no_more_than_there_are() -> None:
    found = by_risk([random.Random(1).randint(1, 9) for _ in range(50)], 2, 80)  # noqa: S311 - not for secrets
    assert len(found) == len(set(found)) == 50


def test_a_weight_is_one_and_the_points_of_each_exception() -> None:
    journeys = pl.DataFrame({"journey_id": ["a", "b", "c"]})
    exceptions = pl.DataFrame(
        {"journey_id": ["b", "b", "c", "elsewhere"], "severity": ["high", "info", "medium", "low"]}
    )
    found = weights(journeys, exceptions)
    assert found.rows() == [("a", 0, 1), ("b", 2, 6), ("c", 1, 4)]
