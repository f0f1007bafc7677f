"""A finished run on the terminal: what was joined, what was found, where to look."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from cjmine.domain.codes import meaning
from cjmine.domain.results import Run


def told(run: Run, folder: Path) -> None:
    """Print the run's headline, its findings by code, its warnings and where the report is."""
    console = Console()
    numbers = run.summary
    ledger = numbers["ledger"]
    console.print(
        f"[bold]{run.title}[/]: {numbers['customers']:,} customers, {numbers['journeys']:,} journeys, "
        f"{numbers['contacts']:,} contacts from {run.systems.height} systems"
    )
    console.print(
        f"{ledger['read']:,} rows read = {ledger['accepted']:,} accepted + {ledger['quarantined']:,} quarantined "
        f"+ {ledger['filtered']:,} filtered; {numbers['merged_echoes']:,} rows record something twice and were merged"
    )
    if numbers["fitness"] is not None:
        console.print(
            f"{numbers['fitting_journeys']:,} of {numbers['checked_journeys']:,} complete journeys ran as intended "
            f"(mean fitness {numbers['fitness']:.3f})"
        )
    table = Table("code", "what", "findings", "journeys", "customers", "per 100 journeys")
    for column in table.columns[2:]:
        column.justify = "right"
    for row in run.totals.iter_rows(named=True):
        table.add_row(
            row["code"],
            meaning(row["code"])[0],
            *(f"{row[name]:,}" for name in ("count", "journeys", "customers")),
            f"{row['per_100_journeys']:.1f}",
        )
    console.print(table)
    for warning in run.warnings:
        console.print(f"[yellow]note[/] {warning}", highlight=False)
    console.print(f"report: {folder / 'report.html'}", soft_wrap=True)
