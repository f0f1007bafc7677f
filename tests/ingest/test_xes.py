"""XES: legal XML in every dress is read, and nothing is accepted in part."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from cjmine.errors import SourceError
from cjmine.ingest.log import read_log

from .conftest import Reader

COLUMNS = {"customer": "case:concept:name", "activity": "concept:name", "start": "time:timestamp"}
EVENT = (
    '<event><string key="concept:name" value="{what}"/>'
    '<date key="time:timestamp" value="2024-01-02T10:00:00.000+01:00"/>{more}</event>'
)


def _event(what: str = "call", more: str = "") -> str:
    return EVENT.format(what=what, more=more)


def _log(*events: str, name: str | None = "c1", before: str = "", after: str = "") -> str:
    title = f'<string key="concept:name" value="{name}"/>' if name else ""
    return f"{before}<log>{after}<trace>{title}{''.join(events)}</trace></log>"


NESTED = '<list key="l"><values><string key="concept:name" value="inner"/></values></list>'
ACCEPTED = {
    "plain": _log(_event()),
    "nested attributes": _log(
        _event(more=NESTED + '<string key="x" value="1"><int key="y" value="2"/></string>')
    ),
    "namespace prefix": _log(_event())
    .replace("<", "<x:")
    .replace("<x:/", "</x:")
    .replace("<x:log>", '<x:log xmlns:x="http://www.xes-standard.org/">'),
    "events in comments": _log(_event(), after=f"<!-- {_event('no')} -->", before="<!-- <!DOCTYPE x> -->"),
    "a long comment first": _log(_event(), before=f"<!--{'x' * 700_000}-->"),
    "entities and single quotes": _log(_event().replace('"call"', "'&#99;all'")),
    "utf-16": _log(_event(), before='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "latin-1": _log(_event(), before='<?xml version="1.0" encoding="ISO-8859-1"?><!-- \xe9 -->').encode(
        "latin-1"
    ),
    "attributes after the events": _log(_event()).replace(
        "</trace>", '<string key="org" value="x"/></trace>'
    ),
}
SET_ASIDE = {
    "without name": (_log(_event(), EVENT.replace("concept:name", "other")), "no activity"),
    "without time": (_log(_event(), _event().replace("time:", "x:")), "no start time"),
    "bad time": (_log(_event(), _event().replace("-02T", "-32T")), "not a time in this column's form"),
    "name twice": (_log(_event(), _event(more='<string key="concept:name" value="b"/>')), "occurs twice"),
    "outside a trace": (_log(_event()).replace("</log>", _event() + "</log>"), "outside any trace"),
    "no case": (
        _log(_event()).replace("</log>", f"<trace>{_event()}</trace></log>"),
        "no customer id",
    ),
}
BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(10))
REFUSED = {
    "doctype": (_log(_event(), before="<!DOCTYPE log>"), "DOCTYPE"),
    "doctype later": (
        _log(_event(), before=f"<?xml version='1.0'?><!--{'x' * 600_000}-->\n<!DOCTYPE log>"),
        "DOCTYPE",
    ),
    "utf-16 doctype": (_log(_event(), before="<!DOCTYPE log>").encode("utf-16"), "DOCTYPE"),
    "billion laughs": (_log(_event("&e9;"), before=f"<!DOCTYPE log [{BOMB}]>"), "DOCTYPE"),
    "external entity": (
        _log(_event("&x;"), before='<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
        "DOCTYPE",
    ),
    "undefined entity": (_log(_event("&x;")), "not well-formed"),
    "two roots": (_log(_event()) * 2, "not well-formed"),
    "mismatched tags": (_log(_event()).replace("</trace>", "\n</tarce>"), "line 2"),
    "html": ("<html><body/></html>", "root is <html>"),
    "json": ('{"a": 1}', "is not XML"),
    "nothing": ("", "is empty"),
    "too deep": (_log(_event(more="<list>" * 60_000)), "deeper than the parser's limit"),
    "too long": (_log(_event("x" * 11_000_000)), "a value longer than the limit"),
    "a value without end": (_log(_event())[:-20] + "x" * 12_000_000, "limit"),
    "endless prolog": (f"<!--{'x' * 1_500_000}", "no root element in the first 1 MiB"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(reading: Reader, case: str) -> None:
    found = reading("x.xes", ACCEPTED[case], columns=COLUMNS)
    assert found.events.select("customer", "activity", "source_row").rows() == [("c1", "call", 1)]
    assert str(found.events["start"].item()) == "2024-01-02 09:00:00+00:00"
    assert found.quarantine.is_empty()


@pytest.mark.parametrize("case", SET_ASIDE)
def test_set_aside(reading: Reader, case: str) -> None:
    content, reason = SET_ASIDE[case]
    found = reading("x.xes", content, columns=COLUMNS)
    assert found.events.height == 1
    assert found.quarantine["row"].to_list() == [2]
    assert reason in found.quarantine["reason"].item()


@pytest.mark.parametrize("case", REFUSED)
def test_refused(reading: Reader, case: str) -> None:
    content, message = REFUSED[case]
    with pytest.raises(SourceError, match=message):
        reading("x.xes", content, columns=COLUMNS)


@pytest.mark.parametrize("name", ["x.xes", "x.xes.gz"])
def test_truncated_at_any_byte_is_refused(reading: Reader, tmp_path: Path, name: str) -> None:
    text = _log(_event(), _event("b"), before="<?xml version='1.0'?>\n").encode()
    whole = gzip.compress(text) if name.endswith(".gz") else text
    assert reading(name, text, columns=COLUMNS).events.height == 2
    for length in range(len(whole)):
        (tmp_path / name).write_bytes(whole[:length])
        with pytest.raises(SourceError):
            read_log(tmp_path / name, case=None, activity=None, time=None, end=None)


def test_odd_traces_are_said(reading: Reader) -> None:
    trace = _log(_event()).removeprefix("<log>").removesuffix("</log>")
    found = reading("x.xes", f"<log>{trace * 2}<trace/></log>", columns=COLUMNS)
    assert found.events.height == 2
    assert "1 trace names occur more than once" in found.warnings[0]
    assert "1 traces have no events" in found.warnings[1]


def test_string_times_of_a_real_log(data: Path) -> None:
    found = read_log(data / "pm4js/10_orders.xes", case=None, activity=None, time=None, end=None)
    assert found.ledger.select("read", "accepted").row(0) == (154, 154)
    assert str(found.events["start"].min()) == "2019-11-03 01:11:19+00:00"


@pytest.mark.parametrize(("log", "cases", "rows"), [("receipt", 1434, 8577), ("reviewing", 100, 3730)])
def test_real_logs(data: Path, log: str, cases: int, rows: int) -> None:
    found = read_log(data / f"pm4js/{log}.xes.gz", case=None, activity=None, time=None, end=None)
    assert (found.events.height, found.events["customer"].n_unique()) == (rows, cases)
    assert found.events["link_keys"].list.first()[0].startswith("log=")


def test_systems_of_one_university_by_their_shared_key(data: Path) -> None:
    folder = data / "bpic2020"
    expected = {"PermitLog": ("(case)_id", 81092), "PrepaidTravelCost": ("(case)_Permit_id", 17507)}
    for log, (case, rows) in expected.items():
        found = read_log(folder / f"{log}.cleaned.xes.gz", case=case, activity=None, time=None, end=None)
        assert found.ledger.select("read", "accepted", "quarantined").row(0) == (rows, rows, 0)
