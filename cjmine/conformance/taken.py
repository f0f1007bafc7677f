"""How was a planned step taken: by a channel and a service that the plan has for it (V6, V7)?

A step whose channel or service the export does not tell is not judged. Without `only via` in the plan's rules
another channel is told for information; with it, the rule is broken (V9), and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cjmine.conformance.found import FOUND, found_rows
from cjmine.conformance.lived import Lived, Mask, Places
from cjmine.domain.clause_words import channel_words, listed, service_words
from cjmine.domain.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """One step's channels, or its service, beside the steps that were taken as planned otherwise.

    ``column`` of the events holds what is asked, ``rows`` are the steps; ``broken`` differ from all that is
    ``planned``, of the ``unknown`` nothing is told.
    """

    step: str
    column: str
    planned: tuple[str, ...]
    rows: Places
    broken: Mask
    unknown: Mask

    @property
    def clause(self) -> str:
        """Return what the plan says, in few words."""
        if self.column == "channel":
            return channel_words(self.step, self.planned)
        return service_words(self.step, self.planned[0])


def taken(lived: Lived) -> tuple[Taken, ...]:
    """Return every step for which the plan has channels or a service, beside the steps of the journeys."""
    asked = [
        *((step, "channel", planned.channels) for step, planned in lived.model.planned.items()),
        *((step, "service", (service,)) for step, service in lived.model.by.items()),
    ]
    told = {name: lived.events[name].null_count() < lived.events.height for name in ("channel", "service")}
    found = []
    for step, column, planned in sorted(asked):
        if planned and told[column]:
            rows = np.flatnonzero(lived.of((step,)) & lived.synced)
            said = lived.said(column, rows)
            right = said.is_in(list(planned))
            found.append(
                Taken(
                    step=step,
                    column=column,
                    planned=planned,
                    rows=rows,
                    broken=(~right).fill_null(value=False).to_numpy(),
                    unknown=said.is_null().to_numpy(),
                )
            )
    return tuple(found)


def otherwise_taken(lived: Lived, one: Taken) -> pl.DataFrame:
    """Return rows of V6 (for information), or of V7."""
    if not one.broken.any():
        return FOUND
    rows = one.rows[one.broken]
    said = lived.said(one.column, rows)
    channel, planned = one.column == "channel", listed(one.planned)
    if channel:
        words = (f"{lived.title(one.step)} came by ", f"; the plan has {planned}.")
    else:
        words = (f"{lived.title(one.step)} was done by ", f", expected {planned}.")
    frame = said.to_frame("said")
    message = frame.select(pl.concat_str(pl.lit(words[0]), "said", pl.lit(words[1]))).to_series()
    return found_rows(
        lived,
        "V6" if channel else "V7",
        rows,
        touchpoint=one.step,
        message=message,
        severity=(Severity.INFO if channel else Severity.MEDIUM).value,
    )
