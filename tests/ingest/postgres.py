"""A PostgreSQL of the tests' own: started on a socket in a folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server that only this machine's users reach, by a socket; yield its address."""
    binaries = BINARIES[-1]
    place = Path(mkdtemp(prefix="cjmine-postgres-"))
    who = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if who:
        shutil.chown(place, who)

    def call(name: str, *words: str) -> None:
        subprocess.run([str(binaries / name), *words], check=True, user=who, cwd=place, **_QUIET)

    data = place / "data"
    call("initdb", "-D", str(data), "-A", "trust", "-U", "owner", "-N")
    options = f"-c listen_addresses= -c unix_socket_directories={place} -c fsync=off"
    call("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(place / "log"), "start")
    try:
        yield f"postgresql://owner:geheim@/postgres?host={place}"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(place, ignore_errors=True)
