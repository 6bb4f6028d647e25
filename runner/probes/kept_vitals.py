"""How the service felt while one probe drove it, kept beside the evidence: shown with it, never judged by."""

from __future__ import annotations

from runner.record.events import VitalsSampled
from runner.record.finding import Series, thinned

LOOP_DELAY = "event-loop delay"
MEMORY = "resident memory"
_MIB = 2**20


class KeptVitals:
    """The samples since `begin`; thinned so that no peak of a figure is lost."""

    def __init__(self) -> None:
        self._began_s = 0.0
        self._samples: list[VitalsSampled] = []

    def begin(self, at_s: float) -> None:
        """Forgets what was before `at_s`, in seconds since the run began."""
        self._began_s, self._samples = at_s, []

    def take(self, sample: VitalsSampled) -> None:
        self._samples.append(sample)

    def series(self, memory_mb: int) -> tuple[Series, ...]:
        """Event-loop delay (ms) and resident memory (MiB, with its limit), over seconds; none where nothing came."""
        if not self._samples:
            return ()
        delay = thinned([(s.at_s - self._began_s, round(s.loop_delay_ms, 2)) for s in self._samples])
        memory = thinned([(s.at_s - self._began_s, round(s.rss_bytes / _MIB, 1)) for s in self._samples])
        return (
            Series(LOOP_DELAY, "ms", delay),
            Series(MEMORY, "MiB", memory, float(memory_mb), "memory the kata grants"),
        )
