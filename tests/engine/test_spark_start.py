from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cjmine.engine import spark
from cjmine.engine.spark import start
from cjmine.errors import EngineError
from tests.conftest import need


def test_what_is_missing_is_named_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(start, "find_spec", lambda _: None)
    with pytest.raises(EngineError) as raised:
        spark.session("local[1]")
    assert raised.value.faults[0] == "PySpark is not installed"
    assert f"no java in JAVA_HOME={tmp_path}" in raised.value.faults[1]
    assert "pip install 'cjmine[spark]'; apt-get install openjdk-17" in raised.value.hint
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match="no java on the PATH"):
        spark.session("local[1]")


def test_a_java_that_does_not_work_is_one_clear_error(tmp_path: Path) -> None:
    need(find_spec("pyspark"), "no PySpark: pip install 'cjmine[spark]'")
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    code = """
from cjmine.engine import spark
from cjmine.errors import EngineError
try:
    spark.session("local[1]")
except EngineError as error:
    print(error)
"""
    # a process of its own: Spark keeps the Java it once started
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "JAVA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Spark did not start with master 'local[1]': [JAVA_GATEWAY_EXITED]")
    assert "it needs Java 17 or newer" in done.stdout
