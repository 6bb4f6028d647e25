"""`@probe`: one criterion's drive and its judge, tied together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runner.probes.inputs import Inputs
from runner.record.finding import Finding
from runner.record.history import History

Drive = Callable[..., Awaitable[None]]
Judge = Callable[[History], Finding]
Environment = Mapping[str, str] | Callable[[Inputs], Mapping[str, str]]


class Probe:
    """A drive, which records, and a judge, which decides; `id` is the criterion's in `kata.yaml`.

    `window_s` declares how many seconds the drive itself needs, so that what the machinery costs can be told apart.
    """

    def __init__(
        self,
        criterion: str,
        drive: Drive,
        *,
        window_s: float,
        env: Environment,
        start: bool,
        memory_mb: int | None,
        heap_mb: int | None,
    ) -> None:
        self.id = criterion
        self.drive = drive
        self.window_s = window_s
        self.start = start
        self.memory_mb = memory_mb
        self.heap_mb = heap_mb
        self._env = env
        self.decide: Judge | None = None
        self.__doc__ = drive.__doc__
        self.__name__ = getattr(drive, "__name__", criterion)

    def judge(self, function: Judge) -> Judge:
        """Name the judge of this probe; returns it unchanged, for unit tests."""
        self.decide = function
        return function

    def environment(self, inputs: Inputs) -> dict[str, str]:
        """What the service sees beside what the kata says."""
        return dict(self._env(inputs) if callable(self._env) else self._env)


def probe(
    criterion: str,
    *,
    window_s: float = 0.0,
    env: Environment | None = None,
    start: bool = True,
    memory_mb: int | None = None,
    heap_mb: int | None = None,
) -> Callable[[Drive], Probe]:
    """Make an async function the probe of a criterion. With `start=False` the drive starts the service itself."""

    def wrap(drive: Drive) -> Probe:
        return Probe(
            criterion,
            drive,
            window_s=window_s,
            env=env or {},
            start=start,
            memory_mb=memory_mb,
            heap_mb=heap_mb,
        )

    return wrap


def is_probe(value: Any) -> bool:
    return isinstance(value, Probe)
