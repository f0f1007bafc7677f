"""What if memory runs out? Libraries end the whole process then, without a word; somebody has to say it.

Where the system caps this process's memory, the verb runs in a process of its own, and its end is told as an
error. Without a cap nothing is started twice.
"""

from __future__ import annotations

import os
import subprocess
import sys

from cjmine.engine.memory import limit
from cjmine.errors import EngineError

_GUARDED = "CJMINE_GUARDED"
_LOST = (
    b"memory allocation of",
    b"MemoryError",
    b"failed to map segment",
    b"Cannot allocate memory",
    b'kind: WouldBlock, message: "Resource temporarily unavailable"',  # no room for a thread's stack
    b"can't start new thread",
)
"""How libraries say that memory has run out."""


def guarded() -> int | None:
    """Run this very command in a process of its own, where memory is capped; ``None`` where it is not.

    Returns its exit code. Raises ``EngineError`` where it was ended by a signal or by lack of memory.
    """
    cap = limit()
    if cap is None or os.environ.get(_GUARDED):
        return None
    command = [sys.executable, "-m", "cjmine", *sys.argv[1:]]
    done = subprocess.run(  # noqa: S603 - this very command
        command, env={**os.environ, _GUARDED: "1"}, stderr=subprocess.PIPE, check=False
    )
    lost = done.returncode and any(sign in done.stderr for sign in _LOST)
    if done.returncode < 0 or lost:
        how = f"by signal {-done.returncode}" if done.returncode < 0 else f"with code {done.returncode}"
        fault = f"the run was ended {how}: it ran out of memory; at most {cap >> 20:,} MB are granted"
        hint = "raise the limit, close other programs, or run on a cluster with --engine spark"
        raise EngineError(fault, hint)
    sys.stderr.buffer.write(done.stderr)
    return done.returncode
