"""From five CSV exports to variants and directly-follows with waits: one function for each way to do it.

Everything is timed: reading, finding each row's customer through the crosswalk, sorting, counting.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from silos import KEY, SILOS, TIME_FORMAT, Silo
from work import Flow, Variant, Work


def cjmine_frames(folder: Path) -> Work:
    """cjmine's linking and kernels on lean frames: only the columns the question needs.

    Linking is transitive, and tolerant of ids that join nothing.
    """
    import numpy as np
    import polars as pl

    from cjmine.discovery.flows import pairs
    from cjmine.domain.walks import Walks, coded, distinct
    from cjmine.identity.walked import people_in, with_people

    def whole() -> Any:
        lap = work.watch.lap
        work.watch.start()
        crosswalk = pl.read_csv(folder / "crosswalk.csv", infer_schema=False)
        people = people_in(crosswalk.select(pl.col(silo.customer).alias(silo.name) for silo in SILOS))
        rows = {silo.name: scanned(folder, silo).drop("source_system") for silo in SILOS}
        joined = with_people(rows, people)
        lap("read and link")
        ordered = joined.sort("person", "at")
        lap("sort")
        labels, names = coded(ordered["activity"])
        begins = ordered.select((pl.col("person") != pl.col("person").shift()).fill_null(value=True))
        begins_at = begins.to_series().arg_true().to_numpy().astype(np.int64)
        walks = Walks(begins=begins_at, labels=labels, names=names)
        at = ordered["at"].dt.epoch("us").to_numpy()
        counted = pairs(walks, np.zeros(len(begins_at), dtype=np.uint8), at, at)
        found = distinct(walks)
        lap("kernels")
        return walks, counted, found

    work = Work(timed={"join": whole})
    work.flows = lambda found: coded_flows(*found["join"][:2])
    work.variants = lambda found: coded_variants(found["join"][0], *found["join"][2])
    return work


def scanned(folder: Path, silo: Silo) -> Any:
    """Read one export lazily with polars: the system, its id, the activity, the parsed time."""
    import polars as pl

    schema = dict.fromkeys((silo.customer, silo.activity, silo.at), pl.String())
    return pl.scan_csv(folder / f"{silo.name}.csv", schema=schema).select(
        pl.lit(silo.name).alias("source_system"),
        pl.col(silo.customer).alias("customer"),
        pl.col(silo.activity).alias("activity"),
        pl.col(silo.at).str.to_datetime(TIME_FORMAT, time_unit="us", time_zone="UTC").alias("at"),
    )


def coded_flows(walks: Any, counted: Any) -> Iterable[Flow]:
    """Put cjmine's coded directly-follows tally into the common form."""
    names = walks.names.to_list()
    total = counted.group_by("source", "target").sum()
    for source, target, count, wait in total.select("source", "target", "count", "wait_us").iter_rows():
        yield names[source], names[target], count, round(wait / 1_000_000)


def coded_variants(walks: Any, path: Any, firsts: Any) -> Iterable[Variant]:
    """Put cjmine's numbered paths into the common form."""
    import numpy as np

    from cjmine.domain.walks import SEPARATOR, paths

    counts = np.bincount(path).tolist()
    for text, count in zip(paths(walks, firsts), counts, strict=True):
        yield tuple(text.split(SEPARATOR)), count


def cjmine_run(folder: Path) -> Work:
    """cjmine as ``cjmine run`` does it up to the same answer: every check and column, the store on disk."""
    from cjmine.analysis import ARRANGED
    from cjmine.discovery.flows import COUNT_FLOWS, flow_table
    from cjmine.discovery.variants import COUNT_VARIANTS, distinct_variants
    from cjmine.domain.kernel import Context
    from cjmine.engine import passes
    from cjmine.engine.local import local
    from cjmine.engine.store import Store
    from cjmine.intake import take_in
    from cjmine.journeys.kernels import ARRANGE
    from cjmine.project.load import load

    def whole() -> Any:
        work.watch.start()
        loaded = load(folder / "project.yaml")
        with tempfile.TemporaryDirectory(dir=folder) as place, local() as engine:
            taken = take_in(loaded, Path(place), engine, lambda *_: None)
            work.watch.lap("intake")
            this = passes.Pass(
                kernels=(*ARRANGE, COUNT_VARIANTS, COUNT_FLOWS),
                context=Context(settings=loaded.project.parts()),
                out=Store(Path(place, "runs"), taken.parts),
                tables=ARRANGED,
                key="benchmark",
            )
            tallies, _ = passes.run(this, taken.read, engine)
            flow_table(tallies["flows"])
            variants = distinct_variants(tallies["variants"])
            work.watch.lap("kernels")
        return tallies["flows"], variants

    work = Work(timed={"join": whole})
    work.flows = lambda found: tally_flows(found["join"][0])
    work.variants = lambda found: [
        (tuple(steps), count) for steps, count in found["join"][1].select("steps", "count").iter_rows()
    ]
    return work


def tally_flows(flows: Any) -> Iterable[Flow]:
    """Put cjmine's directly-follows tally into the common form."""
    total = flows.select("source", "target", "count", "wait_us").group_by("source", "target").sum()
    for source, target, count, wait in total.iter_rows():
        yield source, target, count, round(wait / 1_000_000)


def pandas_pm4py(folder: Path) -> Work:
    """pandas reads and merges, pm4py formats (which sorts) and counts."""
    import pandas as pd
    import pm4py

    case, activity, time = "case:concept:name", "concept:name", "time:timestamp"

    def whole() -> Any:
        crosswalk = pd.read_csv(folder / "crosswalk.csv", dtype=str, engine="pyarrow")
        parts = []
        for silo in SILOS:
            rows = pandas_read(folder, silo)
            rows.columns = [silo.customer, activity, time]
            if silo.customer != KEY:
                rows = rows.merge(crosswalk[[silo.customer, KEY]], on=silo.customer, how="left")
            parts.append(rows[[KEY, activity, time]].rename(columns={KEY: case}))
        frame = pm4py.format_dataframe(pd.concat(parts, ignore_index=True))
        return (
            pm4py.discover_dfg(frame)[0],
            pm4py.discover_performance_dfg(frame)[0],
            pm4py.get_variants(frame),
        )

    work = Work(timed={"join": whole})
    work.flows = lambda found: pm4py_flows(*found["join"][:2])
    work.variants = lambda found: found["join"][2].items()
    return work


def pandas_read(folder: Path, silo: Silo) -> Any:
    """Read one export with pandas: ids as text, times parsed; the pyarrow engine is its quickest."""
    import pandas as pd

    texts = {silo.customer: str, silo.activity: str}
    rows = pd.read_csv(folder / f"{silo.name}.csv", dtype=texts, engine="pyarrow")
    rows[silo.at] = rows[silo.at].dt.tz_localize("UTC")  # fails where the engine did not see times
    return rows


def pm4py_flows(counts: Any, waits: Any) -> Iterable[Flow]:
    """Put pm4py's frequency and performance graphs into the common form."""
    for (source, target), count in counts.items():
        yield source, target, int(count), round(waits[source, target]["sum"])


def duckdb_read(folder: Path, silo: Silo) -> str:
    """Return the SQL that reads one export: its id, the activity, the parsed time."""
    columns = f"{{'{silo.customer}': 'VARCHAR', 'activity': 'VARCHAR', 'since': 'TIMESTAMP'}}"
    file = folder / f"{silo.name}.csv"
    return f"read_csv('{file}', header=true, columns={columns}, timestampformat='{TIME_FORMAT}')"


def duckdb_sql(folder: Path) -> Work:
    """DuckDB reads, joins, sorts and counts in SQL."""
    import duckdb

    parts = []
    for silo in SILOS:
        joined = "" if silo.customer == KEY else f" left join crosswalk using ({silo.customer})"
        parts.append(f"select {KEY}, activity, since from {duckdb_read(folder, silo)}{joined}")  # noqa: S608 (our own names)
    texts = ", ".join(f"'{silo.customer}': 'VARCHAR'" for silo in SILOS)
    crosswalk = f"read_csv('{folder / 'crosswalk.csv'}', header=true, columns={{{texts}}})"
    flows = f"""
        select activity, target, count(*), sum(epoch_us(until) - epoch_us(since)) // 1000000 from (
            select activity, since, lead(activity) over steps as target, lead(since) over steps as until
            from events window steps as (partition by {KEY} order by since)
        ) where target is not null group by all"""  # noqa: S608
    variants = f"""
        select steps, count(*) from (
            select list(activity order by since) as steps from events group by {KEY}
        ) group by steps"""  # noqa: S608

    def whole() -> Any:
        with duckdb.connect() as base:
            base.execute("set preserve_insertion_order = false")  # its quickest plan of five tried
            base.execute(f"create temp table crosswalk as from {crosswalk}")
            base.execute(f"create temp table events as {' union all '.join(parts)}")
            return base.sql(flows).fetchall(), base.sql(variants).fetchall()

    work = Work(timed={"join": whole})
    work.flows = lambda found: [(a, b, n, int(wait)) for a, b, n, wait in found["join"][0]]
    work.variants = lambda found: [(tuple(steps), count) for steps, count in found["join"][1]]
    return work


def scan(folder: Path) -> Work:
    """polars reads the same columns and sorts them, and answers nothing: the physical limit."""
    import polars as pl

    def whole() -> Any:
        rows = pl.concat([scanned(folder, silo) for silo in SILOS])
        return rows.select("customer", "activity", "at").sort("customer", "at").collect()

    return Work(timed={"join": whole})
