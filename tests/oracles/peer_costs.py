"""What pm4py and, where it is installed, r4pm say that optimal alignments cost."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Variant = tuple[str, ...]
UNIT = 10_000  # pm4py's cost of one visible move
PATIENCE = 3  # seconds for one variant in pm4py
WHOLE = 60  # seconds for all variants in r4pm, which cannot be stopped but with its process


def pm4py_costs(model: Path, variants: Sequence[Variant]) -> list[int | None]:
    """Return each variant's optimal cost; ``None`` where pm4py does not find it within ``PATIENCE``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py  # noqa: PLC0415 - slow to import
        from pm4py.algo.conformance.alignments.petri_net import algorithm  # noqa: PLC0415
        from pm4py.objects.log.obj import Event, Trace  # noqa: PLC0415

        net = pm4py.read_pnml(str(model))
        traces = [Trace([Event({"concept:name": step}) for step in steps]) for steps in variants]
        limit = {"max_align_time_trace": PATIENCE}
        found = [algorithm.apply_trace(trace, *net, parameters=limit) for trace in traces]
        return [None if one is None else one["cost"] // UNIT for one in found]


def r4pm_costs(model: Path, variants: Sequence[Variant]) -> list[int] | None:
    """Return each variant's optimal cost.

    ``None`` where r4pm, a peer for benchmarks, is not installed or needs longer than ``WHOLE``.
    """
    if find_spec("r4pm") is None:
        return None
    command = [sys.executable, "-m", "tests.oracles.peer_costs", str(model)]
    asked = json.dumps(variants)
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, text=True, check=True, timeout=WHOLE, cwd=ROOT
        )
    except subprocess.TimeoutExpired:
        return None
    found: list[int] = json.loads(done.stdout)
    return found


def _asked_r4pm(model: str, variants: Sequence[Variant]) -> list[int]:
    import r4pm  # noqa: PLC0415 - not always there
    from r4pm.bindings.conformance.case_centric import alignments  # noqa: PLC0415

    rows = [(str(i), step, n) for i, steps in enumerate(variants) for n, step in enumerate(steps)]
    frame = pl.DataFrame(rows, schema=["case:concept:name", "concept:name", "n"], orient="row")
    at = pl.datetime(2026, 1, 1, time_zone="UTC") + pl.duration(minutes="n")
    log = r4pm.import_item_from_df("EventLog", frame.with_columns(at.alias("time:timestamp")).drop("n"))
    projection = r4pm.convert_item(log, "EventLogActivityProjection")
    costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
    net = r4pm.petri_net.import_pnml(model)
    found = alignments.align_variants(net, projection, {"cost_fn": costs})
    known = {tuple(one["activities"]): int(one["result"]["Ok"]["cost"]) for one in found}
    return [known[steps] for steps in variants]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_asked_r4pm(sys.argv[1], [tuple(v) for v in json.load(sys.stdin)])))
