"""Which tasks does Spark run: rows into the store, and kernels over its partitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import polars as pl
import pyarrow as pa

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.tables import EVENT
from cjmine.engine.local import Progress, enrich
from cjmine.engine.spark.job import ANSWER, commit, job, told
from cjmine.engine.spark.start import hushed
from cjmine.engine.store import ROWS_PER_PARTITION, Store, numbers

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def create(events: DataFrame, folder: Path, *, parts: int | None = None) -> Store:
    """Partition EVENT rows by customer and write them as ``Store.create`` does; no machine holds all."""
    from pyspark.sql.types import IntegerType, StructField, StructType  # noqa: PLC0415 (an extra)

    store = Store(folder, parts or max(1, -(-events.count() // ROWS_PER_PARTITION)))
    count = store.parts

    def place(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            customers = cast("pl.Series", pl.from_arrow(batch.column("customer_id")))
            yield batch.append_column("part", numbers(customers, count).to_arrow())

    with job(store) as ours, hushed():

        def fill(rows: pa.Table) -> pa.Table:
            number = rows["part"][0].as_py()
            frame = EVENT.conform(cast("pl.DataFrame", pl.from_arrow(rows)))
            partition = Partition(events=frame.sort(EVENT.order, maintain_order=True))
            return pa.Table.from_batches([ours.attempt(number, partial(_keep, number, partition))])

        known = events.select(*(name for name in EVENT.schema if name in events.columns))
        schema = StructType([*known.schema.fields, StructField("part", IntegerType())])
        placed = known.mapInArrow(place, schema).repartition(count, "part")
        done = commit(ours, placed.groupBy("part").applyInArrow(fill, ANSWER))
        for number in range(count):
            if number not in done:
                store.write(number, Partition())
    return store


def run(
    store: Store,
    kernels: Sequence[Kernel],
    context: Context,
    *,
    spark: SparkSession,
    progress: Progress | None = None,
) -> dict[str, pl.DataFrame]:
    """Run kernels over every partition of the store and write the enriched partitions back.

    Returns the merged output of each kernel that puts nothing ``into`` the
    partition, as ``local.run`` does. ``progress`` is called from a thread.
    """
    summaries = {kernel.name: kernel.output for kernel in kernels if kernel.into is None}
    with job(store) as ours, hushed(), told(spark, progress, store.parts):

        def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                for number in batch.column("id").to_pylist():
                    write = partial(_enrich, store, number, kernels, context)
                    yield ours.attempt(number, write)

        tasks = spark.range(0, store.parts, 1, store.parts)
        done = commit(ours, tasks.mapInArrow(work, ANSWER))
        parts = {
            name: [pl.read_parquet(_summary(done[number], name)) for number in range(store.parts)]
            for name in summaries
        }
    return {name: output.merge(parts[name]) for name, output in summaries.items()}


def _keep(number: int, partition: Partition, attempt: Store) -> None:
    attempt.write(number, partition)


def _enrich(store: Store, number: int, kernels: Sequence[Kernel], context: Context, attempt: Store) -> None:
    partition, outputs = enrich(store.read(number), kernels, context)
    attempt.write(number, partition)
    for kernel in kernels:
        if kernel.into is None:
            outputs[kernel.name].write_parquet(_summary(attempt.folder, kernel.name))


def _summary(attempt: Path, name: str) -> Path:
    return attempt / f"{name}.parquet"
