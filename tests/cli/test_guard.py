from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
