"""How well did the systems join? Per system, per pair, and what looks wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
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
    rows: Mapping[str, int],
    lost: Mapping[str, tuple[int, int]],
    customers: Customers,
    settings: IdentitySettings,
) -> Linkage:
    """Count what joined.

    ``rows`` has each system's accepted rows, ``lost`` its rows that carry no id at all, and the
    cases they are of. Raises ``LinkageError`` where their share in a system exceeds ``max_without_id``.
    """
    systems = {one.name: one for one in customers.systems}
    nobody = np.zeros(customers.names.len(), dtype=bool)
    held = {name: systems[name].members if name in systems else nobody for name in rows}
    spread = np.add.reduce([one.astype(np.uint8) for one in held.values()]) if held else nobody
    found: list[dict[str, str | int]] = []
    for name, count in rows.items():
        here, one = held[name], systems.get(name)
        matched = int((here & (spread > 1)).sum())
        found.append(
            {
                "system": name,
                "rows": count,
                "rows_without_id": lost.get(name, (0, 0))[0],
                "cases_without_id": lost.get(name, (0, 0))[1],
                "ids": 0 if one is None else one.ids,
                "customers": int(here.sum()),
                "matched": matched,
                "only_here": int(here.sum()) - matched,
                "ambiguous": 0 if one is None else one.ambiguous,
            }
        )
    _refuse(found, settings)
    table, pairs = pl.DataFrame(found), _pairs(held)
    warnings = [*customers.warnings, *_alone(table, pairs)]
    for row in found:
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


def _refuse(rows: Sequence[Mapping[str, str | int]], settings: IdentitySettings) -> None:
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


def _pairs(members: Mapping[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]) -> pl.DataFrame:
    rows = []
    for one, other in combinations(members, 2):
        both = int((members[one] & members[other]).sum())
        of_a, of_b = int(members[one].sum()), int(members[other].sum())
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


def dummies(cases: pl.DataFrame, settings: IdentitySettings) -> list[str]:
    """Name customers with more cases in one system than a person has; ``cases``: customer, system, cases."""
    many = cases.filter(pl.col("cases") > settings.max_cases).sort(
        ["cases", "source_system", "customer_id"], descending=[True, False, False]
    )
    return [
        f"customer {row['customer_id']} carries {row['cases']:,} cases in {row['source_system']}: "
        "probably a dummy id that stands for many"
        for row in many.head(10).iter_rows(named=True)
    ]
