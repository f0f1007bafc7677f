"""What verbs say on the terminal; nothing an export holds can style it or steer it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cjmine.cli.group import visible
from cjmine.domain.codes import meaning
from cjmine.domain.results import Run

_WIDE = 120


class Plain(Console):
    """Prints text as it is: no markup, no emoji codes, no control characters."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False)
        if not self.is_terminal:
            self.width = _WIDE

    def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 (rich's own signature)
        """Return text with its control characters spelt out."""
        return super().render_str(visible(text), **how)

    def on_broken_pipe(self) -> None:
        """Leave a closed pipe to the group of verbs."""
        raise BrokenPipeError


def table(*columns: str, right: Iterable[int] = ()) -> Table:
    """Return an empty table; columns numbered in ``right`` hold numbers."""
    made = Table(*columns)
    for number in right:
        made.columns[number].justify = "right"
    return made


def notes(console: Console, warnings: Iterable[str]) -> None:
    """Print what qualifies the figures."""
    for warning in warnings:
        console.print(Text("note ", style="yellow") + Text(visible(warning)), soft_wrap=True)


def told(run: Run, folder: Path) -> None:
    """Print the run's headline, its findings by code, its warnings and where the report is."""
    console = Plain()
    numbers = run.summary
    ledger = numbers["ledger"]
    console.print(
        f"{run.title}: {numbers['customers']:,} customers, {numbers['journeys']:,} journeys, "
        f"{numbers['contacts']:,} contacts from {run.systems.height} systems",
        style="bold",
    )
    console.print(
        f"{ledger['read']:,} rows read = {ledger['accepted']:,} accepted + "
        f"{ledger['quarantined']:,} quarantined + {ledger['filtered']:,} filtered; "
        f"{numbers['merged_echoes']:,} rows record something twice and were merged"
    )
    for line in run.since:
        console.print(line)
    if numbers["fitness"] is not None:
        console.print(
            f"{numbers['fitting_journeys']:,} of {numbers['checked_journeys']:,} complete journeys "
            f"ran as intended (mean fitness {numbers['fitness']:.3f})"
        )
    for row in run.standards.iter_rows(named=True):
        share = "" if row["share_met"] is None else f" ({row['share_met']:.0%})"
        console.print(f"{row['title']}: {row['met']:,} of {row['due']:,} that fell due were met{share}")
    found = table("code", "what", "findings", "journeys", "customers", "per 100 journeys", right=range(2, 6))
    for row in run.totals.iter_rows(named=True):
        counts = (f"{row[name]:,}" for name in ("count", "journeys", "customers"))
        found.add_row(row["code"], meaning(row["code"])[0], *counts, f"{row['per_100_journeys']:.1f}")
    console.print(found)
    notes(console, run.warnings)
    console.print(f"report: {folder / 'report.html'}", soft_wrap=True)
