"""Which events of finished journeys broke a rule of the plan that the order of steps decides?"""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.conformance.messages import rule_broken
from cjmine.conformance.rules import answers_of
from cjmine.domain.kernel import Partition
from cjmine.domain.models import IntendedJourney
from cjmine.domain.sequences import sequences
from cjmine.domain.tables import FINDING, TEXTS
from cjmine.engine.evidence import findings

_BROKEN = "violated"


def rule_breaks(partition: Partition, journey: IntendedJourney) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return FINDING rows (V9), one for each question answered against a rule, and whose rule each is.

    All journeys of the partition are taken as finished, and as of this plan. The evidence
    is the event that asked (of a rule that the whole journey asks: its last event), and
    the events of the other step that the rule names. The second table has finding_id and
    clause (the rule's words).
    """
    nothing = pl.DataFrame(schema={"finding_id": pl.String, "clause": pl.String})
    if not journey.rules or not partition.events.height:
        return FINDING.empty(), nothing
    steps, walks = sequences(partition)
    running = np.zeros(len(walks.begins), dtype=bool)
    broken = (
        answers_of(journey, walks, running).filter(pl.col("answer") == _BROKEN).sort("rule", "walk", "place")
    )
    if not broken.height:
        return FINDING.empty(), nothing
    walk = broken["walk"].to_numpy()
    last = walks.begins[walk] + walks.lengths[walk] - 1
    asked = walks.begins[walk] + broken["place"].fill_null(0).to_numpy()
    row = np.where(broken["place"].is_null().to_numpy(), last, asked)
    events = partition.events.select("event_id", "journey_id", "customer_id")
    asking = events.select(pl.all().gather(steps["at"].gather(row)))
    rules = pl.DataFrame(
        {
            "rule": range(len(journey.rules)),
            "clause": [rule.text for rule in journey.rules],
            "message": [rule_broken(journey, rule) for rule in journey.rules],
            "touchpoint": [rule.activation for rule in journey.rules],
            "target": [rule.target for rule in journey.rules],
        },
        schema_overrides={"rule": pl.Int64},
    )
    rows = pl.concat([broken.select("rule"), asking], how="horizontal").join(
        rules, on="rule", how="left", maintain_order="left"
    )
    others = (
        steps.select(
            pl.col("journey_id"), pl.col("touchpoint").alias("target"), events["event_id"].gather(steps["at"])
        )
        .group_by("journey_id", "target", maintain_order=True)
        .agg(pl.col("event_id").alias("others"))
    )
    rows = rows.join(others, on=["journey_id", "target"], how="left", maintain_order="left").with_columns(
        pl.col("event_id").alias("primary_event_id"),
        pl.concat_list(pl.concat_list("event_id"), pl.col("others").fill_null(pl.lit([], dtype=TEXTS)))
        .list.unique(maintain_order=True)
        .alias("event_ids"),
        pl.lit([], dtype=TEXTS).alias("extra_event_ids"),
        pl.lit("V9").alias("code"),
    )
    made = [
        (
            clause,
            findings(
                part.drop("rule", "clause", "target", "others", "event_id"),
                partition.events,
                detector="rules",
            ),
        )
        for (clause,), part in rows.group_by("clause", maintain_order=True)
    ]
    # rules about one step and the same events would share their ids
    named = [
        (clause, found.with_columns(pl.format("{}r{}", "finding_id", pl.lit(number))))
        for number, (clause, found) in enumerate(made)
    ]
    told = [
        found.select(pl.col("finding_id"), pl.lit(str(clause)).alias("clause")) for clause, found in named
    ]
    return FINDING.merge([found for _, found in named]), pl.concat(told)
