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


def node(scheme: str, column: pl.Expr) -> pl.Expr:
    """Return the name of an id: its namespace and its value."""
    return pl.format("{}={}", pl.lit(scheme), column)


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
        pl.format("{}={}", scheme, own).alias("node:customer"),
        *(node(name, column).alias(f"node:{name}") for name, column in keys.items()),
    )


def link(
    noded: pl.DataFrame, crosswalks: Sequence[pl.DataFrame], settings: IdentitySettings, *, personal: bool
) -> Customers:
    """Join ids into customers.

    ``noded`` comes from ``with_nodes``; each crosswalk has one node column per
    namespace. Keys shared by too many people are not used (2.4).
    """
    columns = ["node:customer", *(f"node:{key.name}" for key in settings.keys)]
    seen = noded.select("source_system", *columns).unique()
    shared = _shared(seen, columns[1:], settings.max_people_per_key)
    usable = seen.with_columns(
        pl.when(~pl.col(name).is_in(shared.implode())).then(pl.col(name)).alias(name) for name in columns[1:]
    )
    edges = [_edges(usable, columns)] + [_edges(table, table.columns) for table in crosswalks]
    linked = pl.concat(edges).unique().sort("left", "right")
    long = seen.unpivot(columns, index="source_system", value_name="node").drop_nulls("node")
    nodes = pl.concat([long["node"], linked["left"], linked["right"]]).unique().sort()
    rooted = pl.DataFrame({"node": nodes, "root": components(nodes, linked["left"], linked["right"])})
    rooted = rooted.with_columns(pl.col("node").str.extract(r"^([^=]+)=").alias("scheme"))
    in_scheme = pl.len().over("root", "scheme")
    keys = [key.name for key in settings.keys]
    rooted = rooted.with_columns(
        pl.when(~pl.col("scheme").is_in(keys)).then(in_scheme).otherwise(1).max().over("root").alias("twins")
    )
    rooted = rooted.with_columns(
        pl.when(pl.col("twins") > MAX_IDS).then(pl.col("node")).otherwise(pl.col("root")).alias("root")
    )
    named = _named(rooted, personal=personal)
    ids = long.select("source_system", "node").unique().join(named, on="node", how="left")
    ids = ids.with_columns((pl.col("twins") > 1).alias("ambiguous")).sort("source_system", "node")
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


def _edges(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Join every id of a row to the row's first id."""
    first = table.with_columns(pl.coalesce(columns).alias("left"))
    long = first.unpivot(columns, index="left", value_name="right").drop_nulls(["left", "right"])
    return long.filter(pl.col("left") != pl.col("right")).select("left", "right").unique()


def _shared(seen: pl.DataFrame, keys: Sequence[str], most: int) -> pl.Series:
    """Return key nodes that more than ``most`` ids of one system carry."""
    found = [pl.Series("node", [], dtype=pl.String)]
    for key in keys:
        people = seen.drop_nulls([key, "node:customer"]).group_by(key, "source_system")
        many = people.agg(pl.col("node:customer").n_unique().alias("people")).filter(pl.col("people") > most)
        found.append(many[key].alias("node"))
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
    apart = rooted.filter(pl.col("twins") > MAX_IDS)
    if apart.height:
        warnings.append(
            f"{apart.height:,} ids form groups with more than {MAX_IDS} ids of one system; "
            "they were kept apart: check the crosswalk"
        )
    return warnings
