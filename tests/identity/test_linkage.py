from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from cjmine.errors import LinkageError
from cjmine.identity.linkage import Linkage, dummies, report
from tests.identity.rows import KEYS, Row, people


def reported(rows: Sequence[Row], lost: Sequence[tuple[str, str | None]] = (), **settings: float) -> Linkage:
    chosen = KEYS.model_copy(update=settings)
    systems = list(dict.fromkeys(row[0] for row in rows))
    kept = {name: sum(row[0] == name for row in rows) for name in systems}
    missing = {
        name: (
            sum(system == name for system, _ in lost),
            len({case for system, case in lost if system == name and case is not None}),
        )
        for name in systems
    }
    return report(kept, missing, people(rows, settings=chosen).customers, chosen)


FOUR: list[Row] = [
    ("crm", "1", None, "a@x"),
    ("crm", "1", None, "a@x"),
    ("crm", "2", None, None),
    ("housing", "9", None, "a@x"),
    ("portal", "p", None, None),
]


def test_how_the_systems_joined() -> None:
    found = reported(FOUR, [("portal", "s1"), ("portal", "s1"), ("portal", None)], max_without_id=0.75)
    named = {row["system"]: row for row in found.systems.iter_rows(named=True)}
    counts = ("rows", "rows_without_id", "cases_without_id", "customers", "matched", "only_here", "ambiguous")
    assert [named["crm"][name] for name in counts] == [3, 0, 0, 2, 1, 1, 0]
    assert [named["portal"][name] for name in counts] == [1, 3, 1, 1, 0, 1, 0]
    assert found.pairs.rows() == [
        ("crm", "housing", 1, 2, 1, 0.5, 1.0),
        ("crm", "portal", 0, 2, 1, 0.0, 0.0),
        ("housing", "portal", 0, 1, 1, 0.0, 0.0),
    ]
    assert found.warnings == (
        "portal shares no customer with any other system: its journeys cannot be joined; check its id column",
        "portal: 3 rows in 1 cases carry no id and join nobody",
    )


def test_one_system_alone_is_no_warning() -> None:
    assert reported([("crm", "1", None, None)]).warnings == ()
    assert reported([("crm", "1", None, None)]).pairs.height == 0


def test_a_dummy_that_stands_for_many_is_named() -> None:
    counted = [("crm=0", "crm", 51), ("crm=1", "crm", 50)]
    schema = {"customer_id": pl.String, "source_system": pl.String, "cases": pl.Int64}
    (warning,) = dummies(pl.DataFrame(counted, schema=schema, orient="row"), KEYS)
    assert warning.startswith("customer crm=0 carries 51 cases in crm: probably a dummy id")


def test_a_source_without_ids_is_refused() -> None:
    assert reported(FOUR, [("portal", None)], max_without_id=0.5).warnings
    with pytest.raises(LinkageError) as caught:
        reported(FOUR, [("portal", None)] * 2 + [("crm", None)], max_without_id=0.2)
    assert caught.value.faults == (
        "crm: 1 of 4 rows carry no customer id (25.0%); at most 20.0% are allowed",
        "portal: 2 of 3 rows carry no customer id (66.7%); at most 20.0% are allowed",
    )
