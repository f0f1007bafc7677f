"""What a partition remembers, and what it forgets."""

from __future__ import annotations

import dataclasses

import polars as pl

from cjmine.domain.kernel import Partition


def test_a_partition_works_out_once_what_several_kernels_ask_for() -> None:
    asked: list[int] = []

    def heights(events: pl.DataFrame, moves: pl.DataFrame) -> list[int]:
        asked.append(events.height)
        return [events.height, moves.height]

    partition = Partition(events=pl.DataFrame({"event_id": ["a", "b"]}))
    first = partition.derived(heights, partition.events, partition.moves)
    assert first == [2, 0]
    assert partition.derived(heights, partition.events, partition.moves) is first
    found = dataclasses.replace(partition, findings=pl.DataFrame({"code": ["L1"]}))
    assert found.derived(heights, found.events, found.moves) is first
    moved = dataclasses.replace(partition, moves=pl.DataFrame({"kind": ["log"]}))
    assert moved.derived(heights, moved.events, moved.moves) == [2, 1]
    assert asked == [2, 2]
