from __future__ import annotations

import polars as pl

from cjmine.identity.walked import people_in, with_people


def frame(*ids: str | None) -> pl.LazyFrame:
    return pl.LazyFrame(
        {"customer": list(ids), "n": range(len(ids))}, schema_overrides={"customer": pl.String}
    )


def persons(crosswalk: pl.DataFrame, **rows: list[str | None]) -> list[int | None]:
    found = with_people({name: frame(*ids) for name, ids in rows.items()}, people_in(crosswalk))
    return found["person"].to_list()


def test_each_row_of_a_crosswalk_is_a_person() -> None:
    crosswalk = pl.DataFrame({"crm": ["1", "2", None], "housing": ["a", None, "c"]})
    assert persons(crosswalk, crm=["2", "1"], housing=["a", "c"]) == [1, 0, 0, 2]


def test_rows_that_share_an_id_are_one_person_through_any_chain() -> None:
    crosswalk = pl.DataFrame({"crm": ["1", "2", "2", "9"], "housing": ["a", "a", "b", "z"]})
    assert persons(crosswalk, crm=["1", "2", "9"], housing=["a", "b", "z"]) == [0, 0, 3, 0, 0, 3]


def test_ids_that_the_crosswalk_lacks_are_people_of_their_own() -> None:
    crosswalk = pl.DataFrame({"crm": ["1"], "housing": ["a"]})
    crm, again, other, housing, known = persons(crosswalk, crm=["7", "7", "8"], housing=["7", "a"])
    assert crm == again
    assert known == 0
    assert len({crm, other, housing, known}) == 4


def test_rows_without_an_id_are_nobodys() -> None:
    assert persons(pl.DataFrame({"crm": ["1"]}), crm=["1", None]) == [0, None]


def test_a_crosswalk_without_rows_knows_nobody() -> None:
    empty = pl.DataFrame(schema={"crm": pl.String})
    assert persons(empty, crm=["1", "2", "1"]) == [0, 1, 0]
