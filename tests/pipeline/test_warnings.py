from __future__ import annotations

import dataclasses

import polars as pl

from cjmine.ingest.limits import twins
from cjmine.report.summary import unseen
from tests.models import sequence_model


def test_one_export_under_two_names_is_told() -> None:
    rows = [("a", "x.csv", "1"), ("b", "y.csv", "1"), ("c", "z.csv", "2")]
    ledger = pl.DataFrame(rows, schema=["source", "file", "sha256"], orient="row")
    (warning,) = twins(ledger)
    assert warning.startswith("x.csv (a) and y.csv (b) hold exactly the same bytes")


def test_a_misspelt_step_and_a_journey_nobody_makes_are_told() -> None:
    journeys = pl.DataFrame({"journey_type": ["m", "m"]})
    nodes = pl.DataFrame({"journey_type": ["m", "m"], "touchpoint": ["a", "bb"]})
    model = sequence_model("ab")
    other = dataclasses.replace(model, name="other", need="parking")
    assert unseen({"m": model, "other": other}, journeys, nodes) == [
        "m: no event is the step 'b'; did you mean 'bb'?; check the names under 'map'",
        "no journey is a 'other': no event has its need ('parking') or its start step",
    ]
