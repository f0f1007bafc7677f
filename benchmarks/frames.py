"""How fast is cjmine beside pandas with pm4py, DuckDB and the bare reading of the same columns?

Makes N events in five silos (``silos.py``), runs every candidate alone in its own process, in turn,
``--rounds`` times, and checks that all answers are equal before it prints a figure. A ratio is the other
tool's time divided by ours in the same round, median over rounds: above 1 we are faster. Seconds
depend on the machine and on what else runs there; look at the ratios.

``python benchmarks/frames.py --events 1000000``; ``--json`` for machines; ``--only`` names candidates or
whole groups (``roster.py``).
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

from roster import CANDIDATES, DEFAULT, GROUPS, RATIOS, WHOLES, group_of

HERE = Path(__file__).parent
TOOLS = ("polars", "pandas", "pm4py", "r4pm", "duckdb", "numpy", "pyarrow")

MOST_XES = 1_000_000
"""A larger log is not written as XES: 130 bytes an event."""

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
    first: dict[str, tuple[str, Any]] = {}
    for this in found:
        for name, one in this.items():
            for kind, said in one.get("answer", {}).items():
                # alignments, reading and counting answer different questions, so each group has its own first
                other, expected = first.setdefault(f"{group_of(name)} {kind}", (name, said))
                assert said == expected, f"{name} and {other} do not agree on {kind}"


def result(events: int, found: Sequence[Round]) -> dict[str, Any]:
    """Return medians, ratios and what was missing, as ``--json`` prints them."""
    seconds: dict[str, float] = {}
    memory: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    there = [name for name in found[0] if "missing" not in found[0][name]]
    for name in there:
        ran = [this[name] for this in found if "missing" not in this[name]]
        for piece in ran[0]["seconds"]:
            label = name if piece in WHOLES else f"{name}.{piece}"
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
        if all(piece in this.get(name, {}).get("seconds", {}) for name, piece in (theirs, ours))
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
    lines = [f"{told['events']:,} events, {told['rounds']} rounds, medians; {about}"]
    for group in GROUPS.values():
        there = [name for name in group.candidates if name in told["memory_mb"]]
        if not there:
            continue
        lines.append(f"\n| {group.title} | {' | '.join(f'{piece} s' for piece in group.pieces)} | peak MB |")
        lines.append("|---" * (len(group.pieces) + 2) + "|")
        for name in there:
            labels = [name if piece in WHOLES else f"{name}.{piece}" for piece in group.pieces]
            cells = [told["seconds"].get(label) for label in labels]
            shown = " | ".join("" if cell is None else f"{cell:.4g}" for cell in cells)
            lines.append(f"| {group.candidates[name]} | {shown} | {told['memory_mb'][name]} |")
        for name in there:
            if parts := told["parts"].get(name):
                said = ", ".join(f"{part} {value:.2f}" for part, value in parts.items())
                lines.append(f"\n{group.candidates[name]}, seconds of each part: {said}.")
    lines.append("\n| ratio | |\n|---|---|")
    lines += [f"| {name} | {value} |" for name, value in told["ratios"].items()]
    lines += [f"\nMissing: {name}: {why}" for name, why in told["missing"].items()]
    return "\n".join(lines)


def measured(folder: Path, events: int, names: Sequence[str], count: int, *, quiet: bool) -> dict[str, Any]:
    """Make the silos unless they are there, run the candidates, check that they agree; return the result."""
    made = folder / "silos.json"
    xes = any(name.startswith("xes") for name in names) and events <= MOST_XES
    there = made.exists() and json.loads(made.read_text("utf-8"))["events"] == events
    if not there or (xes and not (folder / "log.xes").exists()):
        failed = run("silos.py", str(folder), "--events", str(events), *(["--xes"] if xes else []))
        assert made.exists(), failed
    found = rounds(folder, names, count, quiet=quiet)
    assert_equal(found)
    return result(events, found)


def main() -> int:
    """Make the silos, run the candidates, print the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--folder", type=Path, help="keep the exports here, and use them again")
    parser.add_argument("--only", nargs="+", choices=[*CANDIDATES, *GROUPS], default=[*DEFAULT])
    given = parser.parse_args()
    names = [name for one in given.only for name in (GROUPS[one].candidates if one in GROUPS else [one])]
    with tempfile.TemporaryDirectory() as scratch:
        told = measured(given.folder or Path(scratch), given.events, names, given.rounds, quiet=given.json)
    print(json.dumps(told, indent=1) if given.json else table(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
