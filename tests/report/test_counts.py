"""What the report counts in parts is what the whole tables say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl
import pytest

from cjmine.analysis import PASS_ONE, PASS_TWO
from cjmine.discovery.variants import distinct_variants
from cjmine.domain.kernel import Context, Partition
from cjmine.domain.rows import HeldRows
from cjmine.domain.tables import EVENT, TABLES
from cjmine.engine.store import Store
from cjmine.journeys.settings import JourneySettings
from cjmine.report import summary
from cjmine.report.counts import LENGTHS, count_lengths, medians, of_complete
from cjmine.report.worst import PER_CODE, near
from tests.builders import context, passed
from tests.engine.random_log import random_log
from tests.laws.test_laws import MODELS, frozen

LEDGER = pl.DataFrame({"read": [9_000], "accepted": [8_000], "quarantined": [600], "filtered": [400]})
NOTHING = pl.DataFrame()
WORST = ["code", "n_extra_events", "wait_h", "finding_id"]


class Analysed(NamedTuple):
    store: Store
    context: Context
    tallies: Mapping[str, pl.DataFrame]
    whole: Partition


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Analysed:
    """Return a random log of many journeys in six partitions, both passes done, and all rows at once."""
    here = context(JourneySettings(), models=MODELS)
    store = Store.create(tmp_path_factory.mktemp("store"), random_log(5, customers=400), parts=6)
    store, one = passed(store, PASS_ONE, here)
    full = frozen(here, one)
    store, two = passed(store, PASS_TWO, full)
    tallies = {**one, **two}
    whole = Partition(**{table.name: store.table(table) for table in TABLES})
    return Analysed(store, full, tallies, whole)


def test_the_store_keeps_every_partition_in_its_total_order(given: Analysed) -> None:
    for table in TABLES:
        parts = [given.store.scan(table, part).collect() for part in range(given.store.parts)]
        assert all(part.equals(part.sort(table.order, maintain_order=True)) for part in parts), table.name
        assert sum(part.height for part in parts) == given.store.height(table) > 0


def test_customers_are_looked_for_where_they_lie(given: Analysed) -> None:
    for part in range(given.store.parts):
        customers = given.store.scan(EVENT, part).select("customer_id").collect()["customer_id"]
        assert given.store.holding(customers) == [part]
    assert given.store.holding(given.whole.events["customer_id"]) == list(range(6))
    held = HeldRows((given.store.read(4), given.store.read(2)))
    assert held.holding(given.store.read(2).events["customer_id"]) == [1]
    assert held.height(EVENT) == sum(given.store.read(part).events.height for part in (2, 4))


def test_the_summary_says_what_the_whole_tables_say(given: Analysed) -> None:
    journeys, contacts = given.whole.journeys, given.whole.contacts
    counted = summary.counts(given.store, LEDGER)
    assert counted["merged"] == 8_000 - given.whole.events.height
    for table in TABLES:
        assert counted[table.name] == getattr(given.whole, table.name).height
    costs = summary.checked(given.tallies["variants"], given.context.aligned)
    told = summary.summary(
        counted, ledger=LEDGER, systems=NOTHING, pairs=NOTHING, tallies=given.tallies, costs=costs
    )
    checked = journeys.filter(pl.col("fitness").is_not_null())
    assert (
        told["customers"]
        == journeys["customer_id"].n_unique()
        == given.whole.events["customer_id"].n_unique()
    )
    assert (told["events"], told["journeys"]) == (given.whole.events.height, journeys.height)
    assert told["contacts"] == contacts.height
    assert told["inbound_contacts"] == contacts.filter(pl.col("direction") == "inbound").height > 0
    for name in ("status", "journey_type"):
        counts = journeys.group_by(name).len().sort(name, nulls_last=True)
        shown = told[f"journeys_by_{name.removeprefix('journey_')}"]
        assert list(shown.items()) == [(str(value), number) for value, number in counts.iter_rows()]
    assert told["variants"] == journeys.select("journey_type", "variant").n_unique()
    assert told["checked_journeys"] == checked.height > 10
    assert told["fitting_journeys"] == checked.filter(pl.col("cost") == 0).height
    assert told["fitness"] == pytest.approx(checked["fitness"].mean(), rel=1e-12)
    intended = given.whole.findings.filter("intended").group_by("code").len().sort("code")
    assert told["intended_findings"] == dict(intended.iter_rows())


def test_the_kinds_of_journeys_add_up(given: Analysed) -> None:
    found = given.tallies["kinds"]
    journeys = given.whole.journeys
    by_hand = journeys.group_by("journey_type", "status").agg(
        pl.len().alias("journeys"),
        pl.col("n_contacts").sum().alias("contacts"),
        pl.col("cost").is_not_null().sum().alias("checked"),
        (pl.col("cost") == 0).sum().alias("fitting"),
    )
    assert found.sort(found.columns).rows() == by_hand.sort(by_hand.columns).rows()
    checked = journeys.filter(pl.col("cost").is_not_null(), pl.col("status") == "complete")
    assert of_complete(found) == (checked.height, checked.filter(pl.col("cost") == 0).height)


def test_the_kinds_of_deviations_add_up(given: Analysed) -> None:
    types = given.whole.journeys.select("journey_id", "journey_type")
    deviations = given.whole.findings.filter(pl.col("code").str.starts_with("V"))
    by_hand = (
        deviations.join(types, on="journey_id", how="left")
        .group_by("journey_type", "code", "touchpoint")
        .agg(pl.len().alias("count"), pl.col("journey_id").n_unique().alias("journeys"))
    )
    found = given.tallies["deviation_kinds"]
    assert found.height > 5
    assert found.rows() == by_hand.sort("journey_type", "code", "touchpoint").rows()


def test_the_median_length_is_exact(given: Analysed) -> None:
    found = dict(medians(given.tallies["lengths"], given.store).iter_rows())
    by_hand = given.whole.journeys.group_by("journey_type").agg(pl.col("duration_d").median())
    assert len(found) > 1
    assert found == pytest.approx(dict(by_hand.iter_rows()))


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_the_median_length_of_few_journeys_is_exact(given: Analysed, count: int) -> None:
    """With an even number the middle may lie between two buckets that are far apart."""
    for offset in range(0, 40, count):
        journeys = given.whole.journeys.slice(offset, count).with_columns(pl.lit("m").alias("journey_type"))
        rows = HeldRows((Partition(journeys=journeys[:1]), Partition(journeys=journeys[1:])))
        lengths = LENGTHS.merge(
            [LENGTHS.conform(count_lengths(partition, Context())) for partition in rows.partitions]
        )
        assert medians(lengths, rows).rows() == [("m", pytest.approx(journeys["duration_d"].median()))]


def test_variants_have_the_costs_of_their_complete_journeys(given: Analysed) -> None:
    costs = summary.checked(given.tallies["variants"], given.context.aligned)
    found = summary.variants(distinct_variants(given.tallies["variants"]), costs)
    complete = given.whole.journeys.filter(pl.col("status") == "complete")
    keys = ["journey_type", "variant"]
    by_hand = complete.group_by(keys).agg(pl.col("cost", "fitness").first())
    assert found.drop_nulls("cost").height == by_hand.drop_nulls("cost").height > 10
    joined = found.join(by_hand, on=keys, how="left", maintain_order="left", suffix="_true")
    assert joined["cost"].equals(joined["cost_true"], null_equal=True)
    assert joined["fitness"].equals(joined["fitness_true"], null_equal=True)


def test_the_worst_findings_and_what_lies_around_them(given: Analysed) -> None:
    found = given.tallies["worst"]
    waste = given.whole.findings.filter(~pl.col("intended")).sort(
        WORST, descending=[False, True, True, False], nulls_last=True
    )
    by_hand = waste.group_by("code", maintain_order=True).head(PER_CODE).select(waste.columns)
    assert found.equals(by_hand)
    assert found.height < waste.height
    events = given.whole.events
    around = events.filter(
        pl.col("journey_id").is_in(found["journey_id"].drop_nulls().implode())
        | pl.col("event_id").is_in(found["event_ids"].explode().drop_nulls().implode())
    )
    assert near(found, given.store).equals(around)
    few = found.filter(pl.col("customer_id") == found["customer_id"][0])
    assert near(few, given.store)["customer_id"].unique().to_list() == [found["customer_id"][0]]
