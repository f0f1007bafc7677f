"""What the rules read: each journey's sequence as numbers, with order known or not, planned or not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cjmine.domain.kernel import Context, Partition
from cjmine.domain.sequences import kinds, latest, moved, sequences
from cjmine.domain.walks import Codes, Walks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sequence:
    """The counted steps of all journeys, journey by journey in step order, and what their numbers mean.

    ``steps`` have ``n`` (0, 1, 2 ...), ``at`` (the row of ``events``), ``journey``
    (its number), ``type`` (a row of ``types``), ``step`` (a row of ``names``, the
    touchpoints), start, end and ``latest`` (see there).
    """

    events: pl.DataFrame
    steps: pl.DataFrame
    names: pl.Series
    types: pl.Series

    def known(self, labels: Collection[str]) -> npt.NDArray[np.bool_]:
        """Return which of the ``names`` are among these."""
        return self.names.is_in(sorted(labels)).fill_null(value=False).to_numpy()

    def said(self, name: str) -> pl.Series:
        """Return one column of the events, step by step."""
        return self.events[name].gather(self.steps["at"])


def sequence(partition: Partition) -> Sequence:
    """Return the counted steps of all journeys of a partition."""
    return partition.derived(_sequence, partition.events, *sequences(partition), kinds(partition))


def _sequence(
    events: pl.DataFrame, steps: pl.DataFrame, walks: Walks, kinds_of: tuple[Codes, pl.Series]
) -> Sequence:
    codes, types = kinds_of
    journey = np.repeat(np.arange(len(walks.begins), dtype=np.int64), walks.lengths)
    place = pl.col("start", "contact_start", "precision", "contact_precision").gather(steps["at"])
    numbered = steps.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("n"),
        "at",
        pl.Series("journey", journey),
        pl.Series("type", codes[journey]),
        pl.Series("step", walks.labels),
        "start",
        "end",
        events.select(place).select(latest()).to_series().alias("latest"),
    )
    return Sequence(events=events, steps=numbered, names=walks.names, types=types)


def planned(partition: Partition) -> pl.DataFrame:
    """Return, for each row of the events, ``expected`` (the plan has this step here, or tolerates it).

    ``owed`` is the row of the moves that says what is owed after it, if any does.
    """
    return partition.derived(_planned, moved(partition), partition.moves)


def _planned(place: pl.Series, moves: pl.DataFrame) -> pl.DataFrame:
    owed = pl.when(pl.col("owed").is_not_null()).then(pl.int_range(pl.len(), dtype=pl.UInt32))
    told = moves.select("expected", owed.alias("owed")).select(pl.all().gather(place))
    return told.with_columns(pl.col("expected").fill_null(value=False))


def visits(sequence: Sequence, context: Context) -> pl.DataFrame:
    """Return the steps without the unwanted ones of contacts that hold another: what befell a visit is none.

    Of several unwanted steps alone, the first stands for the contact.
    """
    steps = sequence.steps
    unwanted = np.zeros((sequence.types.len(), sequence.names.len()), dtype=bool)
    for number, name in enumerate(sequence.types):
        if name in context.models:
            unwanted[number] = sequence.known(context.models[name].unwanted)
    marked = pl.Series("aside", unwanted[steps["type"].to_numpy(), steps["step"].to_numpy()])
    if not marked.any():
        return steps
    mine = steps.select("n", sequence.said("contact_id"), marked).filter(pl.col("contact_id").is_not_null())
    asides = mine.filter("aside").select(pl.col("contact_id").unique())
    mine = mine.join(asides, on="contact_id", how="semi")
    kept = mine.sort("aside", "n").unique("contact_id", keep="first", maintain_order=True)
    stays = np.ones(steps.height, dtype=bool)
    stays[mine.filter("aside")["n"].to_numpy()] = False
    stays[kept["n"].to_numpy()] = True
    return steps.filter(stays)


def titled(context: Context, name: str = "touchpoint") -> pl.Expr:
    """Return a column of touchpoints in the words of its journey's plan."""
    shown = pl.col(name)
    for kind, model in sorted(context.models.items()):
        words = pl.col(name).replace(dict(model.titles))
        shown = pl.when(pl.col("journey_type") == kind).then(words).otherwise(shown)
    return shown
