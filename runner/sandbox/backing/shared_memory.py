"""The System V shared memory segment that each PostgreSQL holds: a killed server leaves it to the system for ever."""

from __future__ import annotations

import contextlib
import ctypes
import subprocess
from pathlib import Path

from runner.sandbox.backing.home import rights

_IPC_RMID = 0
_TABLE = Path("/proc/sysvipc/shm")
_LINE_OF_SEGMENT = 6


def release_below(folder: Path, *, all_ended: bool = False) -> None:
    """Remove the segments of the servers whose data directories lie in `folder`, where nobody is attached to them.

    Only Linux tells who is; elsewhere they are removed where the caller knows that every server has ended.
    """
    for record in folder.glob("*/data/postmaster.pid"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            key, identity = map(int, record.read_text().splitlines()[_LINE_OF_SEGMENT].split())
            if _is_unused(key, identity, all_ended):
                _remove(identity)


def _remove(identity: int) -> None:
    """By ourselves or, where root may not touch what others own, as in a container, with the rights of its owner."""
    if ctypes.CDLL(None).shmctl(identity, _IPC_RMID, None) != 0:
        subprocess.run(["ipcrm", "-m", str(identity)], capture_output=True, check=False, cwd="/", **rights())


def _is_unused(key: int, identity: int, all_ended: bool) -> bool:
    """Whether that very segment is there with nobody attached."""
    try:
        lines = _TABLE.read_text().splitlines()[1:]
    except OSError:
        return all_ended
    for line in lines:
        fields = line.split()
        if int(fields[0]) == key and int(fields[1]) == identity:
            return int(fields[6]) == 0
    return False
