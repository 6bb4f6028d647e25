"""What every probe shows without being told to: how long each answer took, and how many calls reached a third party.

For display: what decides is the judge's to say.
"""

from __future__ import annotations

from collections.abc import Callable

from runner.record.finding import Series, thinned
from runner.record.happened import CallRecord, Exchange, Sampled
from runner.record.history import History

ANSWERS = "time to answer"
_APART_S = 0.05


def calls_at(link: str) -> str:
    """The name of the series that counts the calls at a third party."""
    return f"calls at {link}"


def seen(history: History) -> tuple[Series, ...]:
    """The series that a history holds: what was sampled, then answers (ms) and calls, over seconds."""
    sampled = tuple(history.series(name) for name in history.sampled)
    answers = [(e.ended_s, round(e.latency_ms, 2)) for e in history.exchanges() if e.ended_s is not None]
    made = [Series(ANSWERS, "ms", thinned(sorted(answers)), history.bounds.get(ANSWERS))] if answers else []
    for link in dict.fromkeys(call.link for call in history.calls()):
        at_s = sorted(call.at_s for call in history.calls(link))
        counted = thinned([(t_s, float(count)) for count, t_s in enumerate(at_s, start=1)])
        made.append(Series(calls_at(link), "calls", counted, history.bounds.get(calls_at(link))))
    return (*sampled, *made)


class SeenLive:
    """Tells the same while it happens, a point of each series at most every 50 ms but for one that is higher."""

    def __init__(self, tell: Callable[[Sampled], None], bounds: Callable[[], dict[str, float]]) -> None:
        self._tell, self._bounds = tell, bounds
        self._counts: dict[str, int] = {}
        self._told: dict[str, tuple[float, float]] = {}

    def take(self, event: Exchange | CallRecord) -> None:
        """A request that ended, or a call that came."""
        if isinstance(event, CallRecord):
            name = calls_at(event.link)
            self._counts[name] = self._counts.get(name, 0) + 1
            self._show(name, "calls", event.at_s, self._counts[name], higher_counts=False)
        elif event.ended_s is not None:
            self._show(ANSWERS, "ms", event.ended_s, event.latency_ms, higher_counts=True)

    def _show(self, name: str, unit: str, t_s: float, value: float, *, higher_counts: bool) -> None:
        told_s, told = self._told.get(name, (float("-inf"), 0.0))
        if t_s - told_s < _APART_S and not (higher_counts and value > told):
            return
        self._told[name] = (t_s, value)
        self._tell(Sampled(name, unit, t_s, float(value), self._bounds().get(name)))
