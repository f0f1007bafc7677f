from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import need

BY_VALUE = ("tests.engine.spark_work", "tests.engine.test_spark", "tests.engine.test_spark_components")
"""Workers do not have the tests: what these define travels whole."""


@pytest.fixture(scope="package")
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One session for all tests of a master; workers' logs stay out of the installed package."""
    need(find_spec("pyspark"), "no PySpark: pip install 'cjmine[spark]'")
    need(shutil.which("java"), "no Java: apt-get install openjdk-17-jre-headless")
    from pyspark import cloudpickle  # noqa: PLC0415

    from cjmine.engine.spark import session  # noqa: PLC0415

    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    home = tmp_path_factory.mktemp("spark")
    for part in ("bin", "jars"):
        (home / part).symlink_to(Path(spec.origin).parent / part)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        started = session(getattr(request, "param", "local[2,4]"))
    started.conf.set("spark.sql.shuffle.partitions", "4")  # small tables
    for name in BY_VALUE:
        if name in sys.modules:
            cloudpickle.register_pickle_by_value(sys.modules[name])
    with started:
        yield started
