"""How long does a model of very many variants take, beside pm4py's inductive miner?

``python benchmarks/miners.py`` (``--json`` for machines) mines the same counted variants with both,
without noise (IM) and with a noise threshold of 0.2 (IMf), each in a process of its own; only mining
is timed. Two made-up logs: ``silos`` (``silos.py``) and ``steps`` (``peers.py``). pm4py may take
``--limit`` seconds: where that is not enough, its time is the limit and the ratio a lower bound. Where
both finish, their trees must be equal. ``quality`` is what it takes to say how good our models are:
their minimal automaton, an alignment of every variant, fitness and precision.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from frames import machine

NOISES = {"inductive": 0.0, "imf": 0.2}
TOOLS = ("cjmine", "pm4py")
REPEATS = {"cjmine": 5, "pm4py": 1, "quality": 1}
Variants = Mapping[tuple[str, ...], int]


def silos(events: int) -> Variants:
    """Return the counted variants of so many events of customers in five silos, taken together."""
    import numpy as np
    import polars as pl
    from silos import ACTIVITIES, BATCH, batch

    counted: Counter[tuple[str, ...]] = Counter()
    number = 0
    while events > 0:
        rows = batch(np.random.default_rng([7, number]), number * BATCH, events)
        names = pl.Series("activity", ACTIVITIES).gather(rows["activity"])
        counted.update(walks(rows.select("customer", names), "customer", "activity"))
        events -= rows.height
        number += 1
    return counted


def steps(events: int) -> Variants:
    """Return the counted variants of a log of about eight steps a case, each step one of three."""
    from peers import made_up

    return Counter(walks(made_up(events // 8), "case:concept:name", "concept:name"))


def walks(rows: Any, case: str, activity: str) -> Iterable[tuple[str, ...]]:
    """Return each case's activities in order."""
    return map(tuple, rows.group_by(case, maintain_order=True).agg(activity)[activity].to_list())


LOGS = {"silos": silos, "steps": steps}


def cjmine(variants: Variants, noise: float) -> Callable[[], Any]:
    """Return our miner, ready to start."""
    from cjmine.discovery.miner import mine

    return lambda: {"tree": said(mine(variants, noise=noise, max_variants=len(variants)).tree)}


def quality(variants: Variants, noise: float) -> Callable[[], Any]:
    """Return our measures of our model, ready to start: automaton, alignments, fitness, precision."""
    from cjmine.conformance.alignment import align
    from cjmine.conformance.precision import precision
    from cjmine.discovery.miner import mine
    from cjmine.intended.minimal import automaton_of_tree

    tree = mine(variants, noise=noise, max_variants=len(variants)).tree
    counts = list(variants.values())

    def measured() -> dict[str, Any]:
        automaton = automaton_of_tree(tree)
        found = align(list(variants), automaton)
        fitness = sum(one.fitness * count for one, count in zip(found, counts, strict=True)) / sum(counts)
        told = {"fitness": fitness, "precision": precision(found, counts, automaton)}
        return {name: round(value, 4) for name, value in told.items()} | {"states": automaton.n_states}

    return measured


def pm4py(variants: Variants, noise: float) -> Callable[[], Any]:
    """Return pm4py's IM or IMf on counted variants, ready to start."""
    vars(sys)["_pm4py_welcome_shown"] = True
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.im import IMUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
    from pm4py.objects.process_tree.utils.generic import fold

    settings = {"noise_threshold": noise} if noise else {}
    miner = (IMFUVCL if noise else IMUVCL)(settings)
    counted = Counter(variants)
    return lambda: {"tree": said(fold(miner.apply(IMDataStructureUVCL(counted), settings)))}


def said(tree: Any) -> str:
    """Return a tree of either tool as text."""
    if not tree.children:
        return tree.label or "-"
    name = tree.operator.name.replace("XOR", "CHOICE")
    return f"{name}({', '.join(said(child) for child in tree.children)})"


def child(what: str, log: str, miner: str, events: int) -> None:
    """Do one piece of work in this process; print seconds, memory and what was found as JSON."""
    warnings.simplefilter("ignore")
    variants = LOGS[log](events)
    work = {"cjmine": cjmine, "quality": quality, "pm4py": pm4py}[what](variants, NOISES[miner])
    taken = []
    for _ in range(REPEATS[what]):
        start = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    about = {"variants": len(variants), "cases": sum(variants.values())}
    print(json.dumps({"seconds": median(taken), "memory_mb": round(memory), **about, **found}))


def run(what: str, log: str, miner: str, events: int, limit: float) -> dict[str, Any]:
    """Do one piece of work in a process of its own; ``finished`` is false where the time was not enough."""
    print(f"{log}, {events:,} events: {what} {miner}", file=sys.stderr)
    here = str(Path(__file__).resolve())
    command = [sys.executable, here, "--child", what, log, miner, "--events", str(events)]
    making = 30 + events / 50_000  # reading libraries and making the log, held against nobody
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit + making)
    except subprocess.TimeoutExpired:
        return {"seconds": limit, "finished": False}
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found, "finished": found["seconds"] <= limit}


def compared(log: str, events: int, limit: float) -> dict[str, Any]:
    """Return seconds, memory, ratios and quality for one log."""
    told: dict[str, Any] = {"log": log, "events": events, "ratios": {}, "lower_bounds": []}
    for miner in NOISES:
        ours, theirs = (run(tool, log, miner, events, limit) for tool in TOOLS)
        assert theirs.get("tree", ours["tree"]) == ours["tree"], f"{log}, {miner}: the trees differ"
        told |= {"variants": ours["variants"], "cases": ours["cases"]}
        told[f"{miner}_seconds"] = {"cjmine": round(ours["seconds"], 3), "pm4py": round(theirs["seconds"], 3)}
        told[f"{miner}_memory_mb"] = ours["memory_mb"]
        told["ratios"][f"{miner}_vs_pm4py"] = round(theirs["seconds"] / ours["seconds"], 1)
        if not theirs["finished"]:
            told["lower_bounds"].append(f"{miner}_vs_pm4py")
        judged = run("quality", log, miner, events, limit)
        told[f"{miner}_quality"] = {k: judged.get(k) for k in ("seconds", "states", "fitness", "precision")}
    return told


def table(found: Sequence[Mapping[str, Any]], limit: float) -> str:
    """Return the results as Markdown."""
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    head = "| log | noise | cjmine s | MB | pm4py s | ratio | quality s | states | fitness | precision |"
    lines = [f"{about}\n", head, "|---" * 10 + "|"]
    for one in found:
        size = f"{one['log']}: {one['events']:,} events, {one['variants']:,} variants"
        for miner, noise in NOISES.items():
            seconds, ratio = one[f"{miner}_seconds"], one["ratios"][f"{miner}_vs_pm4py"]
            least = f"{miner}_vs_pm4py" in one["lower_bounds"]
            theirs = f"not in {limit:.0f}" if least else f"{seconds['pm4py']:.2f}"
            judged = one[f"{miner}_quality"]
            lines.append(
                f"| {size} | {noise} | {seconds['cjmine']:.2f} | {one[f'{miner}_memory_mb']} | {theirs} | "
                f"{'over ' if least else ''}{ratio} | {judged['seconds']:.1f} | {judged['states']} | "
                f"{judged['fitness']} | {judged['precision']} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table, or with ``--json`` all logs and the smallest ratios at the largest size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[20_000, 1_000_000])
    parser.add_argument("--limit", type=float, default=120, help="seconds pm4py may take (120)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--log", nargs="+", choices=list(LOGS), default=list(LOGS))
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(*given.child, given.events[0])
        return
    found = [compared(log, events, given.limit) for events in sorted(given.events) for log in given.log]
    largest = [one["ratios"] for one in found if one["events"] == max(given.events)]
    ratios = {name: min(one[name] for one in largest) for name in largest[0]}
    told = {"machine": machine(), "limit_s": given.limit, "logs": found, "ratios": ratios}
    print(json.dumps(told, indent=1) if given.json else table(found, given.limit))


if __name__ == "__main__":
    main()
