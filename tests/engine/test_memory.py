from __future__ import annotations

import pytest

from cjmine.engine import memory
from cjmine.errors import EngineError, SettingsError


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("2 GB", 2 << 30),
        ("1500MB", 1500 << 20),
        ("1.5 GiB", 3 << 29),
        (" 4g ", 4 << 30),
        ("1073741824", 1 << 30),
    ],
)
def test_amounts_of_memory_are_read(text: str, expect: int) -> None:
    assert memory.size(text) == expect


@pytest.mark.parametrize("text", ["", "much", "2 XB", "-1 GB", "2,5 GB"])
def test_other_amounts_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no amount of memory; write '2 GB'"):
        memory.size(text)


def test_memory_and_cores_decide_how_many_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "cores", lambda: 8)
    monkeypatch.setattr(memory, "limit", lambda: None)
    assert [memory.workers(one << 30) for one in (1, 2, 4, 64)] == [1, 2, 4, 8]
    monkeypatch.setattr(memory, "limit", lambda: 2 << 30)
    assert memory.workers(64 << 30) == 2


def test_too_little_memory_is_refused_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "limit", lambda: None)
    with pytest.raises(EngineError, match="needs about 1,024 MB of memory; 512 MB are allowed"):
        memory.workers(512 << 20)
    monkeypatch.setattr(memory, "limit", lambda: 300 << 20)
    with pytest.raises(EngineError, match="300 MB are allowed"):
        memory.workers(8 << 30)
