"""Which engine do the settings ask for?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from cjmine.engine.settings import EngineSettings, Kind
from cjmine.engine.tasks import Engine


@contextmanager
def choose(
    settings: EngineSettings, folder: Path, *, local: AbstractContextManager[Engine]
) -> Iterator[Engine]:
    """Yield the engine: ``local``, which starts only now, or Spark.

    ``folder`` is where results go; on a cluster every worker must see it. A Spark session that runs
    already is used as it is, and stays, as does one started here: starting another is dear.
    Raises ``EngineError`` where Spark or Java is missing or does not start.
    """
    if settings.kind is Kind.LOCAL:
        with local as engine:
            yield engine
        return
    from cjmine.engine.spark import SparkEngine, session  # noqa: PLC0415 (an extra)

    yield SparkEngine(session(settings.master), folder.absolute())
