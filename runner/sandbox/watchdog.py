"""The seat belt of the process sandbox: a thread that looks at all services 20 times a second, and ends what errs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from runner.catalog.kata import Limits
from runner.sandbox.tree import ProcessTree

_EVERY_S = 0.05
_DEEP_EVERY = 4
"""Orphans and the disk are looked at in every fourth look only: these cost the most."""


class Watched(Struct, frozen=True):
    """A service under watch; `on_breach` is called on the watchdog's thread, at most once."""

    tree: ProcessTree
    limits: Limits
    folder: Path
    on_breach: Callable[[str], None]


class Watchdog:
    def __init__(self) -> None:
        self._watched: dict[int, Watched] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prodrill-watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def watch(self, one: Watched) -> None:
        with self._lock:
            self._watched[one.tree.root] = one

    def forget(self, root: int) -> None:
        with self._lock:
            self._watched.pop(root, None)

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        looks = 0
        while not self._stop.wait(_EVERY_S):
            looks += 1
            with self._lock:
                watched = list(self._watched.values())
            for one in watched:
                reason = breach(one, deep=looks % _DEEP_EVERY == 0)
                if reason:
                    self.forget(one.tree.root)
                    one.on_breach(reason)


def breach(one: Watched, deep: bool) -> str:
    """The limit that it is over: `memory`, `processes`, `disk`; empty when none."""
    usage = one.tree.usage(orphans=deep)
    if usage.private_bytes > one.limits.memory_mb * 2**20:
        return "memory"
    if usage.tasks > one.limits.pids:
        return "processes"
    if deep and folder_bytes(one.folder) > one.limits.tmp_mb * 2**20:
        return "disk"
    return ""


def folder_bytes(folder: Path) -> int:
    """Bytes that the files below `folder` hold on the disk; 0 once it is gone."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(where) / name).lstat().st_blocks * 512
            except OSError:
                continue
    return total
