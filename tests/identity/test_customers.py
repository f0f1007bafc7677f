from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from cjmine.identity.customers import MAX_IDS
from cjmine.identity.nodes import normalised
from cjmine.identity.settings import IdentitySettings, Key, Normalise
from tests.identity.rows import KEYS, People, Row, people


def table(*rows: Sequence[str | None], columns: Sequence[str] = ("crm", "tenancy")) -> pl.DataFrame:
    """Return a crosswalk's columns of nodes."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.select(pl.format("{}={}", pl.lit(name), name).alias(f"node:{name}") for name in columns)


def groups(rows: Sequence[Row], *tables: pl.DataFrame, settings: IdentitySettings = KEYS) -> list[int]:
    """Return, for each row, the number of the first row of the same customer."""
    names = people(rows, *tables, settings=settings).rows
    return [names.index(name) for name in names]


@pytest.mark.parametrize(
    ("name", "rows", "tables", "expect"),
    [
        ("one id", [("crm", "1", None, None)] * 2, [], [0, 0]),
        ("one value in two namespaces", [("crm", "1", None, None), ("housing", "1", None, None)], [], [0, 1]),
        ("a shared key", [("crm", "1", None, "a@x"), ("housing", "9", None, "a@x")], [], [0, 0]),
        (
            "a chain of keys",
            [("crm", "1", "0117 1", None), ("portal", "p", "01171", "b@x"), ("housing", "9", None, "b@x")],
            [],
            [0, 0, 0],
        ),
        (
            "a system whose id is a key",
            [("crm", "1", "0117 900", None), ("telephony", "+44117900", None, None)],
            [],
            [0, 0],
        ),
        (
            "a row without an id, but with a key",
            [("crm", "1", None, "a@x"), ("crm", None, None, "a@x")],
            [],
            [0, 0],
        ),
        ("blank ids are no id", [("crm", "", None, "a@x"), ("crm", " ", None, "b@x")], [], [0, 1]),
        ("blank keys are no key", [("crm", "1", " ", " "), ("crm", "2", "", "")], [], [0, 1]),
        (
            "a crosswalk",
            [("crm", "1", None, None), ("housing", "9", None, None)],
            [table(("1", "9"))],
            [0, 0],
        ),
        (
            "a crosswalk row with a gap",
            [("crm", "1", None, None), ("housing", "9", None, None)],
            [table(("1", None), (None, "9"))],
            [0, 1],
        ),
        (
            "a crosswalk row twice",
            [("crm", "1", None, None), ("housing", "9", None, None)],
            [table(("1", "9"), ("1", "9"))],
            [0, 0],
        ),
        ("ids only the crosswalk knows", [("crm", "1", None, None)], [table(("7", "8"), ("1", "8"))], [0]),
        (
            "through an id no export holds",
            [("crm", "1", None, None), ("crm", "2", None, None)],
            [table(("1", "9"), ("2", "9"))],
            [0, 0],
        ),
        (
            "an id that leads to itself",
            [("crm", "1", None, None), ("crm", "2", None, None)],
            [table(("1", "1"), columns=("crm", "other"))],
            [0, 1],
        ),
        (
            "two crosswalks in a chain",
            [("crm", "1", None, None), ("portal", "p", None, None)],
            [table(("1", "9")), table(("9", "p"), columns=("tenancy", "account"))],
            [0, 0],
        ),
        (
            "a crosswalk with a key",
            [("crm", "1", None, None), ("telephony", "0117 900", None, None)],
            [table(("1", "44117900"), columns=("crm", "phone"))],
            [0, 0],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_is_one_customer(
    name: str, rows: list[Row], tables: list[pl.DataFrame], expect: list[int]
) -> None:
    assert groups(rows, *tables) == expect, name


def test_a_key_of_many_people_joins_nobody() -> None:
    def hostel(guests: int) -> list[Row]:
        return [("crm", str(n), "0117 900", None) for n in range(guests)]

    assert groups(hostel(3)) == [0, 0, 0]
    assert groups(hostel(4)) == [0, 1, 2, 3]
    walked = [table((str(n), "44117900"), columns=("crm", "phone")) for n in range(4)]
    assert groups([("crm", str(n), None, None) for n in range(4)], pl.concat(walked)) == [0, 1, 2, 3]
    (warning,) = people(hostel(4)).customers.warnings
    assert warning == "1 shared key value(s) (phone) belong to more than 3 people and were not used to join"


def test_a_group_too_large_to_believe_is_kept_apart() -> None:
    def many(size: int) -> tuple[list[int], People]:
        rows: list[Row] = [("crm", f"{n}", None, None) for n in range(size)]
        walked = table(*((f"{n}", "9") for n in range(size)))
        return groups(rows, walked), people(rows, walked)

    found, joined = many(MAX_IDS)
    assert set(found) == {0}
    assert joined.ids.filter(pl.col("scheme") == "crm")["ambiguous"].all()
    found, joined = many(MAX_IDS + 1)
    assert found == list(range(MAX_IDS + 1))
    assert not joined.ids["ambiguous"].any()
    assert joined.customers.warnings[0].startswith("10 ids form groups with more than 8 ids of one system")


def test_only_a_second_id_of_the_same_namespace_is_ambiguous() -> None:
    rows: list[Row] = [
        ("crm", "1", "0117 1", "a@x"),
        ("crm", "2", "0117 2", "a@x"),
        ("telephony", "0117 1", None, None),
        ("housing", "9", None, "a@x"),
    ]
    ids = people(rows).ids
    assert ids.filter("ambiguous")["node"].to_list() == ["crm=1", "crm=2"]


def test_personal_ids_are_digested() -> None:
    rows: list[Row] = [("crm", "1", None, None), ("housing", "9", None, None)]
    plain = people(rows).ids
    assert plain["customer_id"].to_list() == ["crm=1", "tenancy=9"]
    secret = people(rows, personal=True).ids
    assert secret["customer_id"].to_list() == ["cb17e3497836ff169", "c611d6e8db158671b"]


def test_the_order_of_rows_does_not_matter() -> None:
    rows: list[Row] = [("crm", str(n % 7), f"0117{n % 5}", f"{n % 11}@x") for n in range(30)]
    assert people(rows[::-1], personal=True).ids.equals(people(rows, personal=True).ids)


def test_how_ids_are_digested_does_not_matter() -> None:
    rows: list[Row] = [("crm", str(n % 7), f"0117{n % 5}", f"{n % 11}@x") for n in range(30)]
    assert people(rows, seed=1).ids.equals(people(rows).ids)


@pytest.mark.parametrize(
    ("kind", "value", "expect"),
    [
        (Normalise.E164, "0117 900-123", "44117900123"),
        (Normalise.E164, "+44 117 900123", "44117900123"),
        (Normalise.E164, "0044117900123", "44117900123"),
        (Normalise.E164, "n/a", None),
        (Normalise.DIGITS, "AB-12 3", "123"),
        (Normalise.DIGITS, "-", None),
        (Normalise.LOWER, " Ann@X.org ", "ann@x.org"),
        (Normalise.NONE, " A ", " A "),
        (Normalise.E164, None, None),
    ],
)
def test_keys_are_made_comparable(kind: Normalise, value: str | None, expect: str | None) -> None:
    frame = pl.DataFrame({"k": [value]}, schema={"k": pl.String})
    assert frame.select(normalised(Key(name="k", normalise=kind), pl.col("k")).alias("k"))["k"].to_list() == [
        expect
    ]


def renamed(
    *rows: tuple[str | None, ...], columns: Sequence[str] = ("crm", "crm#2", "phone", "phone#2")
) -> pl.DataFrame:
    schema = {f"node:{name}": pl.String for name in columns}
    values = [
        [one and f"{name.split('#')[0]}={one}" for name, one in zip(columns, row, strict=True)]
        for row in rows
    ]
    return pl.DataFrame(values, schema=schema, orient="row")


def test_all_ids_of_a_row_belong_together() -> None:
    rows: list[Row] = [(("crm"), one, None, None) for one in ("C1", "C2", "C3")]
    assert groups(rows, renamed(("C2", "C1", None, None), ("C3", None, None, None))) == [0, 0, 2]
    assert groups(rows, renamed(("C2", "C1", None, None), ("C3", "C2", None, None))) == [0, 0, 0]
    phones: list[Row] = [("telephony", one, None, None) for one in ("0117 1", "0117 2")]
    assert groups([*rows, *phones], renamed(("C2", None, "441171", "441172"))) == [0, 1, 2, 1, 1]


def test_old_and_new_numbers_of_one_person_are_not_ambiguous() -> None:
    rows: list[Row] = [("crm", f"C{n}", None, "a@x") for n in range(3)]
    alias = renamed(("C1", "C0"), columns=("crm", "crm#2"))
    ids = people(rows, alias).ids
    assert ids["customer_id"].n_unique() == 1
    assert ids.filter(pl.col("scheme") == "crm")[
        "ambiguous"
    ].all()  # C2 is another number, and nothing says whose
    ids = people(rows[:2], alias).ids
    assert not ids["ambiguous"].any()


def test_too_many_old_numbers_are_not_believed() -> None:
    rows: list[Row] = [("crm", f"C{n}", None, None) for n in range(MAX_IDS + 1)]
    alias = renamed(*(("C0", f"C{n}") for n in range(1, MAX_IDS + 1)), columns=("crm", "crm#2"))
    assert groups(rows, alias) == list(range(MAX_IDS + 1))
    assert groups(rows[:-1], alias[:-1]) == [0] * MAX_IDS


def test_a_number_of_many_people_joins_nobody_in_whichever_column_it_stands() -> None:
    rows: list[Row] = [("crm", f"C{n}", None, None) for n in range(4)]
    shared = [(f"C{n}", None, *(("9", None) if n % 2 else (None, "9"))) for n in range(4)]
    assert groups(rows, renamed(*shared)) == [0, 1, 2, 3]
    assert groups(rows[:3], renamed(*shared[:3])) == [0, 0, 0]
