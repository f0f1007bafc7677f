"""How often does a customer have to make contact again for the same need?

All within one customer, between contacts (not rows). D1, repeat contact: the
same need again within the window, by the same channel or later than `parallel`.
D2, parallel channels: the same need by another channel within `parallel`. D3,
resubmission: the same form with the same content before a decision. D5: one
contact that was recorded twice, merged and counted here, never waste.

Example: a failed web form, a call after three hours and a call two days later
are one set: one original and two duplicates.

When it misleads: an answer in between (a non-automatic outbound contact for the
need that completed, decided, supplied or requested something), the end of the
journey, or a contact that the intended journey expects are no duplicates. A
self-service visit that only looked at pages (nothing submitted, no outcome
stated) asked for nothing, nor does an answered survey: they repeat nothing and
nothing repeats them. So where a portal's export maps neither outcomes nor
contents, none of its visits is judged. Contacts whose need is unknown are not
judged either; both are counted.

Parameters: window, parallel, resubmit (durations).

Source: domain rules of repeat contact analysis; a pair is any two contacts, a
set everything that pairs connect, and the earliest is the original.
"""

from __future__ import annotations

import polars as pl

from cjmine.detectors.contact_pairs import nearest_before
from cjmine.domain.kernel import NOTES, Context, Detector, Partition
from cjmine.domain.lengths import HOUR, in_units
from cjmine.domain.settings import Duration, Settings, duration, microseconds
from cjmine.domain.vocabulary import Channel, Direction, Lever, Outcome, Severity
from cjmine.engine.evidence import findings

_ANSWERS = (
    Outcome.COMPLETED,
    Outcome.DECISION_YES,
    Outcome.DECISION_NO,
    Outcome.SUPPLIED_INFO,
    Outcome.REQUESTED_INFO,
)
_SELF_SERVICE = (Channel.WEB, Channel.APP, Channel.IVR, Channel.KIOSK)
_DECISIONS = (Outcome.DECISION_YES, Outcome.DECISION_NO)
_NEED = ["customer_id", "need"]


class DuplicateSettings(Settings):
    """How far apart two contacts for one need may lie."""

    window: Duration = duration("7 d")
    parallel: Duration = duration("48 h")
    resubmit: Duration = duration("30 d")


def find(partition: Partition, context: Context) -> pl.DataFrame:
    """Return FINDING rows with codes D1, D2, D3, D5."""
    settings = context.of(DuplicateSettings)
    inbound = _inbound(partition)
    rows = pl.concat(
        [
            _repeats(inbound, _answers(partition, context), settings),
            _resubmissions(inbound, _decisions(partition), settings),
            _recorded_twice(partition),
        ],
        how="diagonal",
    )
    codes = pl.col("code").unique().sort().over("primary_event_id", mapping_strategy="join")
    also = (
        pl.when(pl.col("code") != "D5").then(codes.list.set_difference(pl.concat_list("code"))).otherwise([])
    )
    rows = rows.with_columns(also.list.sort().alias("also"))
    return findings(rows, partition.events, detector="duplicates")


def notes(partition: Partition, _context: Context) -> pl.DataFrame:
    """Count inbound contacts that are not judged: their need is unknown, or they only looked."""
    inbound = partition.contacts.filter(pl.col("direction") == Direction.INBOUND)
    needless = pl.col("need").is_null()
    counts = {
        "contact without a need, not judged": inbound.filter(needless).height,
        "visit that only looked at pages, not judged": inbound.filter(~needless & _looked()).height,
    }
    rows = [
        {"detector": "duplicates", "note": note, "count": count} for note, count in counts.items() if count
    ]
    return pl.DataFrame(rows, schema=NOTES.schema)


def _looked() -> pl.Expr:
    """Tell a self-service visit that submitted nothing, of which no outcome is stated."""
    silent = pl.col("outcome").is_null() & pl.col("payload_key").is_null()
    return (pl.col("channel").is_in(_SELF_SERVICE) & silent).fill_null(value=False)


def _inbound(partition: Partition) -> pl.DataFrame:
    """Return inbound contacts, numbered in order, with ``expected`` by the intended journey."""
    planned = partition.moves.filter("expected").select("event_id")
    rows = partition.events.select("event_id", "contact_id").join(planned, on="event_id", how="semi")
    contacts = partition.contacts.filter(
        (pl.col("direction") == Direction.INBOUND) & ~pl.col("bulk") & ~pl.col("automatic"),
        pl.col("channel").ne_missing(Channel.SURVEY.value),
    )
    expected = pl.col("contact_id").is_in(rows["contact_id"].drop_nulls().implode())
    return contacts.with_columns(expected.alias("expected")).sort("customer_id", "start", "contact_id")


def _answers(partition: Partition, context: Context) -> pl.DataFrame:
    """Return customer_id, need, at: what settles a need, so that a later contact is a new one."""
    needs = partition.journeys.select("journey_id", pl.col("need").alias("journey_need"))
    answers = partition.contacts.filter(
        (pl.col("direction") == Direction.OUTBOUND)
        & ~pl.col("bulk")
        & ~pl.col("automatic")
        & pl.col("outcome").is_in(_ANSWERS)
    ).join(needs, on="journey_id", how="left")
    success = sorted({step for model in context.models.values() for step in model.success})
    completions = partition.events.filter(pl.col("touchpoint").is_in(success)).join(needs, on="journey_id")
    parts = [
        answers.select("customer_id", pl.coalesce("need", "journey_need").alias("need"), at="start"),
        completions.select("customer_id", pl.coalesce("need", "journey_need").alias("need"), at="start"),
    ]
    return pl.concat(parts).drop_nulls("need").sort(*_NEED, "at")


def _decisions(partition: Partition) -> pl.DataFrame:
    """Return customer_id, need, at of every decision."""
    needs = partition.journeys.select("journey_id", pl.col("need").alias("journey_need"))
    made = partition.events.filter(pl.col("outcome").is_in(_DECISIONS)).join(
        needs, on="journey_id", how="left"
    )
    whole = made.select("customer_id", pl.coalesce("need", "journey_need").alias("need"), at="start")
    return whole.drop_nulls("need").sort(*_NEED, "at")


def _until_settled(contacts: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Add ``settled_at``: the first time after its end at which a contact's need was settled."""
    return (
        contacts.sort("end", "contact_id")
        .join_asof(
            settled.sort("at"),
            left_on="end",
            right_on="at",
            by=_NEED,
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .rename({"at": "settled_at"})
    )


def _repeats(inbound: pl.DataFrame, answers: pl.DataFrame, settings: DuplicateSettings) -> pl.DataFrame:
    """D1 and D2: each non-original takes the code of the pair with its nearest earlier member."""
    known = inbound.filter(pl.col("need").is_not_null() & ~_looked())
    nearest = nearest_before(_until_settled(known, answers), _NEED, microseconds(settings.window))
    other = (pl.col("channel") != pl.col("channel_to")).fill_null(value=False)
    parallel = other & (pl.col("gap") <= microseconds(settings.parallel))
    words = pl.when(parallel).then(pl.lit("by another channel")).otherwise(pl.lit("again"))
    return _rows(
        nearest.with_columns(
            pl.when(parallel).then(pl.lit("D2")).otherwise(pl.lit("D1")).alias("code"),
            pl.format(
                "the customer made contact {} about '{}' without an answer in between", words, "need"
            ).alias("message"),
        )
    )


def _resubmissions(
    inbound: pl.DataFrame, decisions: pl.DataFrame, settings: DuplicateSettings
) -> pl.DataFrame:
    """D3: the same activity with the same payload again, before a decision."""
    forms = inbound.filter(pl.col("payload_key").is_not_null())
    same = ["customer_id", "touchpoint", "payload_key"]
    nearest = nearest_before(_until_settled(forms, decisions), same, microseconds(settings.resubmit))
    message = pl.format("'{}' was submitted again with the same content", "touchpoint")
    return _rows(nearest.with_columns(pl.lit("D3").alias("code"), message.alias("message")))


def _rows(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select(
        "code",
        "message",
        "customer_id",
        pl.col("journey_id_to").alias("journey_id"),
        pl.concat_list("primary_event_id", "primary_event_id_to").alias("event_ids"),
        pl.col("primary_event_id_to").alias("primary_event_id"),
        pl.concat_list("primary_event_id_to").alias("extra_event_ids"),
        pl.col("channel").alias("channel_from"),
        "channel_to",
        pl.col("service").alias("service_from"),
        "service_to",
        in_units(pl.col("gap"), HOUR).alias("wait_h"),
        pl.lit(Lever.INFORMATION.value).alias("lever"),
    )


def _recorded_twice(partition: Partition) -> pl.DataFrame:
    """D5: rows of equal content, and contacts that several systems wrote down."""
    twice = partition.events.filter(pl.col("merged_ids").list.len() > 0, pl.col("native_event_id").is_null())
    rows = twice.select(
        "customer_id",
        "journey_id",
        pl.concat_list("event_id", "merged_ids").alias("event_ids"),
        pl.col("event_id").alias("primary_event_id"),
        pl.lit("the same row was written more than once; counted once").alias("message"),
    )
    echoes = partition.contacts.filter(pl.col("merged_systems").list.len() > 1).select(
        "customer_id",
        "journey_id",
        "event_ids",
        "primary_event_id",
        pl.format(
            "one contact was recorded by {}; counted once", pl.col("merged_systems").list.join(" and ")
        ).alias("message"),
    )
    return pl.concat([rows, echoes]).with_columns(
        pl.lit("D5").alias("code"),
        pl.lit([], dtype=pl.List(pl.String)).alias("extra_event_ids"),
        pl.lit(Severity.INFO.value).alias("severity"),
        pl.lit(Lever.TECHNOLOGY.value).alias("lever"),
    )


DUPLICATES = Detector(
    name="duplicates",
    codes=("D1", "D2", "D3", "D5"),
    settings=DuplicateSettings,
    find=find,
    notes=notes,
    document=__doc__ or "",
)
