"""The engine on one machine: kernels over the store's partitions, one partition at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.engine.store import Store

Progress = Callable[[int, int], None]


def enrich(
    partition: Partition, kernels: Sequence[Kernel], context: Context
) -> tuple[Partition, dict[str, pl.DataFrame]]:
    """Run kernels in order on one partition.

    Returns the partition with what they put ``into`` it, and each kernel's
    output by its name.
    """
    outputs: dict[str, pl.DataFrame] = {}
    for kernel in kernels:
        frame = kernel.output.conform(kernel.compute(partition, context))
        outputs[kernel.name] = frame
        if kernel.into is not None:
            whole = kernel.output.merge([partition.findings, frame]) if kernel.into == "findings" else frame
            partition = dataclasses.replace(partition, **{kernel.into: whole})
    return partition, outputs


def run(
    store: Store, kernels: Sequence[Kernel], context: Context, *, progress: Progress | None = None
) -> dict[str, pl.DataFrame]:
    """Run kernels over every partition of the store and write the enriched partitions back.

    Returns the merged output of each kernel that puts nothing ``into`` the
    partition; the others are read from the store.
    """
    summaries = {kernel.name: kernel.output for kernel in kernels if kernel.into is None}
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in summaries}
    for number in range(store.parts):
        partition, outputs = enrich(store.read(number), kernels, context)
        store.write(number, partition)
        for name in summaries:
            parts[name].append(outputs[name])
        if progress is not None:
            progress(number + 1, store.parts)
    return {name: output.merge(parts[name]) for name, output in summaries.items()}
