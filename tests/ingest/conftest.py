from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cjmine.ingest.settings import Source
from cjmine.ingest.source import Reading, read

COLUMNS = {"customer": "who", "activity": "what", "start": "when"}
Reader = Callable[..., Reading]


@pytest.fixture
def reading(tmp_path: Path) -> Reader:
    """Write content under a name and read it as one source; ``who``, ``what`` and ``when`` are mapped."""

    def go(
        name: str,
        content: bytes | str,
        *,
        keys: tuple[str, ...] = (),
        anonymous: bool = False,
        **settings: object,
    ) -> Reading:
        raw = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        form = next(
            form for form in ("csv", "jsonl", "parquet", "xes", "xlsx", "fixed") if f".{form}" in name
        )
        given: dict[str, Any] = {"files": (name,), "format": form, "columns": COLUMNS, **settings}
        source = Source(name="crm", **given)
        return read(
            source, rank=3, roots=(tmp_path,), timezone="Europe/London", keys=keys, anonymous=anonymous
        )

    return go
