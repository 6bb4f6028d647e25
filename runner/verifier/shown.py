"""Whether a run showed what the lesson says: a pure function from what was seen to one outcome for each expectation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from msgspec import Struct

from runner.catalog.expectation import (
    ErrorExpected,
    ExitExpected,
    Expected,
    LineExpected,
    MoreExpected,
    SeriesExpected,
)
from runner.record.events import LineLogged, SampleTaken
from runner.record.tries import TryEnded, TryEvent

_NO_END = TryEnded(0.0, trouble="it never ended")


class Seen(Struct, frozen=True):
    """All that a run showed: the lines of each stream in order, the values of each series, the end."""

    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    series: dict[str, tuple[float, ...]] = {}
    ended: TryEnded = _NO_END


class Outcome(Struct, frozen=True):
    """One expectation, in words, whether it was met, and what was seen of it."""

    ok: bool
    expected: str
    seen: str


def seen_in(events: Iterable[TryEvent]) -> Seen:
    """What a stream of events showed."""
    lines: dict[str, list[str]] = {"stdout": [], "stderr": []}
    series: dict[str, list[float]] = {}
    ended = _NO_END
    for event in events:
        match event:
            case LineLogged():
                lines[event.stream].append(event.text)
            case SampleTaken():
                series.setdefault(event.series, []).append(event.value)
            case TryEnded():
                ended = event
            case _:
                pass
    values = {name: tuple(each) for name, each in series.items()}
    return Seen(tuple(lines["stdout"]), tuple(lines["stderr"]), values, ended)


def judged(expected: tuple[Expected, ...], seen: Seen) -> tuple[Outcome, ...]:
    """One outcome for each expectation, and one for the end of the run, which is to be exit code 0 unless said."""
    exits = [each for each in expected if isinstance(each, ExitExpected)] or [ExitExpected(0)]
    others = [each for each in expected if not isinstance(each, ExitExpected)]
    return tuple(_judged(each, seen) for each in [*others, *exits])


def _judged(expected: Expected, seen: Seen) -> Outcome:
    match expected:
        case LineExpected():
            return _line(expected, seen.stdout)
        case MoreExpected():
            return _more(expected, seen.stdout)
        case SeriesExpected():
            return _series(expected, seen.series.get(expected.series, ()))
        case ErrorExpected():
            found = _first(expected.error, seen.stderr)
            return Outcome(found is not None, f"a line of stderr with /{expected.error}/", _told(found))
        case ExitExpected():
            return _exit(expected, seen.ended)
        case _:
            assert_never(expected)


def _line(expected: LineExpected, lines: tuple[str, ...]) -> Outcome:
    found = _first(expected.line, lines)
    if expected.bound.is_open or found is None:
        bound = "" if expected.bound.is_open else f", its number {expected.bound}"
        return Outcome(found is not None, f"a line with /{expected.line}/{bound}", _told(found))
    number = _number(found)
    ok = number is not None and expected.bound.holds(number)
    return Outcome(ok, f"a line with /{expected.line}/, its number {expected.bound}", _told(found))


def _more(expected: MoreExpected, lines: tuple[str, ...]) -> Outcome:
    found = [_first(pattern, lines) for pattern in expected.more]
    numbers = [_number(match) if match else None for match in found]
    words = f"/{expected.more[0]}/ at least {expected.times:g} times /{expected.more[1]}/"
    if numbers[0] is None or numbers[1] is None:
        return Outcome(False, words, "; ".join(_told(match) for match in found))
    return Outcome(numbers[0] >= expected.times * numbers[1], words, f"{numbers[0]:g} and {numbers[1]:g}")


def _series(expected: SeriesExpected, values: tuple[float, ...]) -> Outcome:
    words = f"the series {expected.series!r} with " + ", ".join(f"{n} {b}" for n, b in expected.bounds.items())
    if not values:
        return Outcome(False, words, "no sample of it")
    figures = {"max": max(values), "min": min(values), "last": values[-1], "count": float(len(values))}
    ok = all(bound.holds(figures[name]) for name, bound in expected.bounds.items())
    return Outcome(ok, words, ", ".join(f"{name} {value:g}" for name, value in figures.items()))


def _exit(expected: ExitExpected, ended: TryEnded) -> Outcome:
    ok = ended.code == expected.exit and not ended.reason and not ended.trouble
    return Outcome(ok, f"exit code {expected.exit}", how_it_ended(ended))


def how_it_ended(ended: TryEnded) -> str:
    """The end of a run in words, for a person."""
    reasons = {"time": "it took too long and was ended", "output": "it printed too much and was ended"}
    if ended.trouble:
        return ended.trouble
    if ended.reason:
        return reasons.get(ended.reason, f"it was ended by its {ended.reason} limit")
    return f"it died of {ended.signal}" if ended.signal else f"exit code {ended.code}"


def _first(pattern: str, lines: tuple[str, ...]) -> re.Match[str] | None:
    return next((found for line in lines if (found := re.search(pattern, line))), None)


def _number(found: re.Match[str]) -> float | None:
    try:
        return float(found[1])
    except (ValueError, TypeError):
        return None


def _told(found: re.Match[str] | None) -> str:
    return f"{found.string!r}" if found else "no such line"
