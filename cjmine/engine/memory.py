"""How much memory may a run use, and how many processes is that?

A worker holds one partition and what its kernels make of it; the process that leads them holds the
numbers of all ids (some thirty bytes each) and the merged tallies.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from cjmine.errors import EngineError, SettingsError

DEFAULT = 2 << 30
LEADER = 600 << 20
WORKER = 700 << 20
LEAST = 1 << 30
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_ABSURD = 1 << 50
"""What a control group says where it sets no limit."""


def size(text: str) -> int:
    """Return a number of bytes from text such as ``2GB`` or ``1500 MB``; raises ``SettingsError``.

    >>> size("1.5 GB")
    1610612736
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        msg = f"{text!r} is no amount of memory; write '2 GB' or '1500 MB'"
        raise SettingsError(msg)
    return int(float(found[1]) * _UNITS[found[2].lower()])


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(allowed: int) -> int:
    """Return how many processes fit into so many bytes beside the one that leads them; at least 1.

    Raises ``EngineError`` where not even one partition fits, or where the machine grants less than that.
    """
    granted = min(allowed, limit() or allowed)
    if granted < LEAST:
        fault = f"a run needs about {LEAST >> 20:,} MB of memory; {granted >> 20:,} MB are allowed"
        raise EngineError(fault, "allow more with --memory, or run on a cluster with --engine spark")
    return max(1, min(cores(), (granted - LEADER) // WORKER))


def limit() -> int | None:
    """Return the bytes that the system grants this process at most, if it sets a limit."""
    found = [_control_group(), _address_space()]
    limits = [one for one in found if one is not None]
    return min(limits, default=None)


def _control_group() -> int | None:
    for path in _CGROUPS:
        try:
            text = Path(path).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < _ABSURD:
            return int(text)
    return None


def _address_space() -> int | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 (not on Windows)

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft
