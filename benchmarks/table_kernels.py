"""The same counting in general tools, which know no process mining: pandas and DuckDB.

The input is one table in memory, sorted by case and time; only the questions are timed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kernels import REPEATS, SERVICE, shared
from work import Work


def kernels_pandas(folder: Path) -> Work:
    """pandas on a sorted frame with categories: shift within the frame, then group."""
    import pandas as pd

    log = pd.read_parquet(folder / "log.parquet")
    log["service"] = log["activity"].map(SERVICE)
    log = log.astype({"case": "category", "activity": "category", "service": "category"})

    def after(column: str) -> Any:
        """Each row's ``column`` and the next one's, within cases."""
        inside = log["case"].cat.codes.eq(log["case"].cat.codes.shift(-1))
        return pd.DataFrame({"source": log[column], "target": log[column].shift(-1)})[inside]

    def waits() -> Any:
        pairs = after("activity")
        pairs["wait"] = log["time"].shift(-1) - log["time"]
        return pairs.groupby(["source", "target"], observed=True)["wait"].agg(["count", "sum"])

    def rework() -> Any:
        times = log.groupby(["case", "activity"], observed=True).size()
        return times[times > 1].groupby("activity", observed=True).size()

    def rows(found: Any) -> Any:
        return ((*pair, int(n)) for pair, n in found.items())

    return Work(
        timed={
            "dfg": waits,
            "variants": lambda: log.groupby("case", observed=True)["activity"].agg(tuple).value_counts(),
            "handover": lambda: after("service").groupby(["source", "target"], observed=True).size(),
            "rework": rework,
        },
        flows=lambda found: [
            (*pair, int(n), round(wait.total_seconds())) for pair, n, wait in found["dfg"].itertuples()
        ],
        variants=lambda found: [(steps, int(n)) for steps, n in found["variants"].items()],
        also={
            "handover": lambda found: shared(rows(found["handover"])),
            "rework": lambda found: sorted((name, int(n)) for name, n in found["rework"].items()),
        },
        repeats=REPEATS,
    )


def kernels_duckdb(folder: Path) -> Work:
    """DuckDB on a sorted table in memory; the activity and the service are enumerations."""
    import duckdb

    base = duckdb.connect()
    for name, values in (("act", SERVICE), ("office", dict.fromkeys(SERVICE.values()))):
        base.execute(f"create type {name} as enum ({', '.join(repr(one) for one in values)})")
    cases = " ".join(f"when '{activity}' then '{service}'" for activity, service in SERVICE.items())
    base.execute(
        'create table events as select "case" as who, activity::act as activity, "time" as since, '  # noqa: S608
        f"(case activity {cases} end)::office as service from '{folder / 'log.parquet'}' order by all"
    )
    flows = """
        select activity, target, count(*), sum(epoch_us(until) - epoch_us(since)) // 1000000 from (
            select activity, since, lead(activity) over steps as target, lead(since) over steps as until
            from events window steps as (partition by who order by since)
        ) where target is not null group by all"""
    questions = {
        "dfg": flows,
        "variants": "select steps, count(*) from (select list(activity order by since) as steps from events "
        "group by who) group by steps",
        "handover": "select service, target, count(*) from (select service, lead(service) over steps "
        "as target from events window steps as (partition by who order by since)) "
        "where target is not null group by all",
        "rework": "select activity, count(*) from (select activity from events group by who, activity "
        "having count(*) > 1) group by activity",
    }
    return Work(
        timed={name: (lambda sql=sql: base.sql(sql).fetchall()) for name, sql in questions.items()},
        flows=lambda found: [(a, b, n, int(wait)) for a, b, n, wait in found["dfg"]],
        variants=lambda found: [(tuple(steps), n) for steps, n in found["variants"]],
        also={
            "handover": lambda found: shared(found["handover"]),
            "rework": lambda found: sorted(found["rework"]),
        },
        repeats=REPEATS,
    )
