"""How long does a model of very many variants take, beside pm4py's inductive miner?

``python benchmarks/miners.py`` (``--json`` for machines) mines the same counted variants of
made-up events (``silos.py``) with both, without noise (IM) and with a noise threshold of 0.2
(IMf), each in a process of its own; only mining is timed. pm4py may take ``--limit`` seconds:
where that is not enough, its time is the limit and the ratio a lower bound. Where both finish, their
trees must be equal.
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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from frames import machine

NOISES = {"inductive": 0.0, "imf": 0.2}
REPEATS = {"cjmine": 5, "pm4py": 1}
Variants = Mapping[tuple[str, ...], int]


def made_up(events: int, seed: int = 7) -> Variants:
    """Return the counted variants of so many made-up events, customers as journeys."""
    import numpy as np
    import polars as pl
    from silos import ACTIVITIES, BATCH, batch

    counted: Counter[tuple[str, ...]] = Counter()
    number = 0
    while events > 0:
        rows = batch(np.random.default_rng([seed, number]), number * BATCH, events)
        names = pl.Series("activity", ACTIVITIES).gather(rows["activity"])
        walked = rows.select("customer", names).group_by("customer", maintain_order=True).agg("activity")
        counted.update(map(tuple, walked["activity"].to_list()))
        events -= rows.height
        number += 1
    return counted


def cjmine(variants: Variants, noise: float) -> Callable[[], Any]:
    """Return our miner, ready to start."""
    from cjmine.discovery.miner import mine

    return lambda: mine(variants, noise=noise, max_variants=len(variants)).tree


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
    return lambda: fold(miner.apply(IMDataStructureUVCL(counted), settings))


def said(tree: Any) -> str:
    """Return a tree of either tool as text."""
    if not tree.children:
        return tree.label or "-"
    words = {"XOR": "CHOICE"}
    name = tree.operator.name
    return f"{words.get(name, name)}({', '.join(said(child) for child in tree.children)})"


def child(tool: str, miner: str, events: int) -> None:
    """Mine in this process; print seconds, memory, the size of the log and the tree as JSON."""
    warnings.simplefilter("ignore")
    variants = made_up(events)
    work = {"cjmine": cjmine, "pm4py": pm4py}[tool](variants, NOISES[miner])
    taken = []
    for _ in range(REPEATS[tool]):
        start = time.perf_counter()
        tree = work()
        taken.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"seconds": median(taken), "memory_mb": round(memory), "variants": len(variants)}
    print(json.dumps({**told, "tree": said(tree)}))


def run(tool: str, miner: str, events: int, limit: float) -> dict[str, Any]:
    """Mine in a process of its own; ``finished`` is false where the time was not enough."""
    command = [sys.executable, str(Path(__file__).resolve()), "--child", tool, miner, "--events", str(events)]
    making = 30 + events / 100_000  # reading libraries and making the log, not held against anyone
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit + making)
    except subprocess.TimeoutExpired:
        return {"seconds": limit, "finished": False}
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found, "finished": found["seconds"] <= limit}


def compared(events: int, limit: float, *, quiet: bool) -> dict[str, Any]:
    """Return the seconds, memory and ratios at one size."""
    told: dict[str, Any] = {
        "events": events,
        "seconds": {},
        "memory_mb": {},
        "ratios": {},
        "lower_bounds": [],
    }
    for miner in NOISES:
        found = {}
        for tool in REPEATS:
            if not quiet:
                print(f"{events:,} events: {tool} {miner}", file=sys.stderr)
            found[tool] = run(tool, miner, events, limit)
            told["seconds"][f"{tool}_{miner}"] = round(found[tool]["seconds"], 3)
            told["memory_mb"][f"{tool}_{miner}"] = found[tool].get("memory_mb")
        ours, theirs = found["cjmine"], found["pm4py"]
        told["variants"] = ours["variants"]
        told["ratios"][f"{miner}_vs_pm4py"] = round(theirs["seconds"] / ours["seconds"], 1)
        if not theirs["finished"]:
            told["lower_bounds"].append(f"{miner}_vs_pm4py")
        assert theirs.get("tree", ours["tree"]) == ours["tree"], f"{miner} at {events:,} events: other trees"
    return told


def table(sizes: Sequence[Mapping[str, Any]], limit: float) -> str:
    """Return the results as Markdown."""
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    lines = [
        f"{about}\n",
        "| log | miner | cjmine s | pm4py s | ratio | cjmine MB |\n|---|---|---|---|---|---|",
    ]
    for one in sizes:
        for miner, noise in NOISES.items():
            least = f"{miner}_vs_pm4py" in one["lower_bounds"]
            ours, theirs = (one["seconds"][f"{tool}_{miner}"] for tool in REPEATS)
            lines.append(
                f"| {one['events']:,} events, {one['variants']:,} variants | noise {noise} | {ours:.2f} | "
                f"{f'not in {limit:.0f}' if least else f'{theirs:.1f}'} | "
                f"{'over ' if least else ''}{one['ratios'][f'{miner}_vs_pm4py']:,.0f} | "
                f"{one['memory_mb'][f'cjmine_{miner}']} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table, or with ``--json`` all sizes and the ratios of the largest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[20_000, 1_000_000])
    parser.add_argument("--limit", type=float, default=120, help="seconds pm4py may take (120)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(*given.child, given.events[0])
        return
    sizes = [compared(events, given.limit, quiet=given.json) for events in sorted(given.events)]
    told = {"machine": machine(), "limit_s": given.limit, "sizes": sizes, "ratios": sizes[-1]["ratios"]}
    print(json.dumps(told, indent=1) if given.json else table(sizes, given.limit))


if __name__ == "__main__":
    main()
