"""How right is cjmine where the truth is known? Makes samples, scores every track, writes docs/benchmark.md.

``just scores`` makes Northmoor at size small with the seed of the shipped sample
and with seeds nobody has looked at, and at size full; each is scored with the
verbs that users have. ``--only small`` leaves out the rest; ``--out`` writes
elsewhere. Figures are printed as they come, low ones too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pages import page

ROOT = Path(__file__).parents[1]
KNOWN, UNSEEN = 42, (1001, 1002, 1003)
PLAN = {
    "small": [("small", KNOWN, "all")],
    "unseen": [("small", seed, "all") for seed in UNSEEN],
    "full": [("full", KNOWN, "all")],
}


def cjmine(*arguments: object) -> str:
    """Run one verb and return what it prints."""
    command = [sys.executable, "-m", "cjmine", *(str(one) for one in arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def scored(size: str, seed: int, track: str, folder: Path) -> dict[str, Any]:
    """Make one sample and score it."""
    out = folder / f"{size}-{seed}"
    started = time.perf_counter()
    cjmine("sample", "northmoor", "--size", size, "--seed", seed, "--out", out)
    made = time.perf_counter()
    projects = [path for path in sorted(out.glob("*.yaml")) if not path.name.endswith(".journey.yaml")]
    assert len(projects) == 1, f"{out}: which of {projects} is the project file?"
    report = json.loads(cjmine("score", projects[0], out / "truth", "--track", track, "--json"))
    ended = time.perf_counter()
    print(f"{size}, seed {seed}: made in {made - started:.0f} s, scored in {ended - made:.0f} s", flush=True)
    return {
        "size": size,
        "seed": seed,
        "made_s": round(made - started),
        "scored_s": round(ended - made),
        "report": report,
    }


def main() -> None:
    """Score what is asked for and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", choices=[*PLAN], action="append", help="which samples; default all")
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmark.md")
    options.add_argument("--keep", type=Path, help="a folder for the samples and scores.json")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [sample for name in given.only or PLAN for sample in PLAN[name]]
        results = [scored(*sample, folder) for sample in wanted]
        (folder / "scores.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    given.out.write_text(page(results, f"{datetime.now(UTC):%d %B %Y}", machine), encoding="utf-8")
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
