"""Where exports come from: folders, globs, variables, gzip in all its states."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest

from cjmine.errors import SourceError
from cjmine.ingest import files
from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read

from .conftest import COLUMNS, Reader

TEXT = b"who,what,when\n1,call,2024-01-02\n2,web,2024-01-03\n"


def _read(pattern: str | tuple[str, ...], *roots: Path) -> Reading:
    source = Source(name="crm", files=pattern, format="csv", columns=COLUMNS)
    return read(source, rank=0, roots=roots, timezone="UTC", keys=())


def test_the_first_root_with_a_match_wins_and_files_are_sorted(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, names in ((one, ()), (two, ("b.csv", "a.csv"))):
        folder.mkdir()
        for name in names:
            (folder / name).write_bytes(TEXT + name.encode() + b",x,2024-01-04\n")
    found = _read("*.csv", one, two)
    assert found.ledger["file"].to_list() == ["a.csv", "b.csv"]
    assert found.events["event_id"].to_list() == [f"crm:{f}.csv:{row}" for f in "ab" for row in (1, 2, 3)]


def test_variables_and_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x [1].csv").write_bytes(TEXT)
    monkeypatch.setenv("CJMINE_DATA", str(tmp_path))
    assert _read("${CJMINE_DATA}/x [1].csv", Path("/")).events.height == 2
    monkeypatch.delenv("CJMINE_DATA")
    with pytest.raises(SourceError, match=r"shared/data"):
        _read("${CJMINE_DATA}/absent.csv", tmp_path / "root")
    with pytest.raises(SourceError, match="variable NOWHERE_SET is not set"):
        _read("${NOWHERE_SET}/x.csv", tmp_path)


def test_what_is_missing_is_named_with_its_nearest(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_bytes(TEXT)
    with pytest.raises(
        SourceError, match=r"(?s)call\.csv: no such file.*'calls\.csv'.*y/\*\.csv: no such file"
    ):
        _read(("call.csv", "y/*.csv"), tmp_path)


def test_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match=r"(?s)is a folder.*is a named pipe"):
        _read("*.csv", tmp_path)
    with pytest.raises(SourceError, match="is a device"):
        _read("/dev/zero", tmp_path)


def test_equal_content_is_said_and_equal_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT)
    (tmp_path / "b.csv").write_bytes(TEXT)
    assert any("b.csv has the same content as a.csv" in said for said in _read("*.csv", tmp_path).warnings)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.csv").write_bytes(TEXT + b"3,x,2024-01-01\n")
    with pytest.raises(SourceError, match="same name"):
        _read("**/a.csv", tmp_path)


def test_all_gzip_members_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(TEXT) + gzip.compress(b"3,web,2024-01-04\n") * 2)
    assert _read("x.csv.gz", tmp_path).events["customer"].to_list() == ["1", "2", "3", "3"]


def test_no_cut_or_changed_gzip_is_accepted(tmp_path: Path) -> None:
    whole = gzip.compress(TEXT)
    path = tmp_path / "x.csv.gz"
    damaged = [whole[:n] for n in range(len(whole))]
    damaged += [whole + b"\0", whole + b"junk", whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:], TEXT]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(SourceError, match=r"x\.csv\.gz: "):
            _read("x.csv.gz", tmp_path)


def test_inflation_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "INFLATION_SIZE", 1 << 20)
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a" * (8 << 20)))
    with pytest.raises(SourceError, match="limit of 200 times its size and 0"):
        _read("x.csv.gz", tmp_path)


def test_a_piece_that_fills_the_buffer_is_not_the_last(reading: Reader) -> None:
    rows = b"".join(b"%d,call,2024-01-02\n" % i for i in range(60_000))
    text = b"who,what,when\n" + rows
    assert len(text) > 4 * files.CHUNK
    assert len(zlib.compress(text)) < files.CHUNK
    assert reading("x.csv.gz", text).events.height == 60_000
