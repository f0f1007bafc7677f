"""The command line as a process of its own: exit codes, interruption, closed pipes, and how fast help is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.projects import tiny

SLOW = ("polars", "pydantic", "scipy", "numpy", "pm4py", "matplotlib", "lxml", "ruamel", "pyarrow", "jinja2")


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cjmine", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        start_new_session=True,
    )


def test_help_answers_at_once() -> None:
    taken = []
    for _ in range(10):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cjmine", "--help"], check=True, capture_output=True, cwd=ROOT)
        taken.append(time.perf_counter() - began)
        if len(taken) >= 5 and min(taken) < 0.3:
            break
    assert min(taken) < 0.3, taken


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys; sys.argv = ['cjmine', '--help']\n"
        "from cjmine.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted(set({SLOW!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8", cwd=ROOT
    )
    assert done.stderr == "[]\n"
    assert "discover" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--version"], 0), (["chekc"], 2), (["run", "absent.yaml"], 2), (["discover", "absent.csv"], 3)],
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    process = start(*arguments)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    assert bool(err) == bool(code)


@pytest.mark.parametrize("arguments", [["--help"], ["explain", "loops"], ["check", "-h"]])
def test_a_closed_pipe_is_no_fault(arguments: list[str]) -> None:
    with start(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_an_interruption_ends_with_130_and_leaves_no_run(tmp_path: Path) -> None:
    project = tiny(tmp_path)
    big = tmp_path / "exports" / "phone2.csv"
    text = (tmp_path / "exports" / "phone.csv").read_text(encoding="utf-8").splitlines()
    big.write_text("\n".join([text[0], *(text[1] for _ in range(400_000))]), encoding="utf-8")
    process = start("run", project)
    lock = tmp_path / "out" / ".tiny.lock"
    for _ in range(600):
        if lock.is_file() and any(lock.parent.glob(".tiny.writing-*")):
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert err == "interrupted; nothing was published\n"
    assert sorted(path.name for path in lock.parent.iterdir()) == [".tiny.lock", ".tiny.work"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_progress_is_shown_on_a_terminal_and_only_there(tmp_path: Path) -> None:
    import pty  # noqa: PLC0415 - not on Windows

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cjmine", "run", str(tiny(tmp_path))],
        stdout=subprocess.PIPE,
        stderr=theirs,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the terminal is gone when the process is
        while piece := os.read(ours, 65_536):
            shown += piece
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"writing the report" in shown
    assert out.startswith("A tiny council: 4 customers")
    assert "\x1b" not in out
