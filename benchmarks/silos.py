"""Which events do the size benchmarks run on? N made-up events of customers in five silos, from a seed.

Each silo writes one CSV with its own id, its own column names and times as text; the rows of a customer
are scattered, because an export stands in order of time. ``crosswalk.csv`` says which ids are one
person's. ``log.parquet`` (left out with ``--no-log``) and, with ``--xes``, ``log.xes`` hold the same
events joined and sorted; ``project.yaml`` and ``detect.yaml`` let ``cjmine run`` read the five
(``silo_projects.py``). About eight events a customer, nearly all sequences distinct in the long run.

Customers are made in batches, each from the seed and its own number, so memory does not grow with N.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from silo_projects import detecting, plain

BATCH = 125_000
"""Customers made at a time; the exports stand in order of time within a batch."""
FIRST_DAY = 1_735_689_600_000_000
"""2025-01-01 in microseconds UTC; customers begin within two years of it."""
MINUTE = 60_000_000
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
LOG = pa.schema({"case": pa.large_string(), "activity": pa.large_string(), "time": pa.timestamp("us", "UTC")})
XES_BEGINS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n'
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
    '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>\n'
    '<classifier name="activity" keys="concept:name"/>\n'
)


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


def write(folder: Path, events: int, seed: int = 7, *, log: bool = True, xes: bool = False) -> None:
    """Write the five exports, the crosswalk, the joined log, the project files and what they hold."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_files:
        names = [*(f"{silo.name}.csv" for silo in SILOS), "crosswalk.csv", *(["log.xes"] if xes else [])]
        files = {name: open_files.enter_context((folder / name).open("wb")) for name in names}
        joined = open_files.enter_context(pq.ParquetWriter(folder / "log.parquet", LOG)) if log else None
        written = customers = 0
        while written < events:
            rng = np.random.default_rng([seed, customers // BATCH])
            made = batch(rng, customers, events - written)
            _write_silos(made, files, header=customers == 0)
            if log or xes:
                rows = named(made)
            if joined is not None:
                joined.write_table(rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(LOG))
            if xes:
                files["log.xes"].write((XES_BEGINS if customers == 0 else "").encode() + traces(rows))
            written += made.height
            customers += made["customer"].n_unique()
        if xes:
            files["log.xes"].write(b"</log>\n")
    (folder / "project.yaml").write_text(plain(SILOS, TIME_FORMAT), encoding="utf-8")
    (folder / "detect.yaml").write_text(detecting(SILOS, TIME_FORMAT), encoding="utf-8")
    told = {"events": written, "customers": customers, "seed": seed}
    (folder / "silos.json").write_text(json.dumps(told), encoding="utf-8")


def named(made: pl.DataFrame) -> pl.DataFrame:
    """Return case, activity and time of a batch, as text and times."""
    return made.select(
        ids(SILOS[2], pl.col("customer")).alias("case"),
        pl.Series("activity", ACTIVITIES).gather(made["activity"]),
        pl.col("at").alias("time"),
    )


def traces(rows: pl.DataFrame) -> bytes:
    """Return a batch as XES traces."""
    event = pl.format(
        '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="{}"/></event>',
        "activity",
        pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"),
    )
    cases = rows.select("case", event.alias("event")).group_by("case", maintain_order=True).agg("event")
    text = cases.select(
        pl.format(
            '<trace><string key="concept:name" value="{}"/>{}</trace>', "case", pl.col("event").list.join("")
        )
    )
    return ("\n".join(text.to_series()) + "\n").encode()


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
        ).write_csv(files[f"{silo.name}.csv"], include_header=header)
    crosswalk = customers.select(ids(silo, pl.col("customer")).alias(silo.customer) for silo in SILOS)
    crosswalk.write_csv(files["crosswalk.csv"], include_header=header)


def main() -> None:
    """Write the silos of ``--events`` events into a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-log", action="store_true", help="do not write log.parquet")
    parser.add_argument("--xes", action="store_true", help="write log.xes too (220 MB for a million events)")
    given = parser.parse_args()
    write(given.folder, given.events, given.seed, log=not given.no_log, xes=given.xes)


if __name__ == "__main__":
    main()
