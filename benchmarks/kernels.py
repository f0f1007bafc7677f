"""Counting one sorted log in memory: one function for each tool.

Only counting is timed. The input is prepared as each tool wants it: coded columns, EVENT rows with
text, a formatted pandas frame, a DuckDB table, r4pm's own log. The service of a step is the silo it
comes from. Each candidate counts what its tool can count; r4pm knows no waits, handovers or rework.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from joins import coded_flows, coded_variants, pm4py_flows, tally_flows
from silos import SILOS
from work import Work

REPEATS = 5
SERVICE = {activity: silo.name for silo in SILOS for activity in silo.activities}
PM4PY_NAMES = ["case:concept:name", "concept:name", "time:timestamp"]


def shared(pairs: Any) -> list[tuple[str, str, float]]:
    """Put handovers into the common form: each pair's share, because pm4py gives no counts."""
    counted = [(source, target, count) for source, target, count in pairs]
    total = sum(count for *_, count in counted)
    return sorted((source, target, round(count / total, 9)) for source, target, count in counted)


def kernels_coded(folder: Path) -> Work:
    """cjmine's kernels on coded, sorted columns; ``dfg`` counts with waits and their distribution."""
    from dataclasses import replace

    import numpy as np
    import polars as pl

    from cjmine.discovery.flows import pairs
    from cjmine.discovery.work import handovers, rework
    from cjmine.domain.walks import Walks, coded, distinct

    log = pl.read_parquet(folder / "log.parquet")
    labels, names = coded(log["activity"])
    fresh = (log["case"] != log["case"].shift()).fill_null(value=True)
    walks = Walks(begins=fresh.arg_true().to_numpy().astype(np.int64), labels=labels, names=names)
    services, offices = coded(log["activity"].replace_strict(SERVICE))
    served = replace(walks, labels=services, names=offices)
    kinds = np.zeros(len(walks.begins), dtype=np.uint8)
    at = log["time"].dt.epoch("us").to_numpy()

    def variants() -> Any:
        path, firsts = distinct(walks)
        return path, firsts, np.bincount(path)

    def office_pairs(found: Any) -> Any:
        names = offices.to_list()
        return ((names[a], names[b], n) for _, a, b, n in found["handover"].iter_rows())

    return Work(
        timed={
            "dfg": lambda: pairs(walks, kinds, at, at),
            "variants": variants,
            "handover": lambda: handovers(served, kinds),
            "rework": lambda: rework(walks, kinds),
        },
        flows=lambda found: coded_flows(walks, found["dfg"]),
        variants=lambda found: coded_variants(walks, *found["variants"][:2]),
        also={
            "handover": lambda found: shared(office_pairs(found)),
            "rework": lambda found: sorted((names[row[1]], row[2]) for row in found["rework"].iter_rows()),
        },
        repeats=REPEATS,
    )


def kernels_text(folder: Path) -> Work:
    """cjmine's kernels on EVENT rows, as a partition holds them: text in, tallies with text out."""
    import polars as pl

    from cjmine.discovery.flows import count_flows
    from cjmine.discovery.variants import count_variants
    from cjmine.discovery.work import count_handovers, count_rework
    from cjmine.domain.kernel import Context, Partition
    from cjmine.domain.walks import SEPARATOR

    log = pl.read_parquet(folder / "log.parquet")
    events = log.select(
        pl.col("case").alias("journey_id"),
        pl.int_range(pl.len(), dtype=pl.Int32).over("case").alias("step_no"),
        pl.col("activity").alias("touchpoint"),
        pl.col("activity").replace_strict(SERVICE).alias("service"),
        pl.col("time").alias("start"),
        pl.col("time").alias("end"),
        pl.lit(None, pl.Datetime("us", "UTC")).alias("contact_start"),
    )
    kind, status = pl.lit("unmodelled"), pl.lit("complete")
    journeys = events.select(pl.col("journey_id").unique(maintain_order=True)).with_columns(
        kind.alias("journey_type"), pl.lit("").alias("variant"), status.alias("status")
    )

    def partition() -> Partition:
        return Partition(events=events, journeys=journeys)  # a new one each time: a partition remembers

    kernels = {
        "dfg": count_flows,
        "variants": count_variants,
        "handover": count_handovers,
        "rework": count_rework,
    }
    return Work(
        timed={name: (lambda count=count: count(partition(), Context())) for name, count in kernels.items()},
        flows=lambda found: tally_flows(found["dfg"]),
        variants=lambda found: [
            (tuple(path.split(SEPARATOR)), count)
            for path, count in found["variants"].select("path", "journeys").iter_rows()
        ],
        also={
            "handover": lambda found: shared(
                found["handover"].select("source", "target", "count").iter_rows()
            ),
            "rework": lambda found: sorted(found["rework"].select("touchpoint", "journeys").iter_rows()),
        },
        repeats=REPEATS,
    )


def kernels_pm4py(folder: Path) -> Work:
    """pm4py on its own formatted, sorted frame; ``waits`` is its performance graph."""
    import pandas as pd
    import pm4py

    log = pd.read_parquet(folder / "log.parquet")
    log.columns = PM4PY_NAMES
    frame = pm4py.format_dataframe(log)
    frame["org:resource"] = frame["concept:name"].map(SERVICE)
    return Work(
        timed={
            "dfg": lambda: pm4py.discover_dfg(frame)[0],
            "waits": lambda: pm4py.discover_performance_dfg(frame)[0],
            "variants": lambda: pm4py.get_variants(frame),
            "handover": lambda: pm4py.discover_handover_of_work_network(frame).connections,
            "rework": lambda: pm4py.get_rework_cases_per_activity(frame),
        },
        flows=lambda found: pm4py_flows(found["dfg"], found["waits"]),
        variants=lambda found: found["variants"].items(),
        also={
            "handover": lambda found: shared((*pair, share) for pair, share in found["handover"].items()),
            "rework": lambda found: sorted(found["rework"].items()),
        },
        repeats=REPEATS,
    )


def kernels_r4pm(folder: Path) -> Work:
    """r4pm on its own log, made from the sorted frame."""
    import polars as pl
    import r4pm
    from r4pm.bindings.core.event_data.case_centric.utils import activity_projection
    from r4pm.bindings.discovery.case_centric import dfg

    log = pl.read_parquet(folder / "log.parquet")
    item = r4pm.import_item_from_df("EventLog", log.rename(dict(zip(log.columns, PM4PY_NAMES, strict=True))))

    def variants() -> Any:
        projection = r4pm.convert_item(item, "EventLogActivityProjection")
        found = activity_projection.get_variants(projection)
        r4pm.remove_item(projection)
        return found

    return Work(
        timed={"dfg": lambda: dfg.discover_dfg(item), "variants": variants},
        counts=lambda found: [(*pair, n) for pair, n in found["dfg"]["directly_follows_relations"]],
        variants=lambda found: [(tuple(one["activities"]), one["count"]) for one in found["variants"]],
        repeats=REPEATS,
    )
