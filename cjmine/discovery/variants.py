"""Which distinct sequences of steps do journeys take, and how many take each?"""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Kernel, Partition
from cjmine.domain.sequences import sequences, ways
from cjmine.domain.tables import TEXTS
from cjmine.domain.walks import SEPARATOR, paths
from cjmine.tally import Merge, Tally

VARIANTS = Tally(
    keys={"journey_type": pl.String, "variant": pl.String, "path": pl.String, "status": pl.String},
    measures={"journeys": Merge.SUM},
)


def count_variants(partition: Partition, _context: Context) -> pl.DataFrame:
    """Return the variant tally; ``path`` is the sequence of touchpoints, ``variant`` its digest."""
    steps, walks = sequences(partition)
    path, firsts = ways(partition)
    walked = steps.select(pl.col("journey_id").gather(walks.begins), pl.Series("path", path))
    keyed = partition.journeys.select("journey_id", "journey_type", "variant", "status")
    counted = (
        keyed.join(walked, on="journey_id").group_by(list(VARIANTS.keys)).agg(pl.len().alias("journeys"))
    )
    return counted.with_columns(paths(walks, firsts).gather(counted["path"]))


COUNT_VARIANTS = Kernel(name="variants", output=VARIANTS, compute=count_variants)


def distinct_variants(variants: pl.DataFrame) -> pl.DataFrame:
    """Return journey_type, variant, steps (list), count; most frequent first.

    Raises ``ValueError`` if two sequences share a digest: it cannot happen by
    chance in the life of this project, but a silent collision would merge journeys.
    """
    keys = ["journey_type", "variant", "path"]
    table = variants.group_by(keys).agg(pl.col("journeys").sum().alias("count"))
    if table.select("journey_type", "variant").is_duplicated().any():
        msg = "two different sequences share one 128-bit digest"
        raise ValueError(msg)
    steps = table.with_columns(pl.col("path").str.split(SEPARATOR).cast(TEXTS).alias("steps")).drop("path")
    return steps.sort("count", "journey_type", "variant", descending=[True, False, False])
