"""Databases: one moment for all tables, every id exactly, every fault told without a password."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cjmine.engine.local import LocalEngine
from cjmine.errors import SourceError
from cjmine.ingest import database
from cjmine.ingest.database import Copied, copied
from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read
from cjmine.intake import take_in
from cjmine.project.load import load
from tests.conftest import need
from tests.projects import DESK, PROJECT, replaced, tiny

from .postgres import BINARIES, postgres

psycopg = pytest.importorskip("psycopg")
pytest.importorskip("sqlalchemy")

COLUMNS = {"customer": "who", "activity": "what", "start": "when"}
TABLE = """
CREATE TABLE contacts (who text, what text, "when" timestamptz, big numeric(38), code uuid, more jsonb,
    raw bytea, "a""; DROP TABLE contacts; --" text, done boolean);
INSERT INTO contacts VALUES
    ('00123', 'call', '2026-03-02 09:00:00+00', 12345678901234567890123456789012345678,
     '123e4567-e89b-12d3-a456-426614174000', '{"b": [1, 2]}', '\\x00ff', 'x', true),
    ('123', 'a "quoted", line' || chr(10) || 'and more', '2026-03-02 10:30:00.25+00',
     1, null, null, null, '', false);
CREATE TABLE visits (who text, what text, "when" timestamptz);
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    need(BINARIES, "no PostgreSQL server is installed")
    with postgres() as url:
        with psycopg.connect(url) as there:
            there.execute(TABLE)
        yield url


@pytest.fixture(autouse=True)
def address(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COUNCIL_DB", server)
    return server


def source(**given: Any) -> Source:
    told = {"name": "crm", "format": "sql", "database": "${COUNCIL_DB}", "columns": COLUMNS, **given}
    return Source.model_validate(told)


def taken(one: Source, folder: Path) -> tuple[Reading, Copied]:
    (copy,) = copied([one], folder)
    return read(copy.source, rank=0, roots=(folder,), timezone="Europe/London", keys=()), copy


def test_every_value_is_what_the_database_prints(tmp_path: Path) -> None:
    columns = {
        **COLUMNS,
        "native_case_id": "code",
        "payload_key": "more",
        "resource": "big",
        "item_id": "raw",
    }
    columns["contact_key"] = 'a"; DROP TABLE contacts; --'
    found, copy = taken(source(table="public.contacts", order_by="when", columns=columns), tmp_path)
    assert copy.warnings == ()
    events = found.events
    assert events["customer"].to_list() == ["00123", "123"]
    assert events["activity"].to_list() == ["call", 'a "quoted", line\nand more']
    assert [str(at) for at in events["start"]] == [
        "2026-03-02 09:00:00+00:00",
        "2026-03-02 10:30:00.250000+00:00",
    ]
    first = events.select("native_case_id", "payload_key", "resource", "item_id", "contact_key").row(0)
    assert first == (
        "123e4567-e89b-12d3-a456-426614174000",
        '{"b": [1, 2]}',
        "12345678901234567890123456789012345678",
        "\\x00ff",
        "x",
    )
    assert found.ledger.select("file", "read", "accepted").row(0) == ("public.contacts.csv", 2, 2)


def test_parameters_are_bound_not_pasted(tmp_path: Path) -> None:
    query = "SELECT * FROM contacts WHERE who = :who AND what LIKE '%call%' ORDER BY who"
    assert taken(source(query=query, parameters={"who": "00123"}), tmp_path)[0].events.height == 1
    hostile = {"who": "x'; DROP TABLE contacts; --"}
    assert taken(source(query=query, parameters=hostile), tmp_path)[0].events.height == 0
    assert taken(source(query="TABLE contacts"), tmp_path)[0].events.height == 2


def test_rows_without_order_are_told(tmp_path: Path) -> None:
    (warning,) = taken(source(table="contacts"), tmp_path)[1].warnings
    assert warning.startswith("source 'crm': nothing says in which order its rows come")


def test_no_rows_are_no_events(tmp_path: Path) -> None:
    found, _ = taken(source(table="visits", order_by="who"), tmp_path)
    assert found.warnings == ("source 'crm': visits.csv: no events",)


def test_all_sources_see_one_moment(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = database._copied  # noqa: SLF001 - to write between two sources

    def between(one: Source, folder: Path, fetch: database.Fetch) -> Copied:
        done = real(one, folder, fetch)
        with psycopg.connect(address) as other:  # somebody writes after the first source was read
            other.execute("INSERT INTO visits VALUES ('9', 'late', '2026-03-02')")
        return done

    monkeypatch.setattr(database, "_copied", between)
    both = [source(table="contacts", order_by="who"), source(name="desk", table="visits", order_by="who")]
    copies = copied(both, tmp_path)
    with psycopg.connect(address) as other:
        other.execute("DELETE FROM visits")
    assert [pl.read_csv(one.source.files[0]).height for one in copies] == [2, 0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"table": "contcts"}, r'the database refuses: relation "contcts" does not exist'),
        ({"query": "SELECT nothing FROM contacts"}, "the database refuses: column"),
        ({"query": "DELETE FROM contacts RETURNING *"}, "read-only transaction"),
        ({"query": "SELECT 1; DROP TABLE contacts"}, "the database refuses"),
        ({"query": "SELECT pg_terminate_backend(pg_backend_pid())"}, "broke off after"),
        ({"query": 'SELECT who, who, what, "when" FROM contacts'}, "names 'who' more than once"),
    ],
)
def test_what_a_database_refuses_is_told_and_nothing_is_kept(
    address: str, tmp_path: Path, given: dict[str, str], message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        taken(source(**given), tmp_path)
    assert "geheim" not in str(caught.value)
    assert caught.value.exit_code == 3
    with psycopg.connect(address) as there:
        assert there.execute("SELECT count(*) FROM contacts").fetchone() == (2,)


def test_a_connection_killed_in_mid_read_leaves_nothing(address: str, tmp_path: Path) -> None:
    slow = "SELECT n::text AS who, repeat('x', 9000) AS what, now() AS when, pg_sleep(0.002) AS z"
    query = f"{slow} FROM generate_series(1, 100000) n"

    def kill() -> None:
        with psycopg.connect(address, autocommit=True) as other:
            for _ in range(200):
                mine = "pid <> pg_backend_pid() AND query LIKE 'COPY%'"
                if other.execute(f"SELECT pid FROM pg_stat_activity WHERE {mine}").fetchone():  # noqa: S608
                    time.sleep(0.3)
                    other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")  # noqa: S608
                    return
                time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(SourceError, match=r"crm': the database broke off after [\d,]+ bytes"):
        copied([source(query=query)], tmp_path)
    killer.join()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_right_to_read(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(address) as there:
        there.execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN")
    monkeypatch.setenv("COUNCIL_DB", address.replace("owner:", "stranger:"))
    with pytest.raises(SourceError, match="permission denied for table contacts"):
        taken(source(table="contacts"), tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://owner:geheim@/postgres?host=/nowhere",
        "postgresql://owner:geheim@127.0.0.1:1/postgres",
        "mysterious://owner:geheim@host/x",
        "geheim",
    ],
)
def test_an_address_that_leads_nowhere_is_not_repeated(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNCIL_DB", url)
    with pytest.raises(SourceError, match="source 'crm': the database cannot be reached") as caught:
        taken(source(table="contacts"), tmp_path)
    assert "geheim" not in str(caught.value)


def test_a_run_reads_a_table_like_an_export(address: str, tmp_path: Path) -> None:
    with psycopg.connect(address) as there:
        there.execute('CREATE TABLE IF NOT EXISTS desk ("case" text, person text, step text, day timestamp)')
        there.execute("TRUNCATE desk")
        with there.cursor().copy("COPY desk FROM STDIN (FORMAT csv, HEADER true)") as copy:
            copy.write(DESK)
    table = '    format: sql\n    database: ${COUNCIL_DB}\n    query: SELECT * FROM desk ORDER BY "case"\n'
    text = replaced("    files: exports/desk.csv\n    format: csv\n", table)
    found = {}
    for name, project in (("files", PROJECT), ("table", text)):
        loaded = load(tiny(tmp_path / name, project=project))
        given = take_in(loaded, tmp_path / name / "work", LocalEngine(), lambda *_: None)
        found[name] = given.all_events().drop("event_id", "source_file", "customer_id", "source_row")
    assert found["table"].sort(pl.all()).equals(found["files"].sort(pl.all()))
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"geheim" in content for content in files)
