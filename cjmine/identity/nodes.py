"""How is an id written so that ids of all systems can be told apart? As its namespace and its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from cjmine.identity.settings import IdentitySettings, Key, Normalise

CUSTOMER = "node:customer"


def node_column(scheme: str, number: int = 0) -> str:
    """Return the name of a column of nodes; a crosswalk may have several of one namespace."""
    return f"node:{scheme}#{number + 1}" if number else f"node:{scheme}"


def columns_of(names: Sequence[str], column: str) -> list[str]:
    """Return the columns that hold the namespace of ``column``."""
    return [name for name in names if name == column or name.startswith(f"{column}#")]


def scheme_in(column: str) -> str:
    """Return the namespace that a crosswalk's column of nodes holds.

    >>> scheme_in("node:crm#2")
    'crm'
    """
    return column.removeprefix("node:").rsplit("#", 1)[0]


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


def nodes_of(events: pl.DataFrame, scheme: str, settings: IdentitySettings) -> pl.DataFrame:
    """Return one column of nodes for each kind of id of one system's rows: customer, then the keys."""
    keys = {key.name: normalised(key, pl.col(key.name)) for key in settings.keys}
    own = keys[scheme] if scheme in keys else pl.col("customer")
    if scheme in keys:  # a source whose ids are a key's values is normalised like the key
        own = normalised(next(key for key in settings.keys if key.name == scheme), pl.col("customer"))
    return events.select(
        node(pl.lit(scheme), own).alias(CUSTOMER),
        *(node(pl.lit(name), column).alias(node_column(name)) for name, column in keys.items()),
    )


def schemes_of(sources: Mapping[str, str], settings: IdentitySettings) -> tuple[str, ...]:
    """Return every namespace of a project, sorted as its nodes are; ``sources``: system to namespace."""
    walked = (scheme for table in settings.crosswalks for scheme in table.columns)
    named = {*sources.values(), *(key.name for key in settings.keys), *walked}
    return tuple(sorted(named, key=lambda scheme: f"{scheme}="))
