"""Who a run belongs to: the process that started it, named so that no later process of its number is taken for it."""

from __future__ import annotations

import os
import platform

import msgspec
import psutil


class Owner(msgspec.Struct, frozen=True):
    """A process by number, time of creation (seconds since the epoch) and machine."""

    pid: int
    created_s: float
    host: str

    @classmethod
    def current(cls) -> Owner:
        return cls(os.getpid(), psutil.Process().create_time(), platform.node())

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """What `label` made; None for anything else."""
        try:
            pid, created_s, host = text.split("@", 2)
            return cls(int(pid), float(created_s), host)
        except ValueError:
            return None

    @property
    def label(self) -> str:
        return f"{self.pid}@{self.created_s:.2f}@{self.host}"

    @property
    def is_dead(self) -> bool:
        """Only when it is certain: of another machine nothing is known."""
        return self.host == platform.node() and not is_alive(self.pid, self.created_s)


def created_s(pid: int) -> float:
    """When `pid` was created, in seconds since the epoch; 0 once it is gone."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def is_alive(pid: int, created_s: float) -> bool:
    """Whether that very process still runs; a zombie does not."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - created_s) < 2 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.AccessDenied:
        return True
    except psutil.Error:
        return False
