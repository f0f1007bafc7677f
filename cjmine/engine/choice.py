"""Which engine do the settings ask for?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cjmine.engine.local import local
from cjmine.engine.settings import EngineSettings, Kind
from cjmine.engine.tasks import Engine


@contextmanager
def choose(settings: EngineSettings, folder: Path, *, workers: int | None) -> Iterator[Engine]:
    """Yield the engine that the settings ask for.

    ``folder`` is where tasks leave their results; on a cluster every worker must see it. On this machine
    ``workers`` processes do them (see ``local``). A Spark session that runs already is used as it is,
    and stays, as does one started here: starting another is dear. Raises ``EngineError`` where Spark
    or Java is missing or does not start.
    """
    if settings.kind is Kind.LOCAL:
        with local(workers) as engine:
            yield engine
        return
    from cjmine.engine.spark import SparkEngine, session  # noqa: PLC0415 (an extra)

    started = session(settings.master)
    folder.mkdir(parents=True, exist_ok=True)
    yield SparkEngine(started, folder.absolute())
