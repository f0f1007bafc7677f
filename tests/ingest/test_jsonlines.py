"""JSON lines: one bad line costs one row, numbers keep their text."""

from __future__ import annotations

import json

import pytest

from cjmine.errors import SourceError

from .conftest import Reader

GOOD = '{"who": 1, "what": "call", "when": "2024-01-02"}\n'


def test_values_keep_their_text(reading: Reader) -> None:
    ids = ["1e5", "1E5", "123456789012345678901", "1.0", "true", '"00123"', '"1"']
    lines = "".join(GOOD.replace("1", one, 1) + "\n" for one in ids)
    found = reading("x.jsonl", "\ufeff" + lines.replace("\n", "\r\n"))
    assert found.events["customer"].to_list() == [one.strip('"') for one in ids]
    assert found.ledger["read"].item() == len(ids)


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ('{"who": 1, "what": "ca', None, "not JSON: Unterminated string"),
        ('{"who": NaN, "what": "x", "when": "2024-01-02"}', None, "NaN is not JSON"),
        ('{"who": 1, "who": 2}', None, "a key occurs twice"),
        ('{"who": 1, "what": {"x": 1}, "when": "2024-01-02"}', "what", "an object or list"),
        ('{"who": ["1"], "what": "x", "when": "2024-01-02"}', "who", "an object or list"),
        ('{"a":' * 100_000, None, "nested too deeply"),
        ("[1]", None, "not a JSON object"),
        ('{"who": "\\ud800", "what": "x", "when": "2024-01-02"}', None, "half a character"),
        ('{"what": "x", "when": "2024-01-02"}', "customer", "no customer id"),
    ],
)
def test_set_aside(reading: Reader, line: str, column: str | None, reason: str) -> None:
    found = reading("x.jsonl", GOOD + "\n" + line + "\n" + GOOD)
    assert found.events["source_row"].to_list() == [1, 3]
    row, number, where, value, why = found.quarantine.select("row", "line", "column", "value", "reason").row(
        0
    )
    assert (row, number, where) == (2, 3, column)
    assert why.startswith(reason)
    assert value is None or len(value) <= 60


def test_nested_values_that_nobody_asked_for_are_no_fault(reading: Reader) -> None:
    assert reading("x.jsonl", GOOD.replace("}", ', "more": {"a": [1]}}')).events.height == 1


@pytest.mark.parametrize(
    "content", [json.dumps([json.loads(GOOD)]), "<html></html>", "PAR1", "who,what\n1,2\n"]
)
def test_other_files_are_refused(reading: Reader, content: str) -> None:
    with pytest.raises(SourceError, match=r"x\.jsonl: "):
        reading("x.jsonl", content)


def test_nothing_at_all_is_no_events(reading: Reader) -> None:
    assert reading("x.jsonl", "").warnings == ("source 'crm': x.jsonl: no events",)
