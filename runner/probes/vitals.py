"""How the service's processes feel, as they tell it; for display, never for a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable

from runner.record.events import VitalsSampled

_LONGEST_LINE = 65536
_FIGURES: dict[str, type] = {
    "loop_delay_ms": float,
    "loop_utilization": float,
    "rss_bytes": int,
    "heap_bytes": int,
    "handles": int,
    "cpu_share": float,
    "open_sockets": int,
    "in_flight": int,
}


class Vitals:
    """The latest sample of every process that is connected; what is told is the worst of them in each figure.

    So several processes do not make the picture flicker, and the one in trouble is not hidden by the others.
    """

    def __init__(self, emit: Callable[[VitalsSampled], None], now: Callable[[], float]) -> None:
        self._emit, self._now = emit, now
        self._latest: dict[VitalsReceiver, dict[str, float]] = {}

    def take(self, process: VitalsReceiver, sample: dict[str, float]) -> None:
        self._latest[process] = sample
        worst = {name: max(one[name] for one in self._latest.values()) for name in _FIGURES}
        self._emit(VitalsSampled(self._now(), **worst))  # type: ignore[arg-type]  # each is of its figure's type

    def forget(self, process: VitalsReceiver) -> None:
        self._latest.pop(process, None)


class VitalsReceiver:
    """Lines of vitals from one process of the service."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data)[-_LONGEST_LINE:].split(b"\n")
        for line in lines:
            try:
                sample = json.loads(line)
                figures = {name: kind(sample[name]) for name, kind in _FIGURES.items()}
            except (ValueError, KeyError, TypeError):
                continue
            self._vitals.take(self, figures)

    def ended(self, how: str) -> None:
        self._vitals.forget(self)
