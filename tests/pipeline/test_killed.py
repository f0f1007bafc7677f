"""A run that dies at any moment leaves nothing half-written, and the next one goes on to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.pipeline.test_growth import council, differing, published
from tests.pipeline.world import CHANGES, World

CODE = """
import sys
from pathlib import Path
from cjmine import pipeline
from cjmine.engine import store
from cjmine.ingest import pieces
from cjmine.project.load import load
pieces.PIECE, store.ROWS_PER_PARTITION, pipeline.SMALL = 4_000, 150, int(sys.argv[3])
pipeline.run(load(sys.argv[1]), Path(sys.argv[2]))
"""
ALONE, SIDE_BY_SIDE = 1 << 40, 0
"""Bytes of exports below which one process works alone."""


def start(project: Path, out: Path, small: int = ALONE, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(project), str(out), str(small)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        start_new_session=True,
        **more,
    )


def finish(project: Path, out: Path) -> dict[str, Any]:
    process = start(project, out)
    _, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    return published(out)


def some(pattern: str, count: int = 1) -> Callable[[Path], bool]:
    return lambda folder: sum(1 for _ in folder.glob(pattern)) >= count


MOMENTS: dict[str, tuple[Callable[[Path], bool], int]] = {
    "reading": (some(".out.work/pieces/*.events.json", 9), ALONE),
    "arranging": (some(".out.work/runs/*/events/*", 2), ALONE),
    "searching": (some(".out.work/runs/*/findings/*", 2), SIDE_BY_SIDE),
    "publishing": (some(".out.writing-*/store/*/*"), ALONE),
    "seeing": (some(".out.work/scans/*"), SIDE_BY_SIDE),
    "joining": (some(".out.work/people/*/names.arrow"), SIDE_BY_SIDE),
    "parting": (some(".out.work/parted/*"), ALONE),
    "drawing": (some(".out.writing-*/figures/*"), SIDE_BY_SIDE),
}
DEFAULT = ("reading", "arranging", "searching", "publishing")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any], World]:
    """Return a council, what is published of it, and what is when it has grown."""
    folder = tmp_path_factory.mktemp("council")
    world = World(seed=7, people=150)
    project = council(folder, world, models=True, clock=True)
    before = finish(project, folder / "clean")
    CHANGES["new files"](world)
    CHANGES["late rows"](world)
    world.write(folder)
    return project, before, finish(project, folder / "clean2"), world


def kill(process: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
    """Kill a process with SIGKILL as soon as it has come so far; tell whether it had not ended before."""
    while process.poll() is None and not reached():
        time.sleep(0.002)
    alive = process.poll() is None
    process.kill()
    process.communicate(timeout=60)
    return alive


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize(
    "moment", [name if name in DEFAULT else pytest.param(name, marks=pytest.mark.slow) for name in MOMENTS]
)
def test_a_killed_run_goes_on_to_the_same_bytes(
    tmp_path: Path, given: tuple[Path, dict[str, Any], dict[str, Any], World], moment: str
) -> None:
    project, _, expected, _ = given
    reached, small = MOMENTS[moment]
    out = tmp_path / "out"
    process = start(project, out, small)
    assert kill(process, lambda: reached(tmp_path)), "ended before it could be killed"
    assert not out.exists()
    assert all(path.name.startswith(".out.") for path in tmp_path.iterdir())
    assert process.returncode == -signal.SIGKILL
    assert ended(process.pid)
    assert differing(finish(project, out), expected) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.lock", ".out.work", "out"]


def ended(group: int) -> bool:
    """Tell whether the workers have noticed that nobody waits for them."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_killed_run_over_grown_exports_leaves_the_last_good_one(tmp_path: Path) -> None:
    world = World(seed=8, people=60)
    project = council(tmp_path, world, models=True, clock=False)
    out = tmp_path / "out"
    before = finish(project, out)
    CHANGES["late rows"](world)
    world.write(tmp_path)
    process = start(project, out)
    assert kill(process, lambda: some(".out.work/runs/*/moves/*", 2)(tmp_path) and started(tmp_path))
    assert differing(published(out), before) == []
    after = finish(project, out)
    assert differing(after, finish(project, tmp_path / "clean")) == []
    assert differing(after, before) != []


def started(folder: Path) -> bool:
    """Tell whether a second pass 2 has begun."""
    return len({path.parent.parent for path in folder.glob(".out.work/runs/*/moves/*")}) > 1


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Mount a disk of so many KiB, where this may be done."""
    place = tmp_path / "disk"
    place.mkdir()
    geteuid = getattr(os, "geteuid", lambda: 1)
    if geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    options = f"size={request.param}k"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],  # noqa: S607
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S607


def told(project: Path, out: Path, small: int) -> tuple[int, str]:
    """Return how a run on the command line ended, and what it said."""
    code = CODE.replace("pipeline.run(load(sys.argv[1]), Path(sys.argv[2]))", "")
    code += (
        "from cjmine.cli import main\nsys.argv = ['cjmine', 'run', sys.argv[1], '--out', sys.argv[2]]\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project), str(out), str(small)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=300,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("small_disk", [8, 400, 1_500], indirect=True)
@pytest.mark.parametrize("small", [ALONE, SIDE_BY_SIDE], ids=["alone", "side by side"])
def test_a_full_disk_is_told_and_nothing_is_published(
    given: tuple[Path, dict[str, Any], dict[str, Any], World], small_disk: Path, small: int
) -> None:
    code, err = told(given[0], small_disk / "out", small)
    assert (code, "Traceback" in err) == (5, False), err
    assert "No space left on device" in err
    assert "free some disk space, or choose another output folder" in err
    assert all(path.name.startswith(".out.") for path in small_disk.iterdir())
    assert not list(small_disk.glob(".out.writing-*"))
