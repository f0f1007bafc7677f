"""Which missing steps did happen, where no run could see them?

A missing step is told by what is not there. Where the step truly happened but
left no row within reach, a run cannot know better: these findings are counted
apart, neither right nor wrong, as are instances out of reach.
"""

from __future__ import annotations

import polars as pl

from cjmine.score.matching import MISSING
from cjmine.score.truth import Scope, Truth

_REACHED = {Scope.OBSERVABLE: "raw_refs", Scope.LINKABLE: "linked_refs"}


def unseen(found: pl.DataFrame, truth: Truth, scope: Scope) -> pl.DataFrame:
    """Return the numbers (``found``) of missing steps that happened beyond the reach of a run."""
    here = ["journey", "step"]
    reached = pl.col(_REACHED[scope]).list.len() > 0
    events = truth.events.drop_nulls("journey_id").group_by(
        pl.col("journey_id").alias("journey"), pl.col("label").alias("step")
    )
    happened = events.agg(reached.any().alias("reached"))
    missing = found.filter(pl.col("code") == MISSING).join(happened, on=here)
    return missing.filter(~pl.col("reached")).select("found")
