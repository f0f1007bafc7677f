"""Is somebody else writing this run right now?

An exclusive lock on a hidden file, held by the kernel: it is released when the
process ends, however it ends. The file stays, because removing it would race.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cjmine.errors import EngineError

# the byte that is locked lies far behind the text, so that others can read who holds it
_FAR = 1 << 30


@contextmanager
def locked(path: Path, subject: Path) -> Iterator[None]:
    """Hold the lock at ``path`` on ``subject``; ``EngineError`` when it is held, or no plain file."""
    fault = f"{path}: cannot be used as a lock: it is a link, a folder or a special file"
    hint = f"look at it, and remove it if nobody needs it: {path}"
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise EngineError(fault, hint)
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        state = os.fstat(handle)
        # a second name would let somebody else's file be overwritten
        if not stat.S_ISREG(state.st_mode) or state.st_nlink > 1:
            raise EngineError(fault, hint)
        if not _seize(handle):
            holder = (
                os.pread(handle, 20, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            )
            busy = f"{subject}: in use by process {holder or 'unknown'}"
            raise EngineError(busy, "wait until it has finished, or give this run another output folder")
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _seize(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True
else:
    import fcntl

    def _seize(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True
