# ruff: noqa: PT012 - what is tested is how a block of writing ends
from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cjmine.domain.results import Run
from cjmine.errors import EngineError
from cjmine.report.publish import publish
from cjmine.report.tables import write_tables

HOLD = """
import sys, time
from pathlib import Path
from cjmine.report import publish as module
from cjmine.report.publish import publish
where = sys.argv[2]
if where == "between":
    inner = module._sync
    real = Path.rename
    def rename(self, to):
        if ".writing-" in self.name:
            print("ready", flush=True)
            time.sleep(60)
        return real(self, to)
    Path.rename = rename
with publish(Path(sys.argv[1])) as folder:
    (folder / "run.json").write_text('{"files": {}, "said": "new"}')
    if where == "inside":
        print("ready", flush=True)
        time.sleep(60)
"""


def record(text: str) -> str:
    return json.dumps({"files": {"figures/a.svg": "a digest"}, "said": text})


def said(target: Path) -> str:
    return str(json.loads((target / "run.json").read_text())["said"])


def put(target: Path, text: str) -> None:
    with publish(target) as folder:
        (folder / "figures").mkdir()
        (folder / "figures" / "a.svg").write_text(text)
        (folder / "run.json").write_text(record(text))


def start(target: Path, where: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target), where],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.communicate()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_run_replaces_the_last_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    put(target, "one")
    put(target, "two")
    assert said(target) == "two"
    assert names(target.parent) == [".run.lock", "run"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_folder_is_private(tmp_path: Path) -> None:
    put(tmp_path / "run", "one")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "run" / "figures").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "run" / "figures" / "a.svg").stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_last_run(tmp_path: Path) -> None:
    target = tmp_path / "run"
    put(target, "one")
    with pytest.raises(KeyError), publish(target) as folder:
        (folder / "run.json").write_text(record("half"))
        raise KeyError
    assert said(target) == "one"
    assert names(tmp_path) == [".run.lock", "run"]


def test_a_killed_run_leaves_the_last_one_and_is_tidied_up(tmp_path: Path) -> None:
    target = tmp_path / "run"
    put(target, "one")
    kill(start(target, "inside"))
    assert said(target) == "one"
    assert [name for name in names(tmp_path) if ".writing-" in name]
    put(target, "two")
    assert names(tmp_path) == [".run.lock", "run"]


def test_a_run_killed_between_the_renames_is_brought_back(tmp_path: Path) -> None:
    target = tmp_path / "run"
    put(target, "one")
    kill(start(target, "between"))
    assert not target.exists()
    with pytest.raises(KeyError), publish(target):
        assert said(target) == "one"
        raise KeyError
    assert said(target) == "one"
    assert names(tmp_path) == [".run.lock", "run"]


def test_two_at_once_are_refused_by_name_and_the_lock_dies_with_its_holder(tmp_path: Path) -> None:
    target = tmp_path / "run"
    holder = start(target, "inside")
    try:
        with pytest.raises(EngineError, match=f"{target.name}: in use by process {holder.pid}"):
            put(target, "two")
    finally:
        kill(holder)
    deadline = time.monotonic() + 5
    while not target.exists() and time.monotonic() < deadline:
        put(target, "two")
    assert said(target) == "two"


def test_links_files_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "dangling", "file", "pipe"):
        with pytest.raises(EngineError, match=name):
            put(tmp_path / name, "x")
    assert (tmp_path / "file").read_text() == "mine"
    assert names(tmp_path / "real") == []
    assert not (tmp_path / "nowhere").exists()


def test_a_lock_that_is_not_a_plain_file_is_refused(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / ".a.lock").symlink_to(precious)
    os.link(precious, tmp_path / ".b.lock")
    os.mkfifo(tmp_path / ".c.lock")
    (tmp_path / ".d.lock").mkdir()
    for name in "abcd":
        with pytest.raises(EngineError, match="lock"):
            put(tmp_path / name, "x")
    assert precious.read_text() == "mine"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "thesis"
    target.mkdir()
    (target / "chapter.txt").write_text("years of work")
    with pytest.raises(EngineError, match=r"no run\.json"):
        put(target, "x")
    assert (target / "chapter.txt").read_text() == "years of work"
    assert names(tmp_path) == [".thesis.lock", "thesis"]


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    put(tmp_path / "run", "one")
    assert said(tmp_path / "run") == "one"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_the_disk_refuses(tmp_path: Path, code: int) -> None:
    target = tmp_path / "run"
    put(target, "one")
    with pytest.raises(EngineError, match="another output folder") as caught, publish(target) as folder:
        raise OSError(code, os.strerror(code), str(folder / "findings.csv"))
    assert "findings.csv" in caught.value.faults[0]
    assert said(target) == "one"
    assert names(tmp_path) == [".run.lock", "run"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux' /dev/full")
@pytest.mark.parametrize("name", ["contacts.csv", "contacts.parquet", "ledger.parquet"])
def test_a_full_disk_under_polars(run: Run, tmp_path: Path, name: str) -> None:
    with pytest.raises(EngineError, match="free some disk space"), publish(tmp_path / "run") as folder:
        (folder / name).symlink_to("/dev/full")
        write_tables(run, folder)
    assert names(tmp_path) == [".run.lock"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX users")
def test_a_read_only_parent(tmp_path: Path) -> None:
    root = os.geteuid() == 0  # root may write anywhere, so it becomes nobody for a moment
    tmp_path.chmod(0o500)
    try:
        if root:
            os.seteuid(65_534)
        with pytest.raises(EngineError, match="change the permissions"):
            put(tmp_path / "run", "x")
    finally:
        if root:
            os.seteuid(0)
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("record", ["{}", "[]", "no JSON", '{"files": 3}'])
def test_a_folder_with_a_run_json_of_somebody_else_is_refused(tmp_path: Path, record: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(record)
    with pytest.raises(EngineError, match=r"no run\.json of ours"):
        put(tmp_path / "run", "x")
    assert (tmp_path / "run" / "run.json").read_text() == record


def test_files_that_somebody_put_beside_the_run_are_not_deleted(tmp_path: Path) -> None:
    put(tmp_path / "run", "one")
    (tmp_path / "run" / "notes.xlsx").write_text("mine")
    with pytest.raises(EngineError, match=r"1 file\(s\) that are not the run's: notes.xlsx"):
        put(tmp_path / "run", "two")
    assert (tmp_path / "run" / "notes.xlsx").read_text() == "mine"
    (tmp_path / "run" / "notes.xlsx").rename(tmp_path / "run" / "desktop.ini")  # clutter is no reason
    put(tmp_path / "run", "two")
    assert said(tmp_path / "run") == "two"


def test_the_root_of_the_disk_is_refused() -> None:
    with pytest.raises(EngineError, match="whole disk"):
        put(Path("/"), "x")
