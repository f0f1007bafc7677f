"""What was found at some steps, as rows that become findings."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from cjmine.conformance.lived import Lived, Places

_ROWS = pl.List(pl.UInt32)
FOUND = pl.DataFrame(
    schema={
        **dict.fromkeys(
            ("code", "touchpoint", "message", "severity", "journey_id", "customer_id"), pl.String
        ),
        "primary": pl.UInt32,
        **dict.fromkeys(("event_rows", "extra_rows"), _ROWS),
    }
)
"""Nothing found: what ``found_rows`` gives without rows."""


def found_rows(lived: Lived, code: str, primary: Places, **more: Any) -> pl.DataFrame:  # noqa: ANN401
    """Return rows for ``engine.evidence.findings``: what was found at some steps.

    ``message`` and ``touchpoint`` are needed; ``also_rows`` (Places) is a second step of the evidence, -1
    for none; ``extra`` (a mask) says where the primary step need not have happened.
    """
    at = lived.at.cast(pl.UInt32)
    other = np.asarray(more.pop("also_rows", np.full(len(primary), -1)))
    extra = np.asarray(more.pop("extra", np.zeros(len(primary), bool)))
    first, second = np.minimum(primary, other), np.maximum(primary, other)
    rows = pl.DataFrame(
        {
            "primary": at.gather(primary),
            "first": at.gather(np.where(first < 0, second, first)),
            "second": at.gather(second),
            "one": (first < 0) | (first == second),
            "is_extra": extra,
            "code": np.full(len(primary), code),
            "walk": lived.walk[primary],
        },
        schema_overrides={"code": pl.String},
    ).with_columns(
        **{name: pl.lit(value) if isinstance(value, str) else value for name, value in more.items()}
    )
    none = pl.lit([], dtype=_ROWS)
    return rows.select(
        pl.col("code", "primary", *more),
        lived.journeys["journey_id"].gather(rows["walk"]),
        lived.journeys["customer_id"].gather(rows["walk"]),
        pl.when("one")
        .then(pl.concat_list("first"))
        .otherwise(pl.concat_list("first", "second"))
        .alias("event_rows"),
        pl.when("is_extra").then(pl.concat_list("primary")).otherwise(none).alias("extra_rows"),
    )
