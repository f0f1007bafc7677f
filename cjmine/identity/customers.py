"""Which rows are one customer's? Shared ids, shared keys and crosswalks, joined transitively."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from cjmine.engine.components import components
from cjmine.identity.settings import IdentitySettings, Key, Normalise

MAX_IDS = 8
"""A component with more ids of one namespace is not believed (2.4) and stays apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Who is who.

    ``ids`` has one row per id seen in an export: system, scheme, value, node,
    customer_id, ambiguous. ``by_node`` leads from every node to its customer.
    """

    ids: pl.DataFrame
    by_node: pl.DataFrame
    warnings: tuple[str, ...]


def node_column(scheme: str, number: int = 0) -> str:
    """Return the name of a column of nodes; a crosswalk may have several of one namespace."""
    return f"node:{scheme}#{number + 1}" if number else f"node:{scheme}"


def _of(table: pl.DataFrame, column: str) -> list[str]:
    """Return the columns of a table that hold the namespace of ``column``."""
    return [name for name in table.columns if name == column or name.startswith(f"{column}#")]


def node(scheme: pl.Expr, column: pl.Expr) -> pl.Expr:
    """Return the name of an id: its namespace and its value; null where the value is blank."""
    return pl.when(column.str.strip_chars() != "").then(pl.format("{}={}", scheme, column))


def normalised(key: Key, column: pl.Expr) -> pl.Expr:
    """Return a key's values made comparable, as the project file says."""
    match key.normalise:
        case Normalise.LOWER:
            return column.str.strip_chars().str.to_lowercase()
        case Normalise.DIGITS:
            found = column.str.replace_all(r"\D", "")
            return pl.when(found != "").then(found)
        case Normalise.E164:
            digits = column.str.replace_all(r"\D", "").str.replace("^00", "")
            digits = digits.str.replace("^0", key.country)
            return pl.when(digits != "").then(digits)
        case Normalise.NONE:
            return column


def with_nodes(events: pl.DataFrame, schemes: Mapping[str, str], settings: IdentitySettings) -> pl.DataFrame:
    """Return events with one node column per id: ``node:customer`` and ``node:KEY``."""
    scheme = pl.col("source_system").replace_strict(schemes, return_dtype=pl.String)
    keys = {key.name: normalised(key, pl.col(key.name)) for key in settings.keys}
    own = pl.col("customer")
    for key in settings.keys:  # a source whose ids are a key's values is normalised like the key
        own = pl.when(scheme == key.name).then(normalised(key, pl.col("customer"))).otherwise(own)
    return events.with_columns(
        node(scheme, own).alias("node:customer"),
        *(node(pl.lit(name), column).alias(f"node:{name}") for name, column in keys.items()),
    )


def link(
    noded: pl.DataFrame, crosswalks: Sequence[pl.DataFrame], settings: IdentitySettings, *, personal: bool
) -> Customers:
    """Join ids into customers.

    ``noded`` comes from ``with_nodes``; each crosswalk has one node column per
    namespace. Keys shared by too many people are not used (2.4).
    """
    keys = [f"node:{key.name}" for key in settings.keys]
    columns = ["node:customer", *keys]
    seen = noded.select("source_system", *columns).unique()
    shared = _shared([seen, *crosswalks], keys, settings.max_people_per_key)
    edges = [_edges(_usable(table, keys, shared)) for table in (seen.select(columns), *crosswalks)]
    linked = pl.concat(edges).unique().sort("left", "right")
    long = seen.unpivot(columns, index="source_system", value_name="node").drop_nulls("node")
    nodes = pl.concat([long["node"], linked["left"], linked["right"]]).unique().sort()
    rooted = pl.DataFrame({"node": nodes, "root": components(nodes, linked["left"], linked["right"])})
    rooted = rooted.with_columns(pl.col("node").str.extract(r"^([^=]+)=").alias("scheme"))
    a_key = pl.col("scheme").is_in([key.name for key in settings.keys])  # one person may have two phones
    rooted = rooted.with_columns(_numbers(nodes, crosswalks, keys).alias("number"))
    within = ["root", "scheme"]
    rooted = rooted.with_columns(
        pl.when(a_key).then(1).otherwise(pl.len().over(within)).alias("ids"),
        pl.when(a_key).then(1).otherwise(pl.col("number").n_unique().over(within)).alias("twins"),
    ).with_columns((pl.col("ids").max().over("root") > MAX_IDS).alias("apart"))
    rooted = rooted.with_columns(pl.when("apart").then("node").otherwise("root").alias("root"))
    named = _named(rooted, personal=personal)
    ids = long.select("source_system", "node").unique().join(named, on="node", how="left")
    ids = ids.with_columns(((pl.col("twins") > 1) & ~pl.col("apart")).alias("ambiguous")).sort(
        "source_system", "node"
    )
    return Customers(
        ids=ids.select("source_system", "scheme", "node", "customer_id", "ambiguous"),
        by_node=named.select("node", "customer_id").sort("node"),
        warnings=tuple(_warnings(shared, rooted, settings)),
    )


def assign(noded: pl.DataFrame, customers: Customers) -> pl.DataFrame:
    """Return events with their ``customer_id``, without the columns only linking needs."""
    columns = [name for name in noded.columns if name.startswith("node:")]
    first = noded.with_columns(pl.coalesce(columns).alias("node"))
    return first.join(customers.by_node, on="node", how="left", maintain_order="left").drop("node", *columns)


def _usable(table: pl.DataFrame, keys: Sequence[str], shared: pl.Series) -> pl.DataFrame:
    """Return the table without the key values that too many people share."""
    found = [pl.col(name) for key in keys for name in _of(table, key)]
    return table.with_columns(
        pl.when(~column.is_in(shared.implode())).then(column).alias(column.meta.output_name())
        for column in found
    )


def _numbers(nodes: pl.Series, crosswalks: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.Series:
    """Give old and new numbers of one person, which a crosswalk states to be such, one name."""
    empty = pl.DataFrame(schema={"left": pl.String, "right": pl.String})
    stated = [
        _edges(table.select(_of(table, column)))
        for table in crosswalks
        for column in table.columns
        if column not in keys and len(_of(table, column)) > 1
    ]
    renamed = pl.concat([empty, *stated]).unique().sort("left", "right")
    return components(nodes, renamed["left"], renamed["right"])


def _edges(table: pl.DataFrame) -> pl.DataFrame:
    """Join every id of a row to the row's first id."""
    first = table.with_columns(pl.coalesce(table.columns).alias("left"))
    long = first.unpivot(table.columns, index="left", value_name="right").drop_nulls(["left", "right"])
    return long.filter(pl.col("left") != pl.col("right")).select("left", "right").unique()


def _shared(tables: Sequence[pl.DataFrame], keys: Sequence[str], most: int) -> pl.Series:
    """Return key nodes beside more than ``most`` ids of one namespace in an export or crosswalk."""
    found = [pl.Series("node", [], dtype=pl.String)]
    for table in tables:
        keyed = {name for key in keys for name in _of(table, key)}
        ids = [name for name in table.columns if name.startswith("node:") and name not in keyed]
        by = ["key", *(name for name in ("source_system",) if name in table.columns)]
        for key in keys:
            held = [table.with_columns(pl.col(name).alias("key")) for name in _of(table, key)]
            if held:
                people = pl.concat(held).drop_nulls("key").group_by(by)
                counted = people.agg(pl.col(ids).drop_nulls().n_unique())
                found.append(counted.filter(pl.any_horizontal(pl.col(ids) > most))["key"].alias("node"))
    return pl.concat(found).unique().sort()


def _named(rooted: pl.DataFrame, *, personal: bool) -> pl.DataFrame:
    """Name each customer: by its smallest id, or by a digest where ids are personal."""
    if not personal:
        return rooted.with_columns(pl.col("root").alias("customer_id"))
    roots = rooted["root"].unique().sort()
    digests = [f"c{hashlib.blake2b(root.encode(), digest_size=8).hexdigest()}" for root in roots]
    names = pl.DataFrame({"root": roots, "customer_id": digests}, schema_overrides={"customer_id": pl.String})
    return rooted.join(names, on="root", how="left")


def _warnings(shared: pl.Series, rooted: pl.DataFrame, settings: IdentitySettings) -> list[str]:
    warnings = []
    if shared.len():
        schemes = ", ".join(sorted({value.split("=", 1)[0] for value in shared}))
        warnings.append(
            f"{shared.len():,} shared key value(s) ({schemes}) belong to more than "
            f"{settings.max_people_per_key} people and were not used to join"
        )
    apart = rooted.filter("apart")
    if apart.height:
        warnings.append(
            f"{apart.height:,} ids form groups with more than {MAX_IDS} ids of one system; "
            "they were kept apart: check the crosswalk"
        )
    return warnings
