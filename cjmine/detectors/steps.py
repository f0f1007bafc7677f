"""What the rules read: each journey's sequence, with order known or not, planned or not."""

from __future__ import annotations

import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import latest, steps_of


def sequence(partition: Partition) -> pl.DataFrame:
    """Return the counted steps of all journeys, sorted by journey and step.

    Adds journey_type, ``expected`` (the plan has this step here, or tolerates
    it) and ``latest`` (see there).
    """
    planned = partition.moves.filter(pl.col("event_id").is_not_null()).select("event_id", "expected")
    steps = steps_of(partition).join(planned, on="event_id", how="left", maintain_order="left")
    return steps.with_columns(pl.col("expected").fill_null(value=False), latest().alias("latest"))


def visits(steps: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return the steps without the unwanted ones of contacts that hold another: what befell a visit is none.

    Of several unwanted steps alone, the first stands for the contact.
    """
    unwanted = [(name, step) for name, model in sorted(context.models.items()) for step in model.unwanted]
    if not unwanted:
        return steps
    listed = pl.DataFrame(unwanted, schema={"journey_type": pl.String, "touchpoint": pl.String}, orient="row")
    asides = steps.filter(pl.col("contact_id").is_not_null()).join(
        listed, on=["journey_type", "touchpoint"], how="semi"
    )
    mine = steps.join(
        asides.select("contact_id").unique(), on="contact_id", how="semi", maintain_order="left"
    )
    mine = mine.with_columns(pl.col("event_id").is_in(asides["event_id"].implode()).alias("aside"))
    kept = mine.sort("aside", "step_no").unique("contact_id", keep="first", maintain_order=True)
    dropped = mine.filter("aside").join(kept, on="event_id", how="anti")
    return steps.join(dropped, on="event_id", how="anti", maintain_order="left")


def titled(context: Context) -> pl.Expr:
    """Return the touchpoint in the words of its journey's plan."""
    shown = pl.col("touchpoint")
    for name, model in sorted(context.models.items()):
        words = pl.col("touchpoint").replace(dict(model.titles))
        shown = pl.when(pl.col("journey_type") == name).then(words).otherwise(shown)
    return shown
