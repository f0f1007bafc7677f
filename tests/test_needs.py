from __future__ import annotations

import pytest

from tests.conftest import need


def test_a_missing_part_skips_unless_all_parts_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    need(present=True, reason="there")
    monkeypatch.delenv("CJMINE_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Java"):
        need(present=False, reason="no Java")
    monkeypatch.setenv("CJMINE_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no Java"):
        need(present=False, reason="no Java")
