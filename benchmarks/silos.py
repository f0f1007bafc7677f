"""Which events do the size benchmarks run on? N made-up events of customers in five silos, from a seed.

Each silo writes one CSV with its own id, its own column names and times as text; the rows of a customer
are scattered, because an export stands in order of time. ``crosswalk.csv`` says which ids are one
person's. ``log.parquet`` holds the same events joined and sorted, and ``project.yaml`` lets
``cjmine run`` read the five. About eight events a customer, nearly all sequences distinct in the long run.

Customers are made in batches, each from the seed and its own number, so memory does not grow with N.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

BATCH = 125_000
"""Customers made at a time; the exports stand in order of time within a batch."""
FIRST_DAY = 1_735_689_600_000_000
"""2025-01-01 in microseconds UTC; customers begin within two years of it."""
MINUTE = 60_000_000
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
FIRST, LAST = "notice", "close"


@dataclass(frozen=True, slots=True)
class Silo:
    """One system: what it calls the customer, what happened and when, and how its ids look."""

    name: str
    customer: str
    activity: str
    at: str
    prefix: str
    activities: tuple[str, ...]


SILOS = (
    Silo("portal", "account", "page", "at", "A", ("sign in", "send form", "upload proof", "view bill")),
    Silo("telephony", "caller", "leg", "started", "+4470", ("call", "call back", "put through")),
    Silo("crm", "crm_no", "contact", "logged", "C", ("note", "chase", "letter", "complaint")),
    Silo("housing", "tenancy", "status", "changed", "T", ("check", "visit", "update tenancy")),
    Silo("benefits", "claim_no", "event", "happened", "B", ("assess", "ask for proof", "decide")),
)
KEY = "crm_no"
"""The column of the crosswalk that names a customer in the joined log."""
ACTIVITIES = tuple(activity for silo in SILOS for activity in silo.activities)
_SILO_OF = np.repeat(np.arange(len(SILOS)), [len(silo.activities) for silo in SILOS])


def lengths(rng: np.random.Generator, customers: int) -> npt.NDArray[np.int64]:
    """Return the number of events of each customer: 4 to 12."""
    return rng.integers(4, 13, customers)


def batch(rng: np.random.Generator, first: int, most: int) -> pl.DataFrame:
    """Return customer, activity (codes) and at of one batch of customers, each with its events in order.

    Which activity comes next depends on how far the customer is, with drift and now and then a step
    back, so that some transitions are frequent and most whole sequences are rare. No two events
    of a customer share a second.
    """
    length = lengths(rng, BATCH)
    rows = int(length.sum())
    begins = np.cumsum(length) - length
    step = np.arange(rows) - np.repeat(begins, length)
    drift = rng.choice(np.array([-3, 0, 1, 2]), rows, p=[0.05, 0.45, 0.35, 0.15])
    activity = np.clip(step * 3 // 2 + drift, 0, len(ACTIVITIES) - 1)
    wait = rng.exponential(2_000, rows).astype(np.int64) * MINUTE + rng.integers(1, 60, rows) * 1_000_000
    wait[begins] = rng.integers(0, 730 * 24 * 60, BATCH) * MINUTE
    passed = np.cumsum(wait)
    passed -= np.repeat(passed[begins] - wait[begins], length)
    frame = pl.DataFrame(
        {
            "customer": np.repeat(np.arange(first, first + BATCH), length),
            "activity": activity.astype(np.uint32),
            "at": pl.Series(FIRST_DAY + passed).cast(pl.Datetime("us", "UTC")),
        }
    )
    return frame.head(most)


def ids(silo: Silo, customer: pl.Expr) -> pl.Expr:
    """Return a customer's id in one silo; no arithmetic leads from one silo's to another's."""
    scattered = (customer * 7_919 + len(silo.name)) % 1_000_000_007  # a prime: distinct customers stay so
    number = customer if silo.customer == KEY else scattered
    return pl.lit(silo.prefix) + number.cast(pl.String).str.zfill(10)


def write(folder: Path, events: int, seed: int = 7) -> None:
    """Write the five exports, the crosswalk, the joined log, the project file and what they hold."""
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    names = [*(silo.name for silo in SILOS), "crosswalk"]
    files = {name: (folder / f"{name}.csv").open("wb") for name in names}
    written = customers = 0
    log: pq.ParquetWriter | None = None
    while written < events:
        rng = np.random.default_rng([seed, customers // BATCH])
        made = batch(rng, customers, events - written)
        fresh = customers == 0
        _write_silos(made, files, header=fresh)
        joined = made.select(
            ids(SILOS[2], pl.col("customer")).alias("case"),
            pl.Series("activity", ACTIVITIES).gather(made["activity"]),
            pl.col("at").alias("time"),
        ).to_arrow(compat_level=pl.CompatLevel.oldest())
        log = log or pq.ParquetWriter(folder / "log.parquet", joined.schema, compression="zstd")
        log.write_table(joined, row_group_size=250_000)
        written += made.height
        customers += made["customer"].n_unique()
    for file in files.values():
        file.close()
    if log is not None:
        log.close()
    (folder / "project.yaml").write_text(project(), encoding="utf-8")
    told = {"events": written, "customers": customers, "seed": seed}
    (folder / "silos.json").write_text(json.dumps(told), encoding="utf-8")


def _write_silos(made: pl.DataFrame, files: Mapping[str, BinaryIO], *, header: bool) -> None:
    """Append one batch to every export and to the crosswalk."""
    by_time = made.sort("at", "customer")
    silo_of = pl.Series(_SILO_OF).gather(by_time["activity"])
    customers = made.select(pl.col("customer").unique(maintain_order=True))
    for number, silo in enumerate(SILOS):
        rows = by_time.filter(silo_of == number)
        rows.select(
            ids(silo, pl.col("customer")).alias(silo.customer),
            pl.Series(silo.activity, ACTIVITIES).gather(rows["activity"]),
            pl.col("at").dt.strftime(TIME_FORMAT).alias(silo.at),
        ).write_csv(files[silo.name], include_header=header)
    crosswalk = customers.select(ids(silo, pl.col("customer")).alias(silo.customer) for silo in SILOS)
    crosswalk.write_csv(files["crosswalk"], include_header=header)


def project() -> str:
    """Return a project file for the five exports: whole customers are journeys, rows are no contacts."""
    sources = "\n".join(
        f"  - {{name: {silo.name}, files: {silo.name}.csv, format: csv, "
        f"columns: {{customer: {silo.customer}, activity: {silo.activity}, "
        f"start: {{from: {silo.at}, format: '{TIME_FORMAT}', zone: UTC}}}}}}"
        for silo in SILOS
    )
    columns = ", ".join(f"{silo.name}: {silo.customer}" for silo in SILOS)
    return (
        "project: silos\npersonal: false\nclock: {timezone: UTC}\n"
        f"sources:\n{sources}\n"
        f"identity: {{crosswalks: [{{file: crosswalk.csv, columns: {{{columns}}}}}]}}\n"
        "contacts: {merge: false}\njourneys: {by: customer}\n"
    )


def main() -> None:
    """Write the silos of ``--events`` events into a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    write(given.folder, given.events, given.seed)


if __name__ == "__main__":
    main()
