"""Each remark about exports has a positive and a decoy; tallies of parts are those of the whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cjmine.cli.group import cli
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.tables import EVENT
from cjmine.engine.local import enrich
from cjmine.profiling import profile
from cjmine.project.load import load
from cjmine.quality.remarks import QualitySettings, remarks
from cjmine.quality.tallies import QUALITY
from tests.projects import tiny

FIRST = datetime(2025, 1, 6, 9, tzinfo=UTC)  # a Monday
Row = dict[str, Any]


def row(number: int, system: str = "crm", **more: Any) -> Row:
    """One row a day, each of its own customer, unless told otherwise."""
    at = more.pop("start", FIRST + timedelta(days=number, minutes=number % 400))
    plain = {
        "customer_id": f"c{number}",
        "source_system": system,
        "start": at,
        "activity": "call",
        "precision": "s",
    }
    return {**plain, **more}


def tallied(rows: list[Row]) -> dict[str, pl.DataFrame]:
    events = EVENT.conform(pl.DataFrame(rows, infer_schema_length=None)) if rows else EVENT.empty()
    return enrich(Partition(events=events), QUALITY, Context())[1]


def told(rows: list[Row]) -> list[tuple[str, str, str]]:
    merged = {one.name: one.output.merge([tallied(rows)[one.name]]) for one in QUALITY}
    return [(one.name, one.about, one.seen) for one in remarks(merged, QualitySettings())]


def names(rows: list[Row]) -> set[str]:
    return {name for name, _, _ in told(rows)}


def busy(days: int, **more: Any) -> list[Row]:
    """Three rows a day."""
    return [row(n, start=FIRST + timedelta(hours=8 * n), **more) for n in range(3 * days)]


PAIRS = [row(n, customer_id=f"c{n // 2}") for n in range(80)]
BOTH = [row(n, customer_id=f"c{n // 2}", start=FIRST + timedelta(days=n // 2, minutes=n)) for n in range(80)]
CASES: dict[str, tuple[list[Row], list[Row], str]] = {
    "gap": (
        [one for one in busy(70) if not FIRST + timedelta(14) <= one["start"] < FIRST + timedelta(28)],
        [row(7 * n) for n in range(0, 40, 2)],
        "1 rows from 2025-01-20 to 2025-02-02, against 21 in a usual week",
    ),
    "coverage": (
        [*busy(200), *busy(200, source_system="web"), *busy(60, source_system="old")],
        [*busy(200), *busy(200, source_system="web"), *busy(190, source_system="old")],
        "from 2025-01-06 to 2025-03-07: ends 140 days before most systems",
    ),
    "mostly empty": (
        [*PAIRS, row(0, customer_id="c1", need="move")],
        [row(n, customer_id=f"c{n // 2}", need="move") for n in range(80)],
        "need is filled in 1 of 81 rows (1%)",
    ),
    "new code": (
        [row(n, customer_id="c", activity="email" if n > 40 else "call") for n in range(80)],
        [row(n, customer_id="c", activity="email" if n % 2 else "call") for n in range(80)],
        "activity 'email' (39 rows) first seen 2025-02-16",
    ),
    "retired code": (
        [row(n, customer_id="c", activity="fax" if n < 40 else "call") for n in range(80)],
        [row(n, customer_id="c", activity="fax" if n < 20 else "call") for n in range(80)],
        "activity 'fax' (40 rows) last seen 2025-02-14",
    ),
    "spelt alike": (
        [*PAIRS, row(1, activity="Call "), row(2, activity="CALL 07"), row(3, activity="call 7")],
        [*PAIRS, row(1, outcome="decision+"), row(2, outcome="decision-"), row(3, activity="call 70")],
        "activity: 'CALL 07' (1), 'call 7' (1)",
    ),
    "equal times": (
        [row(n, customer_id="c", start=FIRST + timedelta(days=n // 2)) for n in range(80)],
        [row(n, start=FIRST) for n in range(80)],
        "80 of 80 rows share customer and time with another row",
    ),
    "midnight": (
        [row(n, customer_id="c", start=FIRST.replace(hour=0) + timedelta(days=n)) for n in range(80)],
        [
            row(n, customer_id="c", start=FIRST.replace(hour=0) + timedelta(days=n), precision="day")
            for n in range(80)
        ],
        "80 of 80 times are exactly midnight",
    ),
    "seen once": ([row(n) for n in range(80)], PAIRS, "80 of 80 customers have a single row here"),
    "clocks": (
        [
            *BOTH,
            *(one | {"source_system": "web", "start": one["start"] + timedelta(hours=1)} for one in BOTH),
        ],
        [
            *BOTH,
            *(one | {"source_system": "web", "start": one["start"] + timedelta(minutes=9)} for one in BOTH),
        ],
        "80 of 80 rows of web stand 60 minutes after one of crm",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_remark_is_made_where_it_is_due_and_only_there(name: str) -> None:
    positive, decoy, seen = CASES[name]
    assert seen in [said for what, _, said in told(positive) if what == name]
    assert name not in names(decoy)


def test_nothing_is_said_of_nothing() -> None:
    assert told([]) == []


@settings(max_examples=15)
@given(
    st.lists(
        st.builds(
            row,
            st.integers(0, 30),
            system=st.sampled_from(["crm", "web"]),
            activity=st.sampled_from(["call", "Call"]),
            need=st.sampled_from([None, "move"]),
        ),
        max_size=40,
    ),
    st.integers(1, 4),
)
def test_tallies_of_partitions_are_those_of_the_whole(rows: list[Row], parts: int) -> None:
    whole = tallied(rows)
    split = [tallied([one for one in rows if hash(one["customer_id"]) % parts == n]) for n in range(parts)]
    for one in QUALITY:
        merged = one.output.merge([part[one.name] for part in split])
        assert merged.equals(one.output.merge([whole[one.name]])), one.name


def test_a_project_is_profiled_and_nothing_is_written(tmp_path: Path) -> None:
    path = tiny(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    found = profile(load(path))
    assert sorted(tmp_path.rglob("*")) == before
    web = found["sources"][0]
    numbers = [
        web[name] for name in ("source", "files", "accepted", "quarantined", "customers", "first", "last")
    ]
    assert numbers == ["web", 1, 4, 1, 3, "2026-03-02", "2026-03-04"]
    assert web["filled"]["channel"] == 1.0
    assert {"system_a": "web", "system_b": "phone", "customers": 2}.items() <= found["pairs"][0].items()
    said = CliRunner().invoke(cli, ["profile", str(path)])
    assert said.exit_code == 0
    assert "web, phone" in said.output
    machine = CliRunner().invoke(cli, ["profile", str(path), "--json"])
    assert json.loads(machine.stdout) == json.loads(json.dumps(found))
