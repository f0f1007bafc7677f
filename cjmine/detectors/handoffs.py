"""Where is the customer handed from one service to another, and how long do they wait?

Two events of different services in a row are a handoff only if the first service
says so (it transferred the customer, or the same work item moved on), or has no
open work left, or sent the customer to the second service. If the first service
still has open work (a work item of its own, or a step that the intended journey
still needs from it) the two merely work side by side (interleaving), and if that
cannot be told the pair is counted as unknown: neither is a finding. Where the front
office only relays (`relay`) from a service back to itself, nobody was handed over. H1, live
transfer: within one contact. H2, referral: the organisation carries the case
over. H3, customer-carried: the customer makes a new contact. L5: a service comes
back after another one. L6, ping-pong: the same two services at least four times
in turn.

Example: housing, council tax, housing, council tax is one ping-pong (L6).

When it misleads: without outcomes, work items (item_id, item_state, outcome) and a
plan that says who takes a step (`by`) most pairs are unknown. A referral or a
return that the intended journey expects is listed as intended. Waits are working
hours when the project has office hours.

Parameters: live (longest gap of a live transfer), hub (the service that relays).

Source: ping-pong after the BPI Challenge 2013 reports; interleaving rule defined here.
"""

from __future__ import annotations

import polars as pl

from cjmine.detectors.legs import legs
from cjmine.domain.kernel import NOTES, Context, Detector, Partition
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.settings import Duration, Settings, duration, microseconds
from cjmine.domain.vocabulary import Direction, Lever, Outcome, Severity
from cjmine.engine.evidence import findings

_SENT_ON = (Outcome.TRANSFERRED, Outcome.FAILED, Outcome.DECISION_NO, Outcome.REQUESTED_INFO)
_PING_PONG = 4
_RELAYED = "relay: the front office passed the case on and back"
_ENDPOINT = ("service", "row", "expected")
_ROWS = pl.List(pl.UInt32)


class HandoffSettings(Settings):
    """How close two legs of one live transfer lie, and who may relay."""

    live: Duration = duration("5 min")
    hub: str = "contact-centre"


def find(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with codes H1, H2, H3, L5, L6."""
    pairs = _pairs(partition, context).filter(pl.col("verdict") == "handoff")
    chain = _chain(pairs)
    rows = pl.concat([_handoffs(pairs, context), _revisits(chain), _ping_pong(chain)], how="diagonal")
    whose = (partition.events[name].gather(rows["primary"]) for name in ("customer_id", "journey_id"))
    return findings(rows.with_columns(*whose), partition.events, detector="handoffs")


def notes(partition: Partition, context: Context) -> pl.DataFrame:
    """Count the pairs that are no handoff, by reason."""
    left = _pairs(partition, context).filter(pl.col("verdict") != "handoff").select(note="verdict")
    relayed = legs(partition).filter(_only_relayed(context)).with_columns(note=pl.lit(_RELAYED))
    counted = pl.concat([left, relayed.select("note")]).group_by("note").agg(pl.len().alias("count"))
    return counted.select(pl.lit("handoffs").alias("detector"), "note", "count").cast(NOTES.schema)


def _pairs(partition: Partition, context: Context) -> pl.DataFrame:
    """Return each two neighbouring legs of one journey whose services differ, with a verdict."""
    return partition.derived(_judged, legs(partition), context)


def _judged(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    live = microseconds(context.of(HandoffSettings).live)
    here = ["journey", "row", "start", "service", "channel", "direction", "contact", "item_id", "expected"]
    apart = (pl.col("journey") == pl.col("journey_to")) & (pl.col("service") != pl.col("service_to"))
    rows = rows.filter(~_only_relayed(context))
    pairs = rows.with_columns(pl.col(name).shift(-1).alias(f"{name}_to") for name in here).filter(apart)
    moved_item = (pl.col("item_id") == pl.col("item_id_to")).fill_null(value=False)
    stated = (pl.col("outcome") == Outcome.TRANSFERRED).fill_null(value=False) | moved_item
    carried = (pl.col("direction_to") == Direction.INBOUND).fill_null(value=False)
    sent = carried & pl.col("outcome").is_in(_SENT_ON).fill_null(value=False)
    verdict = (
        pl.when((pl.col("latest") > pl.col("start_to")).fill_null(value=False))
        .then(pl.lit("order of two steps unknown"))
        .when(stated | sent | (pl.col("open") == "no"))
        .then(pl.lit("handoff"))
        .when(pl.col("open") == "yes")
        .then(pl.lit("interleave: the first service still has open work"))
        .otherwise(pl.lit("handoff_unknown: open work cannot be told (map outcome, item_id, item_state)"))
    )
    same_contact = (pl.col("contact") == pl.col("contact_to")).fill_null(value=False)
    gap = (pl.col("start_to") - pl.col("end")).dt.total_microseconds()
    code = pl.when(same_contact & (gap <= live)).then(pl.lit("H1")).when(carried).then(pl.lit("H3"))
    return pairs.with_columns(verdict.alias("verdict"), code.otherwise(pl.lit("H2")).alias("code"))


def _only_relayed(context: Context) -> pl.Expr:
    """Tell which legs only relay from a service back to itself (2.13, hub)."""
    hub = context.of(HandoffSettings).hub
    relays = pl.col("relay") & (pl.col("service") == hub)
    other = pl.when(~relays & pl.col("service").is_not_null()).then(pl.int_range(pl.len()))
    same = pl.lit(value=True)
    for near in (other.forward_fill(), other.backward_fill()):
        same &= pl.col("journey") == pl.col("journey").gather(near)
    back = pl.col("service").gather(other.forward_fill()) == pl.col("service").gather(other.backward_fill())
    return (relays & same & back).fill_null(value=False)


def _handoffs(pairs: pl.DataFrame, context: Context) -> pl.DataFrame:
    if context.calendar is not None:
        wait = context.calendar.between(pairs["end"], pairs["start_to"])
    else:
        wait = (pairs["start_to"] - pairs["end"]).dt.total_microseconds().clip(lower_bound=0)
    severity = (
        pl.when(pl.col("code") == "H3")
        .then(pl.lit(Severity.HIGH.value))
        .otherwise(pl.lit(Severity.MEDIUM.value))
    )
    carrier = pl.col("code").replace_strict(
        {"H1": "transferred", "H2": "referred", "H3": "sent"}, return_dtype=pl.String
    )
    return (
        pairs.with_columns(wait.alias("wait"))
        .with_columns(in_units(pl.col("wait"), HOUR).alias("wait_h"))
        .select(
            "code",
            pl.concat_list("row", "row_to").alias("event_rows"),
            pl.col("row_to").alias("primary"),
            pl.lit([], dtype=_ROWS).alias("extra_rows"),
            pl.col("service").alias("service_from"),
            pl.col("service_to"),
            pl.col("channel").alias("channel_from"),
            pl.col("channel_to"),
            "wait_h",
            ((pl.col("code") == "H2") & pl.col("expected") & pl.col("expected_to")).alias("intended"),
            severity.alias("severity"),
            pl.format("the customer was {} from {} to {}", carrier, "service", "service_to").alias("message"),
        )
    )


def _chain(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the chain of services of each journey: endpoints of its handoffs, runs collapsed (ruling 5)."""
    numbered = pairs.with_columns(pl.int_range(pl.len()).alias("n"))
    ends = [
        numbered.select("journey", "n", side=pl.lit(side), **{name: name + to for name in _ENDPOINT})
        for side, to in enumerate(("", "_to"))
    ]
    chain = pl.concat(ends).sort("n", "side")
    here = pl.struct("journey", "service")
    chain = chain.filter((here != here.shift()).fill_null(value=True))
    return chain.with_columns(pl.int_range(pl.len()).over("journey").alias("place"))


def _revisits(chain: pl.DataFrame) -> pl.DataFrame:
    """L5: a service that was on the chain before, with another in between."""
    key = ["journey", "service"]
    back = chain.with_columns(
        pl.col("row").shift().over(key).alias("earlier"),
        pl.col("service").shift().over("journey").alias("via"),
    ).filter(pl.col("earlier").is_not_null())
    return back.select(
        pl.lit("L5").alias("code"),
        pl.concat_list("earlier", "row").alias("event_rows"),
        pl.col("row").alias("primary"),
        pl.lit([], dtype=_ROWS).alias("extra_rows"),
        pl.col("via").alias("service_from"),
        pl.col("service").alias("service_to"),
        pl.col("expected").alias("intended"),
        pl.lit(Severity.LOW.value).alias("severity"),
        pl.format("the journey came back to {} after {}", "service", "via").alias("message"),
    )


def _ping_pong(chain: pl.DataFrame) -> pl.DataFrame:
    """L6: maximal alternations of two services of length four or more."""
    journey = "journey"
    returns = (pl.col("service") == pl.col("service").shift(2).over(journey)).fill_null(value=False)
    chain = chain.with_columns(
        returns.alias("returns"), pl.col("service").shift().over(journey).alias("other")
    )
    fresh = pl.col("returns") & ~pl.col("returns").shift().over(journey).fill_null(value=False)
    chain = chain.with_columns(pl.when("returns").then(fresh.cum_sum()).alias("bounce"))
    bounces = (
        chain.filter("returns")
        .group_by("bounce", maintain_order=True)
        .agg(
            pl.col("journey", "service", "other").first(),
            pl.col("place").min().alias("first"),
            pl.col("place").max().alias("last"),
            pl.col("row").alias("extra_rows"),
        )
    )
    bounces = bounces.filter(pl.col("last") - pl.col("first") + 3 >= _PING_PONG)
    members = bounces.select("bounce", "journey", "first", "last").join(
        chain.select("journey", "place", "row", "expected"), on="journey"
    )
    members = members.filter(pl.col("place").is_between(pl.col("first") - 2, pl.col("last"))).sort(
        "bounce", "place"
    )
    evidence = members.group_by("bounce").agg(
        pl.col("row").alias("event_rows"), pl.col("expected").all().alias("intended")
    )
    length = pl.col("last") - pl.col("first") + 3
    return bounces.join(evidence, on="bounce", how="left").select(
        pl.lit("L6").alias("code"),
        "event_rows",
        pl.col("extra_rows").list.last().alias("primary"),
        "extra_rows",
        "intended",
        pl.col("other").alias("service_from"),
        pl.col("service").alias("service_to"),
        pl.lit(Severity.HIGH.value).alias("severity"),
        pl.lit(Lever.PEOPLE.value).alias("lever"),
        pl.format("{} and {} passed the case to and fro {} times", "other", "service", length - 1).alias(
            "message"
        ),
    )


HANDOFFS = Detector(
    name="handoffs",
    codes=("H1", "H2", "H3", "L5", "L6"),
    settings=HandoffSettings,
    find=find,
    notes=notes,
    document=__doc__ or "",
)
