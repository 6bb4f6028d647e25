"""One app at a time changes a learner's state: whoever comes second is told who is first.

The lock is the kernel's (`flock`) on a file that stays: it ends with its process however that ends, so that none is
ever left behind. Commands beside the app take no lock: each does one thing, in one transaction.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from runner.learner.errors import LearnerError
from runner.learner.home import data_home

try:
    import fcntl
except ImportError:  # no such lock on Windows: two apps are then not told of each other
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def app_lock() -> Iterator[str]:
    """Holds the lock for the block and yields an empty string; or, where another app holds it, who that is.

    Raises `LearnerError` where the file cannot be written.
    """
    file = data_home() / "app.lock"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LearnerError(
            f"{file} cannot be written ({error.strerror}). Set PRODRILL_HOME to a folder you can write to."
        ) from error
    try:
        yield _taken(descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> str:
    if fcntl is None:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
        return f"process {holder}" if holder.isdecimal() else "another process"
    except OSError:
        return ""  # a file system without locks, some network ones: better an app without than none
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return ""
