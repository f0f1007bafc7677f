from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from cjmine.discovery.versions import adjusted, changed, novelty, said, version


def edges(**counts: int) -> pl.DataFrame:
    rows = [(name[0], name[1], n) for name, n in counts.items()]
    return pl.DataFrame(
        rows, schema={"source": pl.String, "target": pl.String, "count": pl.Int64}, orient="row"
    )


def test_false_discovery_rates_are_the_golden_ones() -> None:
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205])
    expect = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.08457142857142858, 0.205]
    assert adjusted(p) == pytest.approx(expect)
    shuffled = np.array([3, 0, 7, 1, 6, 2, 5, 4])
    assert adjusted(p[shuffled]) == pytest.approx(np.array(expect)[shuffled])


def test_what_was_added_is_held_against_what_was_there() -> None:
    before = edges(ab=500, ac=500)
    found = changed(before, edges(ab=900, ac=600, ad=20))
    by = {(row["source"], row["target"]): row for row in found.iter_rows(named=True)}
    assert by["a", "b"]["share_added"] == pytest.approx(400 / 520)
    assert by["a", "b"]["q"] < 1e-6
    assert by["a", "d"]["share_before"] == 0
    assert found["q"].is_sorted()


def test_growth_in_proportion_is_no_change() -> None:
    before = edges(ab=500, ac=300, ad=200)
    text = said(before, edges(ab=1000, ac=600, ad=400), old="one", new="two")
    assert (
        text
        == "the map is now version two, after one; no edge differs beyond chance (false discovery rate 5%)"
    )


def test_a_change_is_named_with_its_direction() -> None:
    text = said(edges(ab=500, ac=500), edges(ab=900, ac=600), old="one", new="two")
    assert "2 of 2 edges differ" in text
    assert "a → b more often" in text
    assert "a → c less often" in text


def test_nothing_added_changes_nothing() -> None:
    assert changed(edges(ab=5), edges(ab=5)).height == 0
    assert (
        said(edges(ab=5), edges(ab=5), old="one", new="one") == "the map is version one, as in the last run"
    )


def test_novelty_is_the_share_of_journeys_like_no_other() -> None:
    assert novelty(pl.DataFrame({"count": [5, 3, 1, 1]})) == 0.2
    assert novelty(pl.DataFrame({"count": []}, schema={"count": pl.Int64})) is None


def test_a_version_is_settings_and_how_far_logs_reach() -> None:
    one, two = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC)
    assert version("s", {"crm": one, "web": two}) == version("s", {"web": two, "crm": one})
    assert len({version("s", {"crm": one}), version("s", {"crm": two}), version("t", {"crm": one})}) == 3
