"""How fast is cjmine beside pandas with pm4py, DuckDB and the bare reading of the same columns?

Makes N events in five silos (``silos.py``), runs every candidate alone in its own process, in turn,
``--rounds`` times, and checks that all answers are equal before it prints a figure. A ratio is the other
tool's time divided by ours in the same round, median over rounds: above 1 we are faster. Seconds
depend on the machine and on what else runs there; look at the ratios.

``python benchmarks/frames.py --events 1000000``; ``--json`` for machines.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
JOINS = {
    "cjmine_frames": "cjmine: linking and kernels on lean frames",
    "cjmine_run": "cjmine: as `cjmine run`, every check and column, store on disk",
    "pandas_pm4py": "pandas and pm4py",
    "duckdb_sql": "DuckDB SQL",
    "scan": "polars: read and sort only, answers nothing",
}
KERNELS = {
    "kernels_coded": "cjmine: coded columns",
    "kernels_text": "cjmine: event rows with text",
    "kernels_pm4py": "pm4py: formatted frame",
}
RATIOS = {
    "join_vs_pandas": (("pandas_pm4py", "join"), ("cjmine_frames", "join")),
    "join_vs_duckdb": (("duckdb_sql", "join"), ("cjmine_frames", "join")),
    "join_vs_scan": (("scan", "join"), ("cjmine_frames", "join")),
    "run_vs_pandas": (("pandas_pm4py", "join"), ("cjmine_run", "join")),
    "run_vs_duckdb": (("duckdb_sql", "join"), ("cjmine_run", "join")),
    "dfg_vs_pm4py": (("kernels_pm4py", "dfg"), ("kernels_coded", "dfg")),
    "waits_vs_pm4py": (("kernels_pm4py", "waits"), ("kernels_coded", "dfg")),
    "variants_vs_pm4py": (("kernels_pm4py", "variants"), ("kernels_coded", "variants")),
    "dfg_text_vs_pm4py": (("kernels_pm4py", "dfg"), ("kernels_text", "dfg")),
    "variants_text_vs_pm4py": (("kernels_pm4py", "variants"), ("kernels_text", "variants")),
}
"""Name: whose time is divided by whose."""
TOOLS = ("polars", "pandas", "pm4py", "duckdb", "numpy", "pyarrow")

Round = Mapping[str, Mapping[str, Any]]


def run(script: str, *given: str) -> str:
    """Run one of our scripts in a process of its own, and return what it printed."""
    # what a child starts from counts as its peak memory: this process imports nothing large
    done = subprocess.run(
        [sys.executable, str(HERE / script), *given], capture_output=True, text=True, check=False
    )
    if done.returncode:
        told = (done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"])[-1]
        return json.dumps({"missing": f"failed: {told}"})
    return done.stdout


def rounds(folder: Path, names: Sequence[str], count: int, *, quiet: bool) -> list[dict[str, Any]]:
    """Run every candidate once a round; one that is missing or fails is not tried again."""
    found: list[dict[str, Any]] = []
    absent: dict[str, Any] = {}
    for number in range(count):
        this: dict[str, Any] = dict(absent)
        for name in names:
            if name in absent:
                continue
            if not quiet:
                print(f"round {number + 1} of {count}: {name}", file=sys.stderr)
            this[name] = json.loads(run("candidate.py", name, str(folder)).splitlines()[-1])
            if "missing" in this[name]:
                absent[name] = this[name]
        found.append(this)
    return found


def assert_equal(found: Sequence[Round]) -> None:
    """Stop unless every candidate that answers gave the same answer in every round."""
    answers = [
        (name, one["answer"])
        for this in found
        for name, one in this.items()
        if "missing" not in one and one["answer"]
    ]
    for name, said in answers:
        first, expected = answers[0]
        assert said == expected, f"{name} and {first} do not agree"


def result(events: int, found: Sequence[Round]) -> dict[str, Any]:
    """Return medians, ratios and what was missing, as ``--json`` prints them."""
    seconds: dict[str, float] = {}
    memory: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    there = [name for name in found[0] if "missing" not in found[0][name]]
    for name in there:
        ran = [this[name] for this in found if "missing" not in this[name]]
        for piece in ran[0]["seconds"]:
            label = name if piece == "join" else f"{name}.{piece}"
            seconds[label] = round(median(one["seconds"][piece] for one in ran), 4)
        memory[name] = round(median(one["memory_mb"] for one in ran))
        if ran[0]["parts"]:
            parts[name] = {
                part: round(median(one["parts"][part] for one in ran), 4) for part in ran[0]["parts"]
            }
    return {
        "events": events,
        "machine": machine(),
        "rounds": len(found),
        "seconds": seconds,
        "parts": parts,
        "memory_mb": memory,
        "ratios": {
            name: round(median(values), 2) for name in RATIOS if (values := _ratio(found, *RATIOS[name]))
        },
        "missing": {name: one["missing"] for name, one in found[-1].items() if "missing" in one},
    }


def _ratio(found: Sequence[Round], theirs: tuple[str, str], ours: tuple[str, str]) -> list[float]:
    """Return their time divided by ours, round by round."""
    pairs = [
        (this[theirs[0]]["seconds"][theirs[1]], this[ours[0]]["seconds"][ours[1]])
        for this in found
        if all(name in this and "missing" not in this[name] for name in (theirs[0], ours[0]))
    ]
    return [other / own for other, own in pairs]


def machine() -> dict[str, Any]:
    """Describe the machine and the tools, without its name."""
    processor, memory = platform.processor() or platform.machine(), 0
    cpu, mem = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpu.exists() and mem.exists():
        lines = cpu.read_text("utf-8").splitlines()
        processor = next((line.split(": ")[1] for line in lines if line.startswith("model name")), processor)
        memory = round(int(mem.read_text("utf-8").split()[1]) / 1024**2)
    tools = {}
    for tool in TOOLS:
        try:
            tools[tool] = version(tool)
        except PackageNotFoundError:
            tools[tool] = "not installed"
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": processor,
        "memory_gb": memory,
        "system": platform.system(),
        "python": platform.python_version(),
        **tools,
    }


def table(told: Mapping[str, Any]) -> str:
    """Return the result as Markdown."""
    about = ", ".join(f"{name} {value}" for name, value in told["machine"].items())
    lines = [
        f"{told['events']:,} events, {told['rounds']} rounds, medians; {about}\n",
        "| from five CSV files | s | peak MB | parts |\n|---|---|---|---|",
    ]
    for name, words in JOINS.items():
        if name in told["seconds"]:
            parts = ", ".join(f"{part} {value:.2f}" for part, value in told["parts"].get(name, {}).items())
            lines.append(f"| {words} | {told['seconds'][name]:.2f} | {told['memory_mb'][name]} | {parts} |")
    lines.append("\n| kernels, sorted data in memory | directly-follows ms | with waits ms | variants ms |")
    lines.append("|---|---|---|---|")
    for name, words in KERNELS.items():
        if name in told["memory_mb"]:
            cells = [told["seconds"].get(f"{name}.{piece}") for piece in ("dfg", "waits", "variants")]
            shown = " | ".join("" if cell is None else f"{cell * 1000:.1f}" for cell in cells)
            lines.append(f"| {words} | {shown} |")
    lines.append("\n| ratio | |\n|---|---|")
    lines += [f"| {name} | {value} |" for name, value in told["ratios"].items()]
    lines += [f"\nMissing: {name}: {why}" for name, why in told["missing"].items()]
    return "\n".join(lines)


def main() -> int:
    """Make the silos, run the candidates, print the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--folder", type=Path, help="keep the exports here, and use them again")
    parser.add_argument("--only", nargs="+", choices=[*JOINS, *KERNELS], default=[*JOINS, *KERNELS])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        made = folder / "silos.json"
        if not made.exists() or json.loads(made.read_text("utf-8"))["events"] != given.events:
            failed = run("silos.py", str(folder), "--events", str(given.events))
            assert made.exists(), failed
        found = rounds(folder, given.only, given.rounds, quiet=given.json)
    assert_equal(found)
    told = result(given.events, found)
    print(json.dumps(told, indent=1) if given.json else table(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
