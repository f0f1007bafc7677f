"""What does one more week cost? A year of made-up events in five silos is run; then a week stands beside it.

Times a full run of year and week in a folder of its own, a run of the year, and then the run that finds the
week added; the last must give the same tables as the first. The report is left out of every time. A
ratio is the time of the added week divided by that of the full run; ``before_tables`` leaves out writing the
store's tables too, which an update does at the end and a full run as it goes.

``python benchmarks/growth.py --events 10000000``; ``--json`` for machines.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from silo_projects import plain
from silos import ACTIVITIES, BATCH, FIRST_DAY, SILOS, TIME_FORMAT, batch, ids

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WEEK = YEAR + timedelta(days=7)
TABLES = ("findings", "journeys", "contacts", "deviations", "moves", "tallies")


def write(folder: Path, events: int, seed: int = 7) -> None:
    """Write a year of exports and a week of them apart, and a project file that takes what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    text = plain(SILOS, TIME_FORMAT)
    for silo in SILOS:
        text = text.replace(f"files: {silo.name}.csv", f"files: {silo.name}-*.csv")
    (folder / "project.yaml").write_text(text, encoding="utf-8")
    silo_of = np.repeat(np.arange(len(SILOS)), [len(silo.activities) for silo in SILOS])
    files: dict[str, Any] = {}
    written = customers = 0
    while written < events:
        rng = np.random.default_rng([seed, customers // BATCH])
        made = batch(rng, customers, BATCH * 13)
        # two years of beginnings become one
        first = pl.Series([FIRST_DAY]).cast(pl.Datetime("us", "UTC"))[0]
        start = pl.col("at").first().over("customer")
        made = made.with_columns((pl.col("at") - (start - pl.lit(first)) / 2).dt.truncate("1s").alias("at"))
        made = made.filter(pl.col("at") < WEEK).sort("at", "customer").head(events * 2)
        who = made.select(pl.col("customer").unique().sort())
        for number, silo in enumerate(SILOS):
            mine = made.filter(pl.Series(silo_of).gather(made["activity"]) == number)
            for part, rows in (
                ("year", mine.filter(pl.col("at") < YEAR)),
                ("week", mine.filter(pl.col("at") >= YEAR)),
            ):
                name = f"{silo.name}-{part}.csv"
                fresh = name not in files
                if fresh:
                    files[name] = (folder / name).open("wb")
                rows.select(
                    ids(silo, pl.col("customer")).alias(silo.customer),
                    pl.Series(silo.activity, ACTIVITIES).gather(rows["activity"]),
                    pl.col("at").dt.strftime(TIME_FORMAT).alias(silo.at),
                ).write_csv(files[name], include_header=fresh)
        fresh = "crosswalk" not in files
        if fresh:
            files["crosswalk"] = (folder / "crosswalk.csv").open("wb")
        who.select(ids(silo, pl.col("customer")).alias(silo.customer) for silo in SILOS).write_csv(
            files["crosswalk"], include_header=fresh
        )
        written += made.height
        customers += BATCH
    for file in files.values():
        file.close()


def run(folder: Path, out: Path) -> dict[str, float]:
    """Run the project in a process of its own; return seconds by stage."""
    code = (
        "import json, sys, time\n"
        "from pathlib import Path\n"
        "from cjmine.pipeline import run\n"
        "from cjmine.project.load import load\n"
        "begun, stages, last = time.perf_counter(), {}, [None, 0.0]\n"
        "def tell(stage, done, of):\n"
        "    now = time.perf_counter() - begun\n"
        "    stages[stage] = now if stage not in stages else stages[stage]\n"
        "run(load(Path(sys.argv[1])), Path(sys.argv[2]), progress=tell)\n"
        "stages['end'] = time.perf_counter() - begun\n"
        "print(json.dumps(stages))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "project.yaml"), str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    stages: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return stages


def same(one: Path, other: Path) -> bool:
    """Tell whether two runs have the same tables, byte for byte."""
    names = sorted(
        path.relative_to(one).as_posix()
        for table in TABLES
        for path in one.glob(f"{table}*")
        for path in ([path] if path.is_file() else sorted(path.rglob("*.parquet")))
    )
    return bool(names) and all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)


def measured(folder: Path, scratch: Path) -> dict[str, Any]:
    """Run all three, and compare."""
    full = run(folder, scratch / "full")
    week = list(folder.glob("*-week.csv"))
    for path in week:
        path.rename(path.with_suffix(".later"))
    try:
        year = run(folder, scratch / "grown")
    finally:
        for path in week:
            path.with_suffix(".later").rename(path)
    added = run(folder, scratch / "grown")
    seconds = {
        name: stages["writing the report"]
        for name, stages in (("full", full), ("year", year), ("added", added))
    }
    return {
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "stages": {"full": full, "added": added},
        "ratios": {
            "added_vs_full": round(seconds["added"] / seconds["full"], 3),
            "before_tables": round(added["writing the tables"] / full["writing the tables"], 3),
        },
        "same_tables": same(scratch / "full", scratch / "grown"),
    }


def main() -> int:
    """Make the exports, run, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--folder", type=Path, help="keep the exports here, and use them again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch, "exports")
        if not (folder / "project.yaml").exists():
            write(folder, given.events)
        told = {"events": given.events, **measured(folder, Path(scratch))}
    if given.json:
        print(json.dumps(told, indent=1))
    else:
        print("| run | s, report left out |\n|---|---|")
        for name, value in told["seconds"].items():
            print(f"| {name} | {value} |")
        ratios = "; ".join(f"{name}: {value}" for name, value in told["ratios"].items())
        print(f"\n{ratios}; same tables: {told['same_tables']}")
    return 0 if told["same_tables"] else 1


if __name__ == "__main__":
    sys.exit(main())
