"""All that a plan says beyond the order of its steps, beside the journeys: worked out once for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from cjmine.conformance.awaited import awaited, standing
from cjmine.conformance.limits import Compared, limits_of
from cjmine.conformance.lived import Lived, lives
from cjmine.conformance.rule_events import rules_of
from cjmine.conformance.rule_times import Judged
from cjmine.conformance.taken import Taken, taken
from cjmine.domain.kernel import Context, Partition


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """The journeys of one type, and what each part of their plan says of them."""

    lived: Lived
    aligned: Mapping[str, pl.DataFrame]

    @cached_property
    def limits(self) -> tuple[Compared, ...]:
        """Return every limit beside the steps that happened."""
        return limits_of(self.lived)

    @cached_property
    def taken(self) -> tuple[Taken, ...]:
        """Return every step's channels and service beside those it was taken by."""
        return taken(self.lived)

    @cached_property
    def rules(self) -> tuple[Judged, ...]:
        """Return the answers to every rule."""
        return rules_of(self.lived)

    @cached_property
    def stands(self) -> pl.DataFrame:
        """Return where the journeys stand that are under way or came to a halt."""
        return standing(self.lived, self.aligned)

    @cached_property
    def awaited(self) -> pl.DataFrame:
        """Return the steps that the plan still needs of them."""
        return awaited(self.lived, self.stands)

    @property
    def waiting(self) -> pl.Series:
        """Return for whom each journey waits, in words."""
        texts = np.full(self.lived.journeys.height, "", dtype=object)
        texts[self.stands["walk"].to_numpy()] = self.stands["waiting"].to_numpy()
        return pl.Series("waiting", texts, dtype=pl.String)


def beside(partition: Partition, context: Context) -> tuple[Beside, ...]:
    """Return the journeys of every intended type beside their plan."""
    return partition.derived(_beside, lives(partition, context), context)


def _beside(lived: tuple[Lived, ...], context: Context) -> tuple[Beside, ...]:
    return tuple(Beside(lived=one, aligned=context.aligned) for one in lived)
