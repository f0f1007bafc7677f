"""Who is compared with whom, and on what: groups of candidates, and whose time is divided by whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WHOLES = ("join", "read", "whole", "align")
"""Pieces of work that are all their candidate does: their seconds go by the candidate's name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One question, who answers it, and in which pieces it is timed."""

    title: str
    candidates: Mapping[str, str]
    pieces: tuple[str, ...]
    absent: str
    """Which of the peers cannot do it, and why."""


GROUPS = {
    "csv": Group(
        title="read five CSV files",
        candidates={
            "csv_cjmine": "cjmine: every check, ids of rows, quarantine",
            "csv_pandas": "pandas, pyarrow engine",
            "csv_duckdb": "DuckDB",
            "csv_polars": "polars: bare scan, the physical limit",
        },
        pieces=("read",),
        absent="CSV is read by pandas for pm4py; r4pm reads none.",
    ),
    "xes": Group(
        title="read XES",
        candidates={
            "xes_cjmine": "cjmine: a real parser, every check",
            "xes_pm4py": "pm4py: iterparse",
            "xes_pm4py_lines": "pm4py: by regular expressions",
            "xes_r4pm": "r4pm",
        },
        pieces=("read",),
        absent="XES is not read by pandas, DuckDB or polars.",
    ),
    "joins": Group(
        title="five CSV files, joined, sorted, counted",
        candidates={
            "cjmine_frames": "cjmine: linking and kernels on lean frames",
            "cjmine_run": "cjmine: as `cjmine run`, every check and column, store on disk",
            "pandas_pm4py": "pandas and pm4py",
            "duckdb_sql": "DuckDB SQL",
            "scan": "polars: read and sort only, answers nothing: the physical limit",
        },
        pieces=("join",),
        absent="Not compared: r4pm, which neither reads CSV nor joins.",
    ),
    "kernels": Group(
        title="kernels on sorted data in memory",
        candidates={
            "kernels_coded": "cjmine: coded columns (dfg with waits and their distribution)",
            "kernels_text": "cjmine: event rows with text, tallies with text (dfg with waits)",
            "kernels_pm4py": "pm4py: formatted frame (waits: its performance graph)",
            "kernels_r4pm": "r4pm: its own log (dfg without waits)",
            "kernels_pandas": "pandas: categories (dfg with waits)",
            "kernels_duckdb": "DuckDB: enumerations (dfg with waits)",
        },
        pieces=("dfg", "waits", "variants", "handover", "rework"),
        absent="Not there: waits, handovers and rework in r4pm.",
    ),
    "alignments": Group(
        title="optimal alignments of the 1,000 most frequent variants",
        candidates={"align_cjmine": "cjmine", "align_pm4py": "pm4py", "align_r4pm": "r4pm"},
        pieces=("align",),
        absent="Not there: alignments in pandas and DuckDB.",
    ),
    "whole": Group(
        title="whole run with all detectors, report and tables",
        candidates={"whole_cjmine": "cjmine run detect.yaml"},
        pieces=("whole",),
        absent="Not compared: no other tool here does this.",
    ),
}
CANDIDATES = {name: words for group in GROUPS.values() for name, words in group.candidates.items()}
DEFAULT = [name for group in ("joins", "kernels") for name in GROUPS[group].candidates]
"""What ``frames.py`` runs unless told otherwise; ``performance.py`` runs all."""

_JOINS = {"pandas": "pandas_pm4py", "duckdb": "duckdb_sql", "scan": "scan"}
_KERNELS = ("pm4py", "r4pm", "pandas", "duckdb")
RATIOS = {
    **{
        f"csv_vs_{tool}": ((f"csv_{tool}", "read"), ("csv_cjmine", "read"))
        for tool in ("pandas", "duckdb", "polars")
    },
    **{
        f"xes_vs_{tool}": ((f"xes_{tool}", "read"), ("xes_cjmine", "read"))
        for tool in ("pm4py", "pm4py_lines", "r4pm")
    },
    **{f"join_vs_{tool}": ((name, "join"), ("cjmine_frames", "join")) for tool, name in _JOINS.items()},
    **{f"run_vs_{tool}": ((name, "join"), ("cjmine_run", "join")) for tool, name in _JOINS.items()},
    "waits_vs_pm4py": (("kernels_pm4py", "waits"), ("kernels_coded", "dfg")),
    **{
        f"{piece}_vs_{tool}": ((f"kernels_{tool}", piece), ("kernels_coded", piece))
        for piece in ("dfg", "variants", "handover", "rework")
        for tool in _KERNELS
    },
    **{
        f"{piece}_text_vs_pm4py": (("kernels_pm4py", piece), ("kernels_text", piece))
        for piece in ("dfg", "variants", "handover", "rework")
    },
    **{
        f"align_vs_{tool}": ((f"align_{tool}", "align"), ("align_cjmine", "align"))
        for tool in ("pm4py", "r4pm")
    },
}
"""Name: whose time is divided by whose."""


def group_of(name: str) -> str:
    """Return the question a candidate answers; counting from files and in memory is one question."""
    group = next(key for key, one in GROUPS.items() if name in one.candidates)
    return "joins" if group == "kernels" else group
