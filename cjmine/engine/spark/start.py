"""How does Spark start so that its results equal those of one machine?"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cjmine.errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS: Mapping[str, str] = {
    "spark.executorEnv.POLARS_MAX_THREADS": "1",  # Spark runs a task on each core already
    "spark.ui.showConsoleProgress": "false",
}
_LOG = """rootLogger.level = error
logger.python.name = org.apache.spark.api.python.PythonGatewayServer
logger.python.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d %p %c{1}: %m%n%ex
"""


def session(master: str | None = None) -> SparkSession:
    """Return a Spark session; ``with`` stops it at the end. One that already runs is returned as it is.

    Without a master Spark's own configuration decides (``spark-submit``,
    ``spark-defaults.conf``), else all cores of this machine work.
    With a ``local`` master the workers run this very Python; for any other,
    PYSPARK_PYTHON names theirs. ``local[N,F]`` tries a task up to F times,
    ``local[N]`` only once.
    """
    _require()
    local = master is not None and master.startswith("local")
    with hushed(), _environment(local=local), tempfile.TemporaryDirectory() as folder:
        from py4j.protocol import Py4JError  # noqa: PLC0415 (comes with pyspark)
        from pyspark.errors import PySparkException  # noqa: PLC0415 (an extra)
        from pyspark.sql import SparkSession  # noqa: PLC0415

        log = Path(folder, "log4j2.properties")
        log.write_text(_LOG, encoding="utf-8")
        builder = SparkSession.builder.appName("cjmine")
        if master is not None:
            builder = builder.master(master)
        builder = builder.config(
            "spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={log.as_uri()}"
        )
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        if local:
            builder = builder.config("spark.ui.enabled", "false")
        try:
            return builder.getOrCreate()
        except (PySparkException, Py4JError) as error:
            said = re.search(r"(?<=Exception: ).+", str(error))
            where = f" with master {master!r}" if master is not None else ""
            fault = f"Spark did not start{where}: {said[0] if said else error}"
            raise EngineError(fault, "its own messages stand above; it needs Java 17 or newer") from error


def _require() -> None:
    """Refuse to start without PySpark or Java, and say how to get them."""
    faults = {}
    if find_spec("pyspark") is None:
        faults["PySpark is not installed"] = "pip install 'cjmine[spark]'"
    home = os.environ.get("JAVA_HOME")
    if shutil.which(Path(home, "bin", "java") if home else "java") is None:
        where = f"in JAVA_HOME={home}" if home else "on the PATH"
        faults[f"Spark needs Java 17 or newer, and there is no java {where}"] = (
            "apt-get install openjdk-17-jre-headless, or set JAVA_HOME"
        )
    if faults:
        raise EngineError(list(faults), "; ".join(faults.values()))


@contextmanager
def hushed() -> Iterator[None]:
    """Silence PySpark's remark about new versions of pandas, which takes no part here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


@contextmanager
def _environment(*, local: bool) -> Iterator[None]:
    """Set what Spark reads from the environment while it starts, and put back what was there."""
    spec = find_spec("pyspark")
    known = {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(Path(spec.origin).parent) if spec and spec.origin else "",
        "SPARK_SCALA_VERSION": "2.13",
    }
    wanted = {name: os.environ.get(name) or value for name, value in known.items()}
    wanted["PYSPARK_DRIVER_PYTHON"] = sys.executable
    if local:
        wanted |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
