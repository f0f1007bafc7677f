"""What does the report count over all journeys? Tallies, so that no table is ever held for a number."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.rows import Rows
from cjmine.domain.tables import JOURNEY
from cjmine.domain.vocabulary import Direction, Status
from cjmine.tally import Merge, Tally, bucket

HEADS = Tally(keys={"what": pl.String}, measures={"count": Merge.SUM})
"""``customers`` and ``inbound_contacts``; customers lie whole in a partition, so their numbers add."""
KINDS = Tally(
    keys={"journey_type": pl.String, "status": pl.String},
    measures={
        "journeys": Merge.SUM,
        "contacts": Merge.SUM,
        "checked": Merge.SUM,
        "fitting": Merge.SUM,
    },
)
LENGTHS = Tally(keys={"journey_type": pl.String, "bucket": pl.Int32}, measures={"journeys": Merge.SUM})
DEVIATION_KINDS = Tally(
    keys={"journey_type": pl.String, "code": pl.String, "touchpoint": pl.String},
    measures={"count": Merge.SUM, "journeys": Merge.SUM},
)


def count_heads(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally customers, and the contacts they made."""
    counted = {
        "customers": partition.journeys["customer_id"].n_unique(),
        "inbound_contacts": int((partition.contacts["direction"] == Direction.INBOUND).sum()),
    }
    rows = [(what, count) for what, count in counted.items() if count]
    return pl.DataFrame(rows, schema=HEADS.schema, orient="row")


def count_kinds(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally journeys by type and status: their contacts, those aligned, and those without a deviation."""
    return partition.journeys.group_by(list(KINDS.keys)).agg(
        pl.len().alias("journeys"),
        pl.col("n_contacts").cast(pl.Int64).sum().alias("contacts"),
        pl.col("cost").count().alias("checked"),
        (pl.col("cost") == 0).sum().alias("fitting"),
    )


def count_lengths(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally how long journeys of each type took, in log-spaced buckets."""
    found = partition.journeys.select("journey_type", _bucket().alias("bucket"))
    return found.group_by(list(LENGTHS.keys)).agg(pl.len().alias("journeys"))


def count_deviations(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally deviations by journey type and step; a journey may have several of a kind."""
    found = partition.findings.filter(pl.col("code").str.starts_with("V"))
    types = partition.journeys.select("journey_id", "journey_type")
    kinds = found.join(types, on="journey_id", how="left").group_by(list(DEVIATION_KINDS.keys))
    return kinds.agg(pl.len().alias("count"), pl.col("journey_id").n_unique().alias("journeys"))


REPORTED = (
    Kernel(name="heads", output=HEADS, compute=count_heads),
    Kernel(name="kinds", output=KINDS, compute=count_kinds),
    Kernel(name="lengths", output=LENGTHS, compute=count_lengths),
    Kernel(name="deviation_kinds", output=DEVIATION_KINDS, compute=count_deviations),
)
"""Pass 2, after the detectors: what only the report asks for."""


def of_complete(kinds: pl.DataFrame) -> tuple[int, int]:
    """Return how many complete journeys were checked, and how many of them ran as intended."""
    complete = kinds.filter(pl.col("status") == Status.COMPLETE.value)
    return int(complete["checked"].sum()), int(complete["fitting"].sum())


def medians(lengths: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Return journey_type, days: the median length of the journeys of each type.

    It is exact: the tally says in which bucket the middle lies, and only the
    lengths in that bucket are read.
    """
    kind, journeys = ["journey_type"], pl.col("journeys")
    upto = journeys.cum_sum().over(kind)
    placed = lengths.sort("journey_type", "bucket").with_columns(
        (upto - journeys).alias("before"), upto.alias("upto"), journeys.sum().over(kind).alias("total")
    )
    # the places of the middle, from 0; they are one place where the number of journeys is odd
    low, high = (pl.col("total") - 1) // 2, pl.col("total") // 2
    middle = placed.filter((pl.col("before") <= high) & (pl.col("upto") > low))
    firsts = middle.group_by(kind).agg(pl.col("before").min(), pl.col("total").first())
    read = [_lengths_in(middle.select("journey_type", "bucket"), rows, part) for part in range(rows.parts)]
    counted = pl.concat(read).group_by("journey_type", "days").agg(journeys.sum())
    found = counted.join(firsts, on=kind).sort("journey_type", "days")
    reached = found.with_columns((pl.col("before") + upto).alias("upto"))
    ends = [pl.col("days").filter(pl.col("upto") > place).first() for place in (low, high)]
    return reached.group_by(kind).agg(((ends[0] + ends[1]) / 2).alias("days")).sort(kind)


def _lengths_in(buckets: pl.DataFrame, rows: Rows, number: int) -> pl.DataFrame:
    """Return journey_type, days, journeys of one partition's journeys whose length lies in a bucket."""
    known = rows.scan(JOURNEY, number).select(
        "journey_type", _bucket().alias("bucket"), pl.col("duration_d").alias("days")
    )
    wanted = known.join(buckets.lazy(), on=["journey_type", "bucket"], how="semi")
    return wanted.group_by("journey_type", "days").agg(pl.len().cast(pl.Int64).alias("journeys")).collect()


def _bucket() -> pl.Expr:
    return bucket((pl.col("end") - pl.col("start")).dt.total_microseconds())
