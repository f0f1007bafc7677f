from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from cjmine.audit.record import record

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def made(**more: object) -> dict[str, Any]:
    given: dict[str, Any] = {
        "project": "p",
        "settings": {"b": 1, "a": {"x": 2}},
        "text": "project: p\n",
        "model_files": {},
        "models": {"m": "<pnml/>"},
        "ledger": pl.DataFrame({"source": ["s"], "file": ["f"], "sha256": ["0"], "read": [3]}),
        "crosswalks": {"c.csv": "1"},
        "counts": {"read": 3},
        "timezone": "UTC",
        "started": NOW,
        "finished": NOW,
    }
    return record(**{**given, **more})


def test_only_the_times_differ_between_equal_runs() -> None:
    later = made(started=NOW.replace(year=2027), finished=NOW.replace(year=2028))
    assert later.pop("times") == {
        "started": "2027-01-02T00:00:00+00:00",
        "finished": "2028-01-02T00:00:00+00:00",
    }
    assert later == {key: value for key, value in made().items() if key != "times"}


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"settings": {"b": 1, "a": {"x": 3}}}, "settings_sha256"),
        ({"text": "project: q\n"}, "project_file_sha256"),
        ({"models": {"m": "<pnml></pnml>"}}, "models_sha256"),
    ],
)
def test_each_change_shows_in_its_own_hash(more: dict[str, Any], key: str) -> None:
    hashes = ("settings_sha256", "project_file_sha256", "models_sha256")
    changed = [name for name in hashes if made(**more)[name] != made()[name]]
    assert changed == [key]


def test_the_order_of_settings_does_not_matter() -> None:
    assert made(settings={"a": {"x": 2}, "b": 1})["settings_sha256"] == made()["settings_sha256"]


def test_inputs_and_counts_are_told_as_they_are() -> None:
    found = made()
    assert found["inputs"] == [{"source": "s", "file": "f", "sha256": "0", "read": 3}]
    assert found["counts"] == {"read": 3}
    assert found["crosswalks_sha256"] == {"c.csv": "1"}
    assert found["versions"]["polars"] == pl.__version__
