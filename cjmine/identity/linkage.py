"""How well did the systems join? Per system, per pair, and what looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from cjmine.errors import LinkageError
from cjmine.identity.customers import Customers
from cjmine.identity.settings import IdentitySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkage:
    """The linkage report.

    ``systems``: system, rows, rows_without_id, cases_without_id, ids, customers,
    matched (customers seen in another system too), only_here, ambiguous (ids
    whose customer has a second id of the same namespace).
    ``pairs``: system_a, system_b, customers (seen in both), of_a, of_b (customers
    of each), share_of_a, share_of_b.
    """

    systems: pl.DataFrame
    pairs: pl.DataFrame
    warnings: tuple[str, ...]


def report(
    events: pl.DataFrame,
    without_id: pl.DataFrame,
    customers: Customers,
    systems: Sequence[str],
    settings: IdentitySettings,
) -> Linkage:
    """Count what joined.

    ``events`` carry ``customer_id``; ``without_id`` (source, native_case_id) are
    the rows that carry no id at all. Raises ``LinkageError`` where their share
    in a source exceeds ``max_without_id``.
    """
    seen = events.select("source_system", "customer_id").unique()
    spread = seen.group_by("customer_id").agg(pl.len().alias("spread"))
    joined = seen.join(spread, on="customer_id")
    rows = [_system(name, events, without_id, joined, customers.ids) for name in systems]
    _refuse(rows, settings)
    table = pl.DataFrame(rows)
    pairs = _pairs(seen, systems)
    warnings = [*customers.warnings, *_alone(table, pairs), *_dummies(events, settings)]
    for row in rows:
        if row["rows_without_id"]:
            cases = f" in {row['cases_without_id']:,} cases" if row["cases_without_id"] else ""
            warnings.append(
                f"{row['system']}: {row['rows_without_id']:,} rows{cases} carry no id and join nobody"
            )
        if row["ambiguous"]:
            warnings.append(
                f"{row['system']}: {row['ambiguous']:,} ids are joined to a customer who has another id of "
                "the same system; check whether they are one person"
            )
    return Linkage(systems=table, pairs=pairs, warnings=tuple(warnings))


def _system(
    name: str, events: pl.DataFrame, without_id: pl.DataFrame, joined: pl.DataFrame, ids: pl.DataFrame
) -> dict[str, str | int]:
    mine = joined.filter(pl.col("source_system") == name)
    lost = without_id.filter(pl.col("source") == name)
    own = ids.filter(pl.col("source_system") == name)
    matched = mine.filter(pl.col("spread") > 1).height
    return {
        "system": name,
        "rows": events.filter(pl.col("source_system") == name).height,
        "rows_without_id": lost.height,
        "cases_without_id": lost["native_case_id"].drop_nulls().n_unique(),
        "ids": own.height,
        "customers": mine.height,
        "matched": matched,
        "only_here": mine.height - matched,
        "ambiguous": own.filter("ambiguous").height,
    }


def _refuse(rows: Sequence[dict[str, str | int]], settings: IdentitySettings) -> None:
    faults = []
    for row in rows:
        lost, kept = int(row["rows_without_id"]), int(row["rows"])
        if lost > settings.max_without_id * (lost + kept):
            faults.append(
                f"{row['system']}: {lost:,} of {lost + kept:,} rows carry no customer id "
                f"({lost / (lost + kept):.1%}); at most {settings.max_without_id:.1%} are allowed"
            )
    if faults:
        raise LinkageError(faults, "map another id column, add a crosswalk, or raise identity.max_without_id")


def _pairs(seen: pl.DataFrame, systems: Sequence[str]) -> pl.DataFrame:
    members = {name: seen.filter(pl.col("source_system") == name).select("customer_id") for name in systems}
    rows = []
    for one, other in combinations(systems, 2):
        both = members[one].join(members[other], on="customer_id", how="semi").height
        of_a, of_b = members[one].height, members[other].height
        rows.append(
            {
                "system_a": one,
                "system_b": other,
                "customers": both,
                "of_a": of_a,
                "of_b": of_b,
                "share_of_a": both / of_a if of_a else None,
                "share_of_b": both / of_b if of_b else None,
            }
        )
    schema = {
        "system_a": pl.String,
        "system_b": pl.String,
        **dict.fromkeys(("customers", "of_a", "of_b"), pl.Int64),
        **dict.fromkeys(("share_of_a", "share_of_b"), pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema)


def _alone(systems: pl.DataFrame, pairs: pl.DataFrame) -> list[str]:
    if not pairs.height:
        return []
    return [
        f"{name} shares no customer with any other system: its journeys cannot be joined; check its id column"
        for name in systems.filter((pl.col("matched") == 0) & (pl.col("customers") > 0))["system"]
    ]


def _dummies(events: pl.DataFrame, settings: IdentitySettings) -> list[str]:
    cases = events.drop_nulls("native_case_id").group_by("customer_id", "source_system")
    many = cases.agg(pl.col("native_case_id").n_unique().alias("cases"))
    many = many.filter(pl.col("cases") > settings.max_cases).sort(
        ["cases", "source_system", "customer_id"], descending=[True, False, False]
    )
    return [
        f"customer {row['customer_id']} carries {row['cases']:,} cases in {row['source_system']}: "
        "probably a dummy id that stands for many"
        for row in many.head(10).iter_rows(named=True)
    ]
