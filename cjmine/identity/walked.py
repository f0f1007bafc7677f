"""Who is whom, where one crosswalk says it all and rows fit in memory? For a first look and for notebooks.

``cjmine run`` joins by keys too, guards against joining too much, and reports how well it joined; this
answers with numbers only, at the speed of one join for each system.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cjmine.engine.components import smallest


def people_in(crosswalk: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Give each person of a crosswalk a number: one column of ids for each namespace, blanks as null.

    Returns for each namespace its distinct ids with the number of their person (``id``, ``person``:
    UInt32). Rows that share an id in a column are one person's, transitively; a person is numbered by
    the first of their rows.
    """
    size = crosswalk.height
    place = pl.int_range(size, dtype=pl.Int64, eager=True)
    edges = []
    for column in crosswalk.iter_columns():
        if column.drop_nulls().n_unique() < size - column.null_count():
            shared = pl.DataFrame([column.alias("id"), place.alias("row")]).drop_nulls("id")
            first = shared.select("row", pl.col("row").first().over("id").alias("first"))
            edges.append(first.filter(pl.col("row") != pl.col("first")).to_numpy())
    person = pl.Series("person", smallest(size, edges), dtype=pl.UInt32)
    known = {
        column.name: pl.DataFrame([column.alias("id"), person]).drop_nulls("id")
        for column in crosswalk.iter_columns()
    }
    return {name: table.unique("id") for name, table in known.items()} if edges else known


def with_people(
    rows: Mapping[str, pl.LazyFrame], people: Mapping[str, pl.DataFrame], *, customer: str = "customer"
) -> pl.DataFrame:
    """Return the rows of all namespaces behind each other, with ``person`` in place of ``customer``.

    An id that the crosswalk lacks is a person of its own, a row without an id has none; all frames have
    the same columns.
    """
    unknown = pl.when(pl.col("person").is_null()).then(pl.col(customer))
    joined = [
        frame.join(people[name].lazy(), left_on=customer, right_on="id", how="left", maintain_order="left")
        .with_columns(unknown.rank("dense").cast(pl.UInt32).alias("stranger"))
        .drop(customer)
        for name, frame in rows.items()
    ]
    free = sum(table.height for table in people.values())  # no person's number is as large as this
    found = []
    for frame in pl.collect_all(joined):
        person = pl.coalesce("person", pl.col("stranger") + (free - 1))
        found.append(frame.with_columns(person.alias("person")).drop("stranger"))
        free += int(frame["stranger"].max() or 0)  # type: ignore[arg-type]
    return pl.concat(found)
