"""What the kernel says of a service's time: how long each of its threads ran, or waited for a core.

A service that is neither running nor waiting for a core sleeps: on a timer, a socket, a lock. That tells "it waits on
purpose" from "the machine did not let it", which a clock on the wall cannot.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

_CGROUPS = Path("/sys/fs/cgroup")
_STAT = Path("/proc/stat")
_NEW = (0.0, 0.0)


class Turns(Struct, frozen=True):
    """Seconds since it began that each thread ran, and that it waited for a core; and those that a quota held all back.

    `threads` is empty where the kernel does not tell. `ran_s` is what all ran, in hundredths, with threads that have
    gone and the processes that they waited for.
    """

    threads: dict[int, tuple[float, float]] = {}
    throttled_s: float = 0.0
    ran_s: float = 0.0


def turns_of(pids: Iterable[int]) -> Turns:
    """Of all threads of these processes; those that have gone are left out."""
    threads: dict[int, tuple[float, float]] = {}
    throttled_s = all_ran_s = 0.0
    for pid in pids:
        throttled_s = max(throttled_s, _throttled_s(pid))
        all_ran_s += _ran_s(pid)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(OSError, ValueError):
                    ran_ns, waited_ns, _ = map(int, (task / "schedstat").read_bytes().split())
                    threads[int(task.name)] = (ran_ns / 1e9, waited_ns / 1e9)
    return Turns(threads, throttled_s, all_ran_s)


def ran_between_s(before: Turns, after: Turns) -> float:
    """What the service ran between two looks, that of threads and processes which came and went meanwhile as well."""
    seen_s = sum(ran - before.threads.get(thread, _NEW)[0] for thread, (ran, _) in after.threads.items())
    return max(seen_s, after.ran_s - before.ran_s)


def slept_s(before: Turns, after: Turns, wall_s: float) -> float | None:
    """How much of the time between two looks nobody of the service ran or wanted to; None where that is not known.

    Helpers of the runtime wait for a core beside the thread that does the work, so of all waits the longest one counts.
    Of a thread that has gone in between nobody tells how long it waited.
    """
    if not before.threads or not before.threads.keys() <= after.threads.keys():
        return None
    busy_s = ran_between_s(before, after) + longest_wait_s(before, after)
    return max(0.0, wall_s - busy_s - (after.throttled_s - before.throttled_s))


def wanting(before: Turns, after: Turns, wall_s: float) -> float:
    """How many threads of the service ran or waited for a core between two looks, on the average."""
    waited_s = sum(waited - before.threads.get(thread, _NEW)[1] for thread, (_, waited) in after.threads.items())
    return (ran_between_s(before, after) + waited_s) / wall_s


def running_or_waiting() -> int | None:
    """How many threads of the machine run or wait for a core at this moment, ours not; None where nobody tells."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(_STAT.read_text().split("procs_running ", 1)[1].split(maxsplit=1)[0]) - 1
    return None


def longest_wait_s(before: Turns, after: Turns) -> float:
    """How long one of its threads waited for a core between two looks: the one that waited longest."""
    waits = (waited - before.threads.get(thread, _NEW)[1] for thread, (_, waited) in after.threads.items())
    return max(waits, default=0.0)


def _throttled_s(pid: int) -> float:
    """In version 1 of the kernel's control groups nanoseconds, in version 2 microseconds."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            text = (_CGROUPS / controllers / path.lstrip("/") / "cpu.stat").read_text()
            told = dict(entry.split() for entry in text.splitlines())
            return int(told.get("throttled_time", 0)) / 1e9 + int(told.get("throttled_usec", 0)) / 1e6
    return 0.0


def _ran_s(pid: int) -> float:
    """The sum of utime, stime, cutime and cstime; the name before them may hold spaces and parentheses."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0
