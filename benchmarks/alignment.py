"""How fast are optimal alignments of all distinct variants, beside r4pm and pm4py?

``python benchmarks/alignment.py`` (``--json`` for machines). Two logs: ``northmoor`` (the sample council's
moving-home journeys as a run sees them, against the plan; ``--size`` tiny, small or full) and ``made_up``
(``--variants`` distinct variants, seeded, with errors, against a 25-step model with parallel branches and
loops: ``planned.py``). Each tool is a process of its own in every round; imports are not timed, nor is
bringing the log into the tool's own form: labels as numbers for ``cjmine``, as for r4pm its projection.
Timed is: read the model's PNML, build all that the tool makes of it, align every variant with unit costs,
recover the moves. ``cjmine`` gives columns, as ``cjmine run`` works with them; ``values`` is our library
function from tuples of text to ``Alignment`` values, all of it timed. pm4py aligns ``--few`` variants,
evenly chosen, and its time is scaled up. All costs must be equal. ``memory_mb`` is the process's peak,
``grown_mb`` how much of it the timed piece added.

``curves``: our seconds over distinct variants, and over the states of parallel steps; ``wide``: over those of
models too large for an automaton, whose costs are worked out block by block, without moves, with the number
of variants whose cost is exact.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve()
TOOLS = ("cjmine", "values", "r4pm", "pm4py")
STATES = (4, 6, 8, 10, 12, 14)
"""So many parallel steps have 2 to the power of it states."""
WIDE = (14, 16, 20, 24)
Variant = tuple[str, ...]
Piece = tuple[Callable[[], Any], Callable[[Any], list[int]]]
"""What is timed, and how to read the costs out of what it returns."""


def values(path: Path, variants: Sequence[Variant]) -> Piece:
    """All variants at once, every alignment a value."""
    from cjmine.conformance.alignment import align
    from cjmine.intended.automaton import automaton_of
    from cjmine.intended.pnml import read_pnml

    return lambda: align(variants, automaton_of(read_pnml(path).net)), lambda found: [a.cost for a in found]


def cjmine(path: Path, variants: Sequence[Variant]) -> Piece:
    """All variants at once, the moves of all in columns."""
    from cjmine.conformance.alignment import align_walks, walks_of
    from cjmine.conformance.onward import onward_of
    from cjmine.intended.automaton import automaton_of
    from cjmine.intended.pnml import read_pnml

    walks = walks_of(variants)
    return (
        lambda: align_walks(walks, onward_of(automaton_of(read_pnml(path).net))),
        lambda found: found.costs.tolist(),
    )


def r4pm(path: Path, variants: Sequence[Variant]) -> Piece:
    """r4pm's A* in Rust on all cores."""
    import polars as pl
    import r4pm
    from r4pm.bindings.conformance.case_centric import alignments

    rows = [(str(i), step, n) for i, steps in enumerate(variants) for n, step in enumerate(steps)]
    frame = pl.DataFrame(rows, schema=["case:concept:name", "concept:name", "n"], orient="row")
    at = pl.datetime(2026, 1, 1, time_zone="UTC") + pl.duration(minutes="n")
    item = r4pm.import_item_from_df("EventLog", frame.with_columns(at.alias("time:timestamp")).drop("n"))
    log = r4pm.convert_item(item, "EventLogActivityProjection")
    costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}

    def told(found: Any) -> list[int]:
        known = {tuple(one["activities"]): int(one["result"]["Ok"]["cost"]) for one in found}
        return [known[steps] for steps in variants]

    def work() -> Any:
        return alignments.align_variants(r4pm.petri_net.import_pnml(str(path)), log, {"cost_fn": costs})

    return work, told


def pm4py(path: Path, variants: Sequence[Variant]) -> Piece:
    """pm4py's A* with the marking equation, as it comes."""
    vars(sys)["_pm4py_welcome_shown"] = True
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, EventLog, Trace

    log = EventLog([Trace([Event({"concept:name": step}) for step in steps]) for steps in variants])
    return (
        lambda: algorithm.apply(log, *pm4py.read_pnml(str(path)), parameters={"show_progress_bar": False}),
        lambda found: [one["cost"] // 10_000 for one in found],
    )


def blocks(path: Path, variants: Sequence[Variant]) -> Piece:
    """The bounds of all variants' costs, without an automaton; -1 where they do not meet."""
    from cjmine.conformance.alignment import walks_of
    from cjmine.conformance.bounds import bounds_of
    from cjmine.intended.machine import blocks_of
    from cjmine.intended.pnml import read_pnml

    walks = walks_of(variants)

    def work() -> Any:
        tree = blocks_of(read_pnml(path))
        assert tree is not None
        return bounds_of(walks, tree)

    return work, lambda found: [
        low if exact else -1 for low, exact in zip(found.low.tolist(), found.exact.tolist(), strict=True)
    ]


WAYS = {"cjmine": cjmine, "values": values, "r4pm": r4pm, "pm4py": pm4py, "blocks": blocks}


def child(tool: str, folder: Path, most: int) -> None:
    """Align in this process; print seconds, memory and costs as JSON."""
    warnings.simplefilter("ignore")
    variants = [tuple(steps) for steps in json.loads((folder / "variants.json").read_text())]
    variants = variants[:: max(1, len(variants) // most)][:most] if most else variants
    work, costs = WAYS[tool](folder / "model.pnml", variants)
    before = memory()
    start = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - start
    peak = memory()
    told = {"seconds": seconds, "memory_mb": round(peak), "grown_mb": round(peak - before)}
    print(json.dumps({**told, "variants": len(variants), "costs": costs(found)}))


def memory() -> float:
    """Return this process's peak memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(*given: object) -> str:
    """Run one of our scripts in a process of its own, which starts small, and return what it printed."""
    command = [sys.executable, *map(str, given)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def measured(tool: str, folder: Path, most: int = 0) -> dict[str, Any]:
    """Return what one tool needed in a process of its own."""
    print(f"{folder.name}: {tool}", file=sys.stderr)
    found: dict[str, Any] = json.loads(apart(HERE, "--child", tool, folder, "--few", most).splitlines()[-1])
    return found


def compared(folder: Path, rounds: int, few: int) -> dict[str, Any]:
    """Return seconds, memory and speed ratios of one log; our seconds are whole processes' medians."""
    runs: dict[str, list[dict[str, Any]]] = {tool: [] for tool in TOOLS}
    for number in range(rounds):
        for tool in TOOLS:
            if tool != "pm4py" or number == 0:
                runs[tool].append(measured(tool, folder, few if tool == "pm4py" else 0))
    costs = runs["cjmine"][0]["costs"]
    size = len(costs)
    for tool in ("values", "r4pm"):
        assert all(run["costs"] == costs for run in runs[tool]), f"{folder.name}: costs of {tool} differ"
    some = runs["pm4py"][0]
    chosen = costs[:: max(1, size // few)][:few]
    assert some["costs"] == chosen, f"{folder.name}: costs of pm4py differ"
    seconds = {tool: median(run["seconds"] for run in runs[tool]) for tool in TOOLS}
    seconds["pm4py"] *= size / some["variants"]
    return {
        "log": folder.name,
        "variants": size,
        "events": json.loads((folder / "about.json").read_text())["events"],
        "mean_cost": round(sum(costs) / size, 2),
        "seconds": {tool: round(value, 4) for tool, value in seconds.items()},
        "memory_mb": {tool: max(run["memory_mb"] for run in runs[tool]) for tool in TOOLS},
        "grown_mb": {tool: max(run["grown_mb"] for run in runs[tool]) for tool in TOOLS},
        "vs_r4pm": round(seconds["r4pm"] / seconds["cjmine"], 1),
        "vs_pm4py": round(seconds["pm4py"] / seconds["cjmine"], 1),
        "values_vs_r4pm": round(seconds["r4pm"] / seconds["values"], 1),
        "values_vs_pm4py": round(seconds["pm4py"] / seconds["values"], 1),
        "pm4py_aligned": some["variants"],
    }


def curves(folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Return our seconds and memory over distinct variants, and over states."""
    keys = ("seconds", "memory_mb")
    over: dict[str, Any] = {"variants": [], "states": [], "wide": []}
    for size in sizes:
        run = measured("cjmine", made(folder / f"made_up_{size}", "made_up", size))
        over["variants"].append({"variants": size, **{key: run[key] for key in keys}})
    for width in STATES:
        run = measured("cjmine", made(folder / f"parallel_{width}", "parallel", width))
        about = {"states": 2**width, "variants": run["variants"]}
        over["states"].append({**about, **{key: run[key] for key in keys}})
    for width in WIDE:
        folder_of = made(folder / f"wide_{width}", "parallel", width)
        run = measured("blocks", folder_of)
        if width in STATES:
            assert run["costs"] == measured("cjmine", folder_of)["costs"], "costs by blocks differ"
        exact = sum(cost >= 0 for cost in run["costs"])
        about = {"wide": 2**width, "variants": run["variants"], "exact": exact}
        over["wide"].append({**about, **{key: run[key] for key in keys}})
    return over


def made(folder: Path, what: str, size: object) -> Path:
    """Write a log's variants and its model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    apart(HERE.with_name("planned.py"), what, size, folder)
    return folder


def table(found: Mapping[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = ["| log | variants | " + " | ".join(f"{tool} s (MB)" for tool in TOOLS) + " | ratios |"]
    lines.append("|---" * (len(TOOLS) + 3) + "|")
    for one in found["logs"]:
        cells = [f"{one['seconds'][tool]:.3f} ({one['memory_mb'][tool]})" for tool in TOOLS]
        ratios = f"r4pm {one['vs_r4pm']}, pm4py {one['vs_pm4py']}"
        lines.append(f"| {one['log']} | {one['variants']:,} | {' | '.join(cells)} | {ratios} |")
    for name, points in found["curves"].items():
        exact = name == "wide"
        lines += ["", f"| {name} | s | MB |{' exact |' * exact}", "|---" * (3 + exact) + "|"]
        lines += [
            f"| {p[name]:,} | {p['seconds']:.3f} | {p['memory_mb']} |"
            + (f" {p['exact']:,} of {p['variants']:,} |" if exact else "")
            for p in points
        ]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or with ``--json`` everything; the top ratios are the worse of the logs'."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--size", choices=["tiny", "small", "full"], default="full")
    parser.add_argument("--variants", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--few", type=int, default=300, help="variants that pm4py aligns (300)")
    parser.add_argument("--only", nargs="+", choices=["northmoor", "made_up", "curves"])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child[0], Path(given.child[1]), given.few)
        return
    asked = given.only or ["northmoor", "made_up", "curves"]
    sizes = {"northmoor": given.size, "made_up": given.variants}
    with tempfile.TemporaryDirectory() as name:
        logs = [made(Path(name) / log, log, sizes[log]) for log in sizes if log in asked]
        told: dict[str, Any] = {"logs": [compared(log, given.rounds, given.few) for log in logs]}
        steps = [given.variants // part for part in (8, 4, 2, 1)]
        told["curves"] = curves(Path(name), steps) if "curves" in asked else {}
    for key, least in (("variants", max), ("vs_r4pm", min), ("vs_pm4py", min)):
        told[key] = least((one[key] for one in told["logs"]), default=None)
    print(json.dumps(told, indent=1) if given.json else table(told))


if __name__ == "__main__":
    main()
