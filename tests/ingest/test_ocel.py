"""Object-centric logs: each rendering gives equal rows, flattening is told, nothing is read in part."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cjmine.errors import SourceError
from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read

COLUMNS = {
    "customer": "ocel:object",
    "activity": "ocel:activity",
    "start": "ocel:timestamp",
    "native_event_id": "ocel:id",
}
OBJECTS = {"c1": "citizen", "c2": "citizen", "f1": "form", "f2": "form"}
EVENTS: list[tuple[str, str, str, list[str], dict[str, str]]] = [
    ("e1", "apply", "2024-01-02T10:00:00+00:00", ["c1", "f1"], {"channel": "web"}),
    ("e2", "apply", "2024-01-03T10:00:00+00:00", ["c1", "f2"], {"channel": "phone"}),
    ("e3", "meet", "2024-01-04T10:00:00+00:00", ["c1", "c2"], {}),
    ("e4", "tidy up", "2024-01-05T10:00:00+00:00", ["f1"], {}),
]


def first_json() -> str:
    events = {
        one: {"ocel:activity": what, "ocel:timestamp": at, "ocel:omap": ids, "ocel:vmap": cells}
        for one, what, at, ids, cells in EVENTS
    }
    objects = {one: {"ocel:type": kind, "ocel:ovmap": {}} for one, kind in OBJECTS.items()}
    return json.dumps({"ocel:global-log": {}, "ocel:events": events, "ocel:objects": objects})


def second_json(**change: Any) -> str:
    log = {
        "objectTypes": [{"name": kind, "attributes": []} for kind in ("citizen", "form")],
        "eventTypes": [],
        "objects": [{"id": one, "type": kind} for one, kind in OBJECTS.items()],
        "events": [
            {
                "id": one,
                "type": what,
                "time": at,
                "attributes": [{"name": name, "value": cell} for name, cell in cells.items()],
                "relationships": [{"objectId": other, "qualifier": ""} for other in ids],
            }
            for one, what, at, ids, cells in EVENTS
        ],
    }
    return json.dumps({**log, **change})


def first_xml() -> str:
    def event(one: str, what: str, at: str, ids: list[str], cells: dict[str, str]) -> str:
        named = "".join(f'<string key="object-id" value="{other}"/>' for other in ids)
        values = "".join(f'<string key="{name}" value="{cell}"/>' for name, cell in cells.items())
        return (
            f'<event><string key="id" value="{one}"/><string key="activity" value="{what}"/>'
            f'<date key="timestamp" value="{at}"/><list key="omap">{named}</list>'
            f'<list key="vmap">{values}</list></event>'
        )

    objects = "".join(
        f'<object><string key="id" value="{one}"/><string key="type" value="{kind}"/></object>'
        for one, kind in OBJECTS.items()
    )
    events = "".join(event(*one) for one in EVENTS)
    return f"<log><global/><events>{events}</events><objects>{objects}</objects></log>"


def second_xml() -> str:
    def event(one: str, what: str, at: str, ids: list[str], cells: dict[str, str]) -> str:
        named = "".join(f'<relationship object-id="{other}" qualifier=""/>' for other in ids)
        values = "".join(f'<attribute name="{name}">{cell}</attribute>' for name, cell in cells.items())
        return (
            f'<event id="{one}" type="{what}" time="{at}"><attributes>{values}</attributes>'
            f"<objects>{named}</objects></event>"
        )

    types = "".join(f'<object-type name="{kind}"/>' for kind in ("citizen", "form"))
    objects = "".join(f'<object id="{one}" type="{kind}"/>' for one, kind in OBJECTS.items())
    return (
        f"<log><object-types>{types}</object-types><objects>{objects}</objects>"
        f"<events>{''.join(event(*one) for one in EVENTS)}</events></log>"
    )


def sqlite(folder: Path, *, without: str = "") -> bytes:
    path = folder / "log.sqlite"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as there:
        there.executescript(
            """CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"""
        )
        there.executemany("INSERT INTO object VALUES (?, ?)", OBJECTS.items())
        for what in sorted({what for _, what, *_ in EVENTS}):
            table = what.title().replace(" ", "")
            there.execute("INSERT INTO event_map_type VALUES (?, ?)", (what, table))
            there.execute(f"CREATE TABLE event_{table} (ocel_id TEXT, ocel_time TEXT, channel TEXT)")
        for one, what, at, ids, cells in EVENTS:
            there.execute("INSERT INTO event VALUES (?, ?)", (one, what))
            row = (one, at, cells.get("channel"))
            there.execute(f"INSERT INTO event_{what.title().replace(' ', '')} VALUES (?, ?, ?)", row)  # noqa: S608
            there.executemany("INSERT INTO event_object VALUES (?, ?, '')", [(one, other) for other in ids])
        if without:
            there.execute(f"DROP TABLE {without}")
    there.close()
    return path.read_bytes()


def taken(folder: Path, content: bytes | str, kind: str | None = "citizen", **more: Any) -> Reading:
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / "log.ocel").write_bytes(raw)
    given: dict[str, Any] = {
        "files": "log.ocel",
        "format": "ocel",
        "columns": COLUMNS,
        "object_type": kind,
        **more,
    }
    source = Source(name="crm", **{key: value for key, value in given.items() if value is not None})
    return read(source, rank=0, roots=(folder,), timezone="UTC", keys=())


def contents(folder: Path) -> dict[str, bytes | str]:
    return {
        "1.0 JSON": first_json(),
        "2.0 JSON": second_json(),
        "1.0 XML": first_xml(),
        "2.0 XML": second_xml(),
        "2.0 SQLite": sqlite(folder),
    }


@pytest.mark.parametrize("version", ["1.0 JSON", "2.0 JSON", "1.0 XML", "2.0 XML", "2.0 SQLite"])
def test_each_rendering_gives_the_same_rows(tmp_path: Path, version: str) -> None:
    columns = {**COLUMNS, "channel": "channel", "payload_key": "object:form"}
    found = taken(tmp_path, contents(tmp_path)[version], columns=columns)
    rows = found.events.select("native_event_id", "customer", "activity", "channel", "payload_key").rows()
    assert rows == [
        ("e1", "c1", "apply", "web", "f1"),
        ("e2", "c1", "apply", "phone", "f2"),
        ("e3", "c1", "meet", None, None),
        ("e3", "c2", "meet", None, None),
    ]
    assert [str(at) for at in found.events["start"]][:2] == [
        "2024-01-02 10:00:00+00:00",
        "2024-01-03 10:00:00+00:00",
    ]
    assert found.ledger.select("read", "accepted", "quarantined").row(0) == (5, 4, 1)
    assert found.quarantine["reason"].to_list() == ["no customer id"]  # e4 is of no citizen
    warnings = [line.removeprefix("source 'crm': log.ocel: ") for line in found.warnings]
    assert "1 events are of several 'citizen' and count for each of them (convergence)" in warnings
    assert any("1 times an activity recurs for one 'citizen'" in line for line in warnings)


def test_a_decoy_without_convergence_or_divergence_says_nothing(tmp_path: Path) -> None:
    found = taken(tmp_path, second_json(), kind="form")
    assert found.events["native_event_id"].to_list() == ["e1", "e2", "e4"]
    assert not [line for line in found.warnings if "vergence" in line]


def test_the_type_must_be_said_and_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"say whose journeys .*; its types are citizen \(2\), form \(2\)"):
        taken(tmp_path, second_json(), kind=None)
    with pytest.raises(SourceError, match="no object is a 'person'"):
        taken(tmp_path, second_json(), kind="person")
    alone = json.loads(second_json())
    alone["objects"] = alone["objects"][:2]
    assert taken(tmp_path, json.dumps(alone), kind=None).events.height == 4


def test_relations_that_dangle_and_types_nobody_declared_are_told(tmp_path: Path) -> None:
    log = json.loads(second_json(objectTypes=[{"name": "citizen"}]))
    log["events"][0]["relationships"].append({"objectId": "gone", "qualifier": ""})
    found = taken(tmp_path, json.dumps(log))
    assert found.events.height == 4
    said = " ".join(found.warnings)
    assert "1 relations name an object that the log does not have" in said
    assert "types that are not declared: form" in said


def test_an_event_id_that_occurs_twice_is_set_aside(tmp_path: Path) -> None:
    log = json.loads(second_json())
    log["events"].append({**log["events"][0], "type": "again"})
    twice = first_json().replace('"e2":', '"e1":')
    for content, left in ((json.dumps(log), 4), (twice, 3)):
        found = taken(tmp_path, content)
        assert found.events.height == left
        assert "an event of this id was read already" in found.quarantine["reason"].to_list()


def test_a_bad_time_is_set_aside(tmp_path: Path) -> None:
    found = taken(tmp_path, second_json().replace("2024-01-02T", "2024-02-31T"))
    assert any("not a time" in reason for reason in found.quarantine["reason"])


REFUSED = {
    "[]": "it has no section 'events'",
    '{"ocel:events": {}}': "it has no section 'ocel:objects'",
    '{"events": [], "objectTypes": []}': "it has no section 'objects'",
    "<log></log>": "neither events nor objects",
    "<!DOCTYPE log><log/>": "DOCTYPE",
    "<html/>": "root is <html>",
    '{"a":' * 100_000: "is not JSON",
}


@pytest.mark.parametrize("content", REFUSED, ids=lambda content: content[:30])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(SourceError, match=REFUSED[content]):
        taken(tmp_path, content)


def test_a_database_without_its_tables_or_of_other_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="it has no table event_object"):
        taken(tmp_path, sqlite(tmp_path, without="event_object"))
    whole = sqlite(tmp_path)
    with pytest.raises(SourceError, match="SQLite database"):
        taken(tmp_path, whole[: len(whole) // 2])
    found = taken(tmp_path, sqlite(tmp_path, without="event_Meet"))
    assert found.events.height == 2
    assert "no start time" in found.quarantine["reason"].to_list()


@pytest.mark.parametrize("version", ["1.0 JSON", "2.0 JSON", "1.0 XML", "2.0 XML"])
def test_truncated_at_any_byte_is_refused(tmp_path: Path, version: str) -> None:
    content = contents(tmp_path)[version]
    assert isinstance(content, str)
    for length in range(0, len(content), 17):
        with pytest.raises(SourceError):
            taken(tmp_path, content[:length])


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("pm4js/ocel20_example.jsonocel", "Purchase Order", 5),
        ("pm4js/ocel20_example.xmlocel", "Purchase Order", 5),
        ("pm4js/ocel20_example.sqlite", "Purchase Order", 5),
        ("pm4js/example_log.jsonocel", "order", 12),
        ("pm4js/example_log.xmlocel", "order", 12),
    ],
)
def test_real_logs(data: Path, tmp_path: Path, name: str, kind: str, rows: int) -> None:
    found = taken(tmp_path, (data / name).read_bytes(), kind=kind)
    assert found.events.height == rows
