"""How databases are named and described, and those that are a file (SQLite)."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cjmine.errors import CjmineError, SettingsError, SourceError
from cjmine.ingest import credentials, database
from cjmine.ingest.database import copied
from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read

pytest.importorskip("sqlalchemy")

COLUMNS = {"customer": "who", "activity": "what", "start": "when"}


def source(**given: Any) -> Source:
    told = {"name": "crm", "format": "sql", "database": "${COUNCIL_DB}", "columns": COLUMNS, **given}
    return Source.model_validate(told)


def taken(one: Source, folder: Path) -> Reading:
    (copy,) = copied([one], folder)
    return read(copy.source, rank=0, roots=(folder,), timezone="Europe/London", keys=())


def test_sqlite_is_read_only_and_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "council.db"
    with sqlite3.connect(path) as there:
        there.execute(
            'CREATE TABLE "con tacts" (who TEXT, what TEXT, "when" TEXT, n INTEGER, b BLOB, x REAL)'
        )
        rows = [
            ("00123", "call", "2026-03-02 09:00:00", 2**62, b"\0\xff", 0.1),
            ("1", None, "", None, None, None),
        ]
        there.executemany('INSERT INTO "con tacts" VALUES (?, ?, ?, ?, ?, ?)', rows)
    monkeypatch.setenv("COUNCIL_DB", f"sqlite:///{path}")
    columns = {**COLUMNS, "resource": "n", "item_id": "b", "payload_key": "x"}
    found = taken(source(table="con tacts", order_by=["who"], columns=columns), tmp_path)
    row = found.events.select("customer", "activity", "resource", "item_id", "payload_key").row(0)
    assert row == ("00123", "call", str(2**62), "\\x00ff", "0.1")
    assert found.quarantine["reason"].to_list() == ["no activity"]
    with pytest.raises(SourceError, match="the database refuses: attempt to write a readonly database"):
        taken(source(query="INSERT INTO 'con tacts' (who) VALUES ('9') RETURNING who"), tmp_path)
    monkeypatch.setenv("COUNCIL_DB", f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(SourceError, match="its database is no file"):
        taken(source(table="x"), tmp_path)
    (tmp_path / "none.db").write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(SourceError, match="file is not a database"):
        taken(source(table="x"), tmp_path)
    monkeypatch.setenv("COUNCIL_DB", f"sqlite:///{path}")
    with pytest.raises(SourceError, match="no such table: contacts"):
        taken(source(table="contacts"), tmp_path)


def test_addresses_come_from_the_environment_or_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUNCIL_DB", raising=False)
    with pytest.raises(SettingsError, match="the environment has no COUNCIL_DB"):
        credentials.address("${COUNCIL_DB}", "crm")
    keyring = pytest.importorskip("keyring")
    monkeypatch.setattr(keyring, "get_password", lambda service, name: f"sqlite:///{service}/{name}")
    assert credentials.address("keyring:council/reader", "crm") == "sqlite:///council/reader"
    monkeypatch.setattr(keyring, "get_password", lambda *_: None)
    with pytest.raises(SettingsError, match="no keyring here keeps 'reader' of 'council'"):
        credentials.address("keyring:council/reader", "crm")


def test_a_driver_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "find_spec", lambda _: None)
    monkeypatch.setenv("COUNCIL_DB", "postgresql://x")
    with pytest.raises(SettingsError, match="psycopg, which is not installed") as caught:
        copied([source(table="x")], tmp_path)
    assert caught.value.hint == "python -m pip install 'cjmine[sql]'"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"database": "postgresql://u:geheim@h/d", "table": "x"}, "this file is no place for it"),
        ({"database": None, "table": "x"}, "'database' is missing"),
        ({}, "either a 'table' or a 'query'"),
        ({"table": "x", "query": "SELECT 1"}, "either a 'table' or a 'query'"),
        ({"query": "SELECT 1", "order_by": "a"}, "a query says ORDER BY itself"),
        ({"table": "x", "parameters": {"a": 1}}, "parameters belong to a query"),
        ({"table": "x", "files": "x.csv"}, "a database has no files"),
        ({"format": "csv", "files": "x.csv", "table": "x"}, "'table' belongs to format sql"),
        ({"format": "csv", "database": None}, "'files' is missing"),
    ],
)
def test_how_a_database_is_described_is_checked(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(CjmineError, match=message) as caught:
        read(source(**given), rank=0, roots=(tmp_path,), timezone="UTC", keys=())
    assert "geheim" not in str(caught.value)
