from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cjmine.cli import guard
from cjmine.errors import EngineError
from tests.projects import tiny

CAPPED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["cjmine", "run", sys.argv[2], "--quiet"]
from cjmine.cli import main
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
@pytest.mark.parametrize("megabytes", [900, 1_100, 1_400])
def test_a_run_without_enough_memory_says_so(tmp_path: Path, megabytes: int) -> None:
    project = tiny(tmp_path)
    command = [sys.executable, "-c", CAPPED, str(megabytes << 20), str(project)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode == 0:  # it was enough
        assert (tmp_path / "out" / "tiny" / "report.html").is_file()
        return
    assert done.returncode == 5, done.stderr
    assert "memory" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "tiny").exists()


@pytest.mark.parametrize(
    "said",
    [
        "memory allocation of 1048576 bytes failed",
        "MemoryError",
        'Err value: Os { code: 11, kind: WouldBlock, message: "Resource temporarily unavailable" }',
        "RuntimeError: can't start new thread",
    ],
)
def test_what_libraries_say_when_memory_is_out_becomes_one_error(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CJMINE_GUARDED", raising=False)
    monkeypatch.setattr(guard, "limit", lambda: 2 << 30)
    code = f"import sys; sys.stderr.write({said!r}); sys.exit(1)"
    real = subprocess.run
    monkeypatch.setattr(guard.subprocess, "run", lambda _, **how: real([sys.executable, "-c", code], **how))
    with pytest.raises(EngineError, match="ran out of memory; at most 2,048 MB are granted"):
        guard.guarded()


def test_other_errors_pass_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CJMINE_GUARDED", raising=False)
    monkeypatch.setattr(guard, "limit", lambda: 2 << 30)
    real = subprocess.run
    code = "import sys; sys.stderr.write('error: no such file'); sys.exit(3)"
    monkeypatch.setattr(guard.subprocess, "run", lambda _, **how: real([sys.executable, "-c", code], **how))
    assert guard.guarded() == 3
