"""Which engine do the settings ask for?"""

from __future__ import annotations

from pathlib import Path

from cjmine.engine.settings import EngineSettings, Kind
from cjmine.engine.tasks import Engine


def choose(settings: EngineSettings, folder: Path, *, local: Engine) -> Engine:
    """Return ``local``, or Spark with a session that runs already or is started now.

    ``folder`` is where results go; on a cluster every worker must see it.
    Raises ``EngineError`` where Spark or Java is missing or does not start.
    """
    if settings.kind is Kind.LOCAL:
        return local
    from cjmine.engine.spark import SparkEngine, session  # noqa: PLC0415 (an extra)

    return SparkEngine(session(settings.master), folder)
