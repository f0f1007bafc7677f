"""cjmine beside pm4py on the same logs in one run: variants, directly-follows counts, alignments.

Prints seconds and ratios; the machine is noisy, so look at the ratios. Run with
``python benchmarks/peers.py``; real logs are found through CJMINE_DATA.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

REPEATS = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the best wall time of a few runs, and the last result."""
    best, result = float("inf"), None
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def show(what: str, ours: float, theirs: float) -> None:
    """Print one line of the table."""
    print(f"| {what} | {ours:.3f} | {theirs:.3f} | {theirs / ours:.1f} |")


def made_up(cases: int, seed: int = 7) -> pl.DataFrame:
    """Return a log of about eight events a case with many distinct variants, sorted."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(4, 13, cases)
    rows = int(lengths.sum())
    case = np.repeat(np.arange(cases), lengths)
    step = np.arange(rows) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    activity = np.minimum(step, 9) + rng.integers(0, 3, rows)
    return pl.DataFrame(
        {
            "case:concept:name": pl.Series(case).cast(pl.String),
            "concept:name": pl.Series(activity).cast(pl.String),
            "time:timestamp": pl.Series(1_700_000_000_000_000 + np.arange(rows) * 60_000_000).cast(
                pl.Datetime("us", "UTC")
            ),
        }
    )


def flows(folder: Path) -> None:
    """Compare discovery from a Parquet file to counts: reading included on both sides."""
    import pandas as pd
    import pm4py

    from cjmine.quick import discover

    log = made_up(120_000)
    path = folder / "log.parquet"
    log.write_parquet(path)

    def theirs() -> tuple[Any, Any]:
        frame = pm4py.format_dataframe(pd.read_parquet(path))
        return pm4py.discover_dfg(frame)[0], pm4py.get_variants(frame)

    ours, found = timed(lambda: discover(path))
    other, (dfg, variants) = timed(theirs)
    equal = {(r["source"], r["target"]): r["count"] for r in found.flows.iter_rows(named=True)} == dict(dfg)
    assert equal
    assert len(found.variants) == len(variants)
    show(f"read, variants, directly-follows: {log.height:,} events, {len(variants):,} variants", ours, other)


def alignments(data: Path) -> None:
    """Compare optimal alignments of all variants of the receipt log with two models."""
    import pandas as pd
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm

    from cjmine.conformance.alignment import align
    from cjmine.intended.automaton import automaton_of
    from cjmine.intended.pnml import read_pnml

    frame = pm4py.format_dataframe(pd.read_csv(data / "receipt.csv.gz"), timestamp_key="time:timestamp")
    variants = [tuple(steps) for steps in pm4py.get_variants(frame)]
    for name in ("receipt.pnml", "receipt_imf_prom.pnml"):
        net = pm4py.read_pnml(str(data / name))
        automaton = automaton_of(read_pnml(data / name).net)
        ours, found = timed(lambda automaton=automaton: align(variants, automaton))
        start = time.perf_counter()
        theirs = algorithm.apply(pm4py.format_dataframe(one_case_each(variants)), *net)
        other = time.perf_counter() - start
        assert Counter(a.cost for a in found) == Counter(a["cost"] // 10_000 for a in theirs)
        show(f"alignments: {name}, {len(variants)} variants, {automaton.n_states} states", ours, other)


def one_case_each(variants: list[tuple[str, ...]]) -> Any:
    """Return a pandas log with one case for each variant."""
    import pandas as pd

    rows = [(str(i), step, n) for i, steps in enumerate(variants) for n, step in enumerate(steps)]
    frame = pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "n"])
    frame["time:timestamp"] = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(frame.pop("n"), "min")
    return frame


def main() -> None:
    """Print the table."""
    import tempfile
    import warnings

    warnings.simplefilter("ignore")
    data = Path(os.environ.get("CJMINE_DATA", Path(__file__).parents[2] / "shared" / "data")) / "pm4js"
    print("| work | cjmine s | pm4py s | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        flows(Path(folder))
    if data.is_dir():
        alignments(data)
    else:
        print(f"alignments need the receipt log: {data} is not there")


if __name__ == "__main__":
    main()
