"""Which journeys came to a halt without an end that the plan has (V10)?

The message tells when the journey was last seen, not how long ago: that would change with every day on which
nothing happens.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cjmine.conformance.found import FOUND, found_rows
from cjmine.conformance.lived import Lived
from cjmine.domain.vocabulary import Severity, Status


def not_ended(lived: Lived, waiting: pl.Series, silence_days: int) -> pl.DataFrame:
    """Return rows of V10; ``waiting`` says for whom each journey waits, after so many days of silence."""
    halted = np.flatnonzero(lived.with_status(Status.ABANDONED) & (lived.walks.lengths > 0))
    if not len(halted):
        return FOUND
    rows = lived.walks.begins[halted] + lived.walks.lengths[halted] - 1
    names = lived.walks.names
    labels = names.gather(lived.walks.labels[rows])
    titles = labels.replace_strict({name: lived.title(name) for name in names}, return_dtype=pl.String)
    told = pl.DataFrame(
        {"title": titles, "day": lived.days(lived.low[rows]), "waiting": waiting.gather(halted)}
    )
    silence = f", silent for more than {silence_days} days"
    whom = pl.when(pl.col("waiting") != "").then(pl.format(", waiting for {}", "waiting"))
    message = pl.concat_str(
        *(pl.lit("Not finished: last seen "), "title", pl.lit(" on "), "day", pl.lit(silence)),
        whom.fill_null(""),
        pl.lit("."),
    )
    return found_rows(
        lived,
        "V10",
        rows,
        touchpoint=labels,
        message=told.select(message.alias("message"))["message"],
        severity=Severity.MEDIUM.value,
    )
