"""Does a run survive being killed? One run of made-up events is killed twelve times, and begun again.

First an undisturbed run, timed. Then the same project in another folder: begun, killed with SIGKILL after
a random part of that time (drawn from a seed), begun again, and so on; the last is left alone. After
every kill no run may be visible, and at the end every file must be the undisturbed run's, byte for
byte, but for the times in ``run.json``.

``python benchmarks/kills.py --events 5000000``; ``--json`` for machines.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def begin(project: Path, out: Path) -> subprocess.Popen[bytes]:
    """Begin a run in a process of its own."""
    command = [sys.executable, "-m", "cjmine", "run", str(project), "--out", str(out), "--quiet"]
    return subprocess.Popen(command)


def content(run: Path) -> dict[str, bytes | str]:
    """Return the digest of every file of a run, and its record without times."""
    record: dict[str, Any] = json.loads((run / "run.json").read_text("utf-8"))
    record.pop("times")
    return {**record["files"], "run.json": json.dumps(record, sort_keys=True)}


def disturbed(
    project: Path, out: Path, whole: float, kills: int, draw: random.Random
) -> list[dict[str, Any]]:
    """Kill a run so many times, let the last one end; return when each was killed, and what was visible.

    A run goes on where the one before was killed, so the moments move through all of it; one that ends
    before its moment comes is begun anew from nothing.
    """
    told: list[dict[str, Any]] = []
    while len(told) < kills:
        lived = draw.uniform(0.05, 0.4) * whole
        process = begin(project, out)
        try:
            process.wait(timeout=lived)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            told.append({"killed_after_s": round(lived, 1), "step": reached(out), "visible": out.exists()})
        else:
            assert process.returncode == 0
            shutil.rmtree(out)
            shutil.rmtree(out.with_name(f".{out.name}.work"))
    begun = time.perf_counter()
    assert begin(project, out).wait() == 0
    return [*told, {"last_s": round(time.perf_counter() - begun, 1)}]


def reached(out: Path) -> str:
    """Return how far a run had come, by what its work folder holds."""
    work = out.with_name(f".{out.name}.work")
    if list(out.parent.glob(f".{out.name}.writing-*/findings*")):
        return "writing the report"
    if list(work.glob("runs/*/findings/*")):
        return "searching for patterns"
    if list(work.glob("runs/*/events/*")):
        return "arranging journeys"
    return "arranging customers" if (work / "parted").exists() else "reading or joining"


def main() -> int:
    """Make the exports, run, kill, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "exports")
        made = [
            sys.executable,
            str(HERE / "silos.py"),
            str(folder),
            "--events",
            str(given.events),
            "--no-log",
        ]
        subprocess.run(made, check=True)
        project = folder / "project.yaml"
        begun = time.perf_counter()
        assert begin(project, Path(scratch, "clean")).wait() == 0
        whole = time.perf_counter() - begun
        draw = random.Random(given.seed)  # noqa: S311 - moments, not secrets
        steps = disturbed(project, Path(scratch, "killed"), whole, given.kills, draw)
        clean, killed = content(Path(scratch, "clean")), content(Path(scratch, "killed"))
        differ = sorted(name for name in clean.keys() | killed.keys() if clean.get(name) != killed.get(name))
    told = {
        "events": given.events,
        "undisturbed_s": round(whole, 1),
        "steps": steps,
        "files_that_differ": differ,
    }
    print(json.dumps(told, indent=1) if given.json else "\n".join(f"{k}: {v}" for k, v in told.items()))
    seen = any(step.get("visible") for step in steps)
    return 1 if differ or seen else 0


if __name__ == "__main__":
    sys.exit(main())
