"""Each detector as a kernel: its findings grow the partition's, its notes are tallied."""

from __future__ import annotations

import polars as pl

from cjmine.detectors.roster import in_order
from cjmine.domain.kernel import NOTES, Context, Detector, Kernel, Partition
from cjmine.domain.tables import FINDING
from cjmine.tally import Merge, Tally

TOTALS = Tally(
    keys={"code": pl.String, "intended": pl.Boolean},
    measures={"count": Merge.SUM, "journeys": Merge.SUM, "customers": Merge.SUM, "extra_events": Merge.SUM},
)
_PRECEDENCE = ("D3", "D2", "D1", "L6", "L4", "L2", "L3", "L1", "V8", "V3", "V9", "V2")
"""An extra event counts once, for the first of these codes that marks it (0.1, rulings 3, 6, 12)."""


def count_findings(partition: Partition, _context: Context) -> pl.DataFrame:
    """Tally findings by code; journeys and customers lie whole here, so their numbers add up."""
    found = partition.findings
    keys = ["code", "intended"]
    rank = {code: number for number, code in enumerate(_PRECEDENCE)}
    extra = (
        found.select(*keys, "extra_event_ids")
        .explode("extra_event_ids")
        .drop_nulls("extra_event_ids")
        .with_columns(
            pl.col("code").replace_strict(rank, default=len(rank), return_dtype=pl.Int32).alias("rank"),
            pl.col("code").str.slice(0, 1).alias("family"),
        )
        .sort("intended", "rank", "code")
        .unique(["extra_event_ids", "family"], keep="first", maintain_order=True)
        .group_by(keys)
        .agg(pl.len().alias("extra_events"))
    )
    counted = found.group_by(keys).agg(
        pl.len().alias("count"),
        pl.col("journey_id").drop_nulls().n_unique().alias("journeys"),
        pl.col("customer_id").n_unique().alias("customers"),
    )
    joined = counted.join(extra, on=keys, how="left")
    return joined.with_columns(pl.col("extra_events").fill_null(0))


def _kernels(detector: Detector) -> tuple[Kernel, ...]:
    found = Kernel(name=detector.name, output=FINDING, compute=detector.find, into="findings")
    if detector.notes is None:
        return (found,)
    return (found, Kernel(name=f"{detector.name}_notes", output=NOTES, compute=detector.notes))


COUNT_FINDINGS = Kernel(name="totals", output=TOTALS, compute=count_findings)
DETECT: tuple[Kernel, ...] = (
    *(kernel for detector in in_order() for kernel in _kernels(detector)),
    COUNT_FINDINGS,
)
"""Pass 2: every detector on the roster, in the order of what they need, then the totals."""
