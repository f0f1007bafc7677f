"""Every kernel: any partition of the customers gives the same merged result as one partition."""

from __future__ import annotations

import dataclasses
import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import cjmine
from cjmine.analysis import PASS_ONE, PASS_TWO
from cjmine.conformance.aligned import align_all
from cjmine.discovery.variants import distinct_variants
from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.models import Automaton
from cjmine.domain.tables import Table
from cjmine.engine.local import enrich
from cjmine.engine.store import split
from cjmine.intended.automaton import automaton_of
from cjmine.journeys.kernels import abandon_after
from cjmine.journeys.settings import ContactSettings, JourneySettings, SegmentBy
from cjmine.project.schema import Clock
from cjmine.quality.tallies import QUALITY
from cjmine.report.summary import days, instants
from tests.builders import context
from tests.laws.customers import CUSTOMERS, event_rows
from tests.models import strict_home, with_standards

Outputs = dict[str, pl.DataFrame]
MODELS = {"moving-home": with_standards(strict_home())}
SETTINGS = st.builds(
    lambda by, merge: (JourneySettings(by=by), ContactSettings(merge=merge)),
    st.sampled_from((SegmentBy.HYBRID, *SegmentBy)),
    st.sampled_from((True, True, False)),
)
LAWS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # an example takes a second: shrinking would take minutes
    suppress_health_check=[HealthCheck.too_slow],
)


@cache
def automata() -> dict[str, Automaton]:
    return {name: automaton_of(model.net) for name, model in MODELS.items()}


def merged(kernels: Sequence[Kernel], parts: Sequence[Outputs]) -> Outputs:
    return {kernel.name: kernel.output.merge([part[kernel.name] for part in parts]) for kernel in kernels}


def frozen(given_context: Context, one: Outputs) -> Context:
    """Freeze what pass 1 learnt, as the pipeline does."""
    spans = one["spans"].with_columns(pl.from_epoch("first_us", "us"), pl.from_epoch("last_us", "us"))
    return dataclasses.replace(
        given_context,
        extracted_at=instants(spans),
        abandon_after=abandon_after(one["gaps"], given_context.of(JourneySettings)),
        deadlines={name: Clock().deadlines(model.clock, *days(spans)) for name, model in MODELS.items()},
        aligned=align_all(distinct_variants(one["variants"]), MODELS, automata()),
    )


def both_passes(parts: Sequence[pl.DataFrame], given_context: Context) -> tuple[list[Outputs], list[Outputs]]:
    """Return each partition's outputs of each pass; the context of pass 2 comes from all partitions."""
    one = [enrich(Partition(events=events), PASS_ONE, given_context) for events in parts]
    full = frozen(given_context, merged(PASS_ONE, [outputs for _, outputs in one]))
    return [outputs for _, outputs in one], [enrich(partition, PASS_TWO, full)[1] for partition, _ in one]


def assert_same(kernels: Sequence[Kernel], left: Outputs, right: Outputs) -> None:
    for kernel in kernels:
        assert left[kernel.name].equals(right[kernel.name]), kernel.name


def assert_merge_laws(kernel: Kernel, parts: Sequence[pl.DataFrame]) -> None:
    output = kernel.output
    first, *rest = parts
    for part in parts:
        assert part.schema == output.schema
        assert_frame_equal(output.merge([part, output.empty()]), output.merge([part]))
        assert_frame_equal(output.merge([output.empty(), part]), output.merge([part]))
    assert_frame_equal(output.merge([output.merge([first]), output.merge(rest)]), output.merge(parts))
    assert_frame_equal(output.merge([output.merge(parts[:-1]), parts[-1]]), output.merge(parts))
    assert_frame_equal(output.merge(list(reversed(parts))), output.merge(parts))
    if isinstance(output, Table):
        assert_whole(output, output.merge(parts))


def assert_whole(table: Table, rows: pl.DataFrame) -> None:
    """Required columns are never null, and the declared order is total."""
    assert sum(rows.select(table.required).null_count().row(0)) == 0, table.name
    assert not rows.select(table.order).is_duplicated().any(), table.name


@LAWS
@given(customers=CUSTOMERS, chosen=SETTINGS, data=st.data())
def test_any_partition_of_the_customers_gives_the_same_result(
    customers: list[list[dict[str, Any]]], chosen: tuple[Any, ...], data: st.DataObject
) -> None:
    assert_laws(customers, chosen, data)


@pytest.mark.slow
@settings(LAWS, max_examples=400, derandomize=False)
@given(customers=CUSTOMERS, chosen=SETTINGS, data=st.data())
def test_any_partition_of_many_more_customers(
    customers: list[list[dict[str, Any]]], chosen: tuple[Any, ...], data: st.DataObject
) -> None:
    assert_laws(customers, chosen, data)


def assert_laws(customers: list[list[dict[str, Any]]], chosen: tuple[Any, ...], data: st.DataObject) -> None:
    events = event_rows(customers)
    here = context(*chosen, models=MODELS)
    (whole,) = split(events, 1)
    one, two = both_passes([whole], here)
    place = data.draw(st.lists(st.integers(0, 2), min_size=len(customers), max_size=len(customers)))
    shuffled = events.sample(fraction=1, shuffle=True, seed=data.draw(st.integers(0, 9)))
    parts = []
    for number in range(3):
        members = [f"c{who}" for who, part in enumerate(place) if part == number]
        (rows,) = split(shuffled.filter(pl.col("customer_id").is_in(members)), 1)
        parts.append(rows)
    one_parts, two_parts = both_passes(parts, here)
    assert_same(PASS_ONE, merged(PASS_ONE, one), merged(PASS_ONE, one_parts))
    assert_same(PASS_TWO, merged(PASS_TWO, two), merged(PASS_TWO, two_parts))
    for kernels, outputs in ((PASS_ONE, one_parts), (PASS_TWO, two_parts)):
        for kernel in kernels:
            assert_merge_laws(kernel, [part[kernel.name] for part in outputs])


@LAWS
@given(customers=CUSTOMERS, chosen=SETTINGS)
def test_no_event_is_lost_and_each_lies_in_one_journey(
    customers: list[list[dict[str, Any]]], chosen: tuple[Any, ...]
) -> None:
    (events,) = split(event_rows(customers), 1)
    partition, _ = enrich(Partition(events=events), PASS_ONE, context(*chosen, models=MODELS))
    rows = partition.events
    kept = [*rows["event_id"], *rows["merged_ids"].explode().drop_nulls()]
    assert sorted(kept) == sorted(events["event_id"])
    assert rows["journey_id"].null_count() == 0
    assert rows["assigned_by"].is_in(["link", "need", "service", "recent", "gap", "start", "customer"]).all()
    owners = rows.group_by("journey_id").agg(pl.col("customer_id").n_unique(), pl.col("event_id").first())
    assert owners["customer_id"].max() == 1
    assert (owners["journey_id"] == owners["event_id"]).all()
    assert sorted(partition.journeys["journey_id"]) == sorted(owners["journey_id"])
    contacts = rows.drop_nulls("contact_id").group_by("contact_id")
    spread = contacts.agg(
        pl.col("journey_id", "customer_id", "direction").n_unique(), pl.col("step_no").count().alias("steps")
    )
    assert spread.select(pl.col("journey_id", "customer_id", "direction").eq(1).all()).row(0) == (True,) * 3
    assert spread["steps"].min() != 0
    assert sorted(partition.contacts["contact_id"]) == sorted(spread["contact_id"])
    assert sorted(partition.contacts["event_ids"].explode()) == sorted(
        rows.drop_nulls("contact_id")["event_id"]
    )
    for (journey,), mine in rows.drop_nulls("step_no").group_by("journey_id"):
        assert mine.sort(events_order(mine))["step_no"].to_list() == list(range(mine.height)), journey


def events_order(rows: pl.DataFrame) -> list[str]:
    return [name for name in ("start", "system_rank", "source_file", "source_row") if name in rows.columns]


def test_every_kernel_of_the_house_is_held_to_the_laws() -> None:
    found: dict[int, Kernel] = {}
    for module in pkgutil.walk_packages(cjmine.__path__, "cjmine."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(import_module(module.name)).values():
            values = value if isinstance(value, tuple) else (value,)
            found |= {id(one): one for one in values if isinstance(one, Kernel)}
    tested = {id(kernel) for kernel in (*PASS_ONE, *PASS_TWO, *QUALITY)}  # those of quality by its own test
    assert {kernel.name for key, kernel in found.items() if key not in tested} == set()
    for kernels in (PASS_ONE, PASS_TWO):
        assert len({kernel.name for kernel in kernels}) == len(kernels)


def test_an_empty_partition_gives_empty_outputs() -> None:
    here = context(models=MODELS)
    one, two = both_passes([Partition().events], here)
    for kernels, (outputs,) in ((PASS_ONE, one), (PASS_TWO, two)):
        for kernel in kernels:
            assert_frame_equal(outputs[kernel.name], kernel.output.empty())
