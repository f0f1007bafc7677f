from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.tables import EVENT, FINDING
from cjmine.engine import local
from cjmine.engine.components import components
from cjmine.engine.evidence import findings
from cjmine.engine.store import ROWS_PER_PARTITION, Store, digest, split
from cjmine.tally import Merge, Tally
from tests.builders import events, passed

ROWS = events([{"customer_id": f"c{n % 17}", "h": n % 5} for n in range(100)])
COUNT = Kernel(
    name="count",
    output=Tally(keys={"who": pl.String}, measures={"events": Merge.SUM}),
    compute=lambda partition, _: partition.events.group_by(who="customer_id").agg(events=pl.len()),
)


def test_the_digest_never_changes() -> None:
    """A changed digest would move customers between the partitions of stores already written."""
    assert [digest(one) for one in ("", "c1", "crm=ä")] == [
        16476032584258269876,
        4895413496900842574,
        12738740355763180842,
    ]


def test_a_customer_lies_whole_in_one_partition() -> None:
    parts = list(split(ROWS.sample(fraction=1, shuffle=True, seed=1), 4))
    owners = [set(part["customer_id"]) for part in parts]
    assert sum(len(one) for one in owners) == 17
    assert sum(part.height for part in parts) == ROWS.height
    for number, part in enumerate(parts):
        assert part.equals(part.sort(EVENT.order))
        assert all(digest(who) % 4 == number for who in owners[number])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    store = Store.create(tmp_path, ROWS, parts=5)  # more partitions than some hashes fill is no error
    assert store.table(EVENT).equals(ROWS.sort(EVENT.order))
    assert Store.create(tmp_path / "default", ROWS).parts == -(-ROWS.height // ROWS_PER_PARTITION) == 1
    nothing = Store.create(tmp_path / "empty", EVENT.empty())
    assert nothing.read(0).events.equals(EVENT.empty())


def test_kernels_run_over_all_partitions(tmp_path: Path) -> None:
    found = {}
    ticks: list[tuple[int, int]] = []
    for parts in (1, 3):
        store = Store.create(tmp_path / str(parts), ROWS, parts=parts)
        _, tallies = passed(store, [COUNT], Context(), progress=lambda done, of: ticks.append((done, of)))
        found[parts] = tallies["count"]
    assert found[1].equals(found[3])
    assert found[1]["events"].sum() == ROWS.height
    assert ticks == [(1, 1), (1, 3), (2, 3), (3, 3)]


def test_what_goes_into_the_partition_is_written(tmp_path: Path) -> None:
    late = Kernel(
        name="late", output=EVENT, into="events", compute=lambda partition, _: partition.events.head(1)
    )
    store = Store.create(tmp_path, ROWS, parts=2)
    written, tallies = passed(store, [late], Context())
    assert tallies == {}
    assert written.table(EVENT).height == 2


def test_findings_grow() -> None:
    rows = pl.DataFrame(
        {
            "code": ["L1"],
            "customer_id": ["c0"],
            "journey_id": ["j"],
            "event_ids": [["crm:file:0"]],
            "primary_event_id": ["crm:file:0"],
            "extra_event_ids": [None],
            "message": ["m"],
        }
    )
    kernels = [
        Kernel(
            name=name,
            output=FINDING,
            into="findings",
            compute=lambda partition, _, name=name: findings(rows, partition.events, detector=name),  # type: ignore[misc]
        )
        for name in ("one", "two")
    ]
    partition, outputs = local.enrich(Partition(events=ROWS), kernels, Context())
    assert partition.findings["detector"].sort().to_list() == ["one", "two"]
    assert outputs["two"].height == 1


@pytest.mark.parametrize("touchpoints", [["a", "b"], ["a", "a"]])
def test_two_findings_never_share_an_id(touchpoints: list[str]) -> None:
    """Two steps missing at one place have the same neighbours as evidence."""
    rows = pl.DataFrame(
        {
            "code": ["V1", "V1"],
            "customer_id": ["c0", "c0"],
            "journey_id": ["j", "j"],
            "event_ids": [["crm:file:0"]] * 2,
            "primary_event_id": ["crm:file:0"] * 2,
            "extra_event_ids": [[], []],
            "touchpoint": touchpoints,
            "message": ["m", "m"],
        },
        schema_overrides={"extra_event_ids": pl.List(pl.String)},
    )
    found = findings(rows, ROWS, detector="conformance")
    assert found["finding_id"].n_unique() == 2
    assert sorted(found["touchpoint"]) == touchpoints
    assert found["start"].null_count() == 0
    assert findings(rows.reverse(), ROWS, detector="conformance").equals(found)


def test_components_are_named_by_their_smallest_node() -> None:
    nodes = pl.Series(["a", "b", "c", "d", "e"])
    for left, right in ((["e", "b"], ["d", "a"]), (["a", "d"], ["b", "e"])):
        assert components(nodes, pl.Series(left), pl.Series(right)).to_list() == ["a", "a", "c", "d", "d"]
    empty = pl.Series([], dtype=pl.String)
    assert components(nodes, empty, empty).to_list() == nodes.to_list()
    assert components(empty, empty, empty).len() == 0
