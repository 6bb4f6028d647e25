"""What a block of a lesson must show when it is run: an HTML comment under the block, which readers do not see.

    <!-- expect
    - line: 'fired (\\d+) ms late'
      at_least: 100
    - more: ['without jitter: (\\d+)', 'with jitter: (\\d+)']
      times: 2
    - series: loop delay
      max: {at_least: 100}
    -->

Reading it is here; whether a run was as expected is said by `runner.verifier.shown`.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from runner.catalog.errors import BadYaml, UnknownKey
from runner.catalog.yaml_file import Item, yaml_items


class Bound(Struct, frozen=True, forbid_unknown_fields=True):
    """A number from `at_least` to `at_most`, of which either may be left open."""

    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_open(self) -> bool:
        return self.at_least is None and self.at_most is None

    def holds(self, value: float) -> bool:
        too_little = self.at_least is not None and value < self.at_least
        return not too_little and not (self.at_most is not None and value > self.at_most)

    def __str__(self) -> str:
        least = [] if self.at_least is None else [f"at least {self.at_least:g}"]
        return " and ".join(least + ([] if self.at_most is None else [f"at most {self.at_most:g}"]))


class LineExpected(Struct, frozen=True, forbid_unknown_fields=True):
    """Some line of output matches; with a bound, the number in the first one's only group is within it."""

    line: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bound(self) -> Bound:
        return Bound(self.at_least, self.at_most)


class MoreExpected(Struct, frozen=True, forbid_unknown_fields=True):
    """The number in the first pattern's group is at least `times` the one in the second's."""

    more: tuple[str, str]
    times: float = 1.0


class SeriesExpected(Struct, frozen=True, forbid_unknown_fields=True):
    """The samples of one series, by their largest, smallest and last value, and their number."""

    series: str
    max: Bound = Bound()
    min: Bound = Bound()
    last: Bound = Bound()
    count: Bound = Bound()

    @property
    def bounds(self) -> dict[str, Bound]:
        every = {"max": self.max, "min": self.min, "last": self.last, "count": self.count}
        return {name: bound for name, bound in every.items() if not bound.is_open}


class ExitExpected(Struct, frozen=True, forbid_unknown_fields=True):
    """The exit code; 0 where nothing is said."""

    exit: int


class ErrorExpected(Struct, frozen=True, forbid_unknown_fields=True):
    """Some line of stderr matches."""

    error: str


Expected = LineExpected | MoreExpected | SeriesExpected | ExitExpected | ErrorExpected

_KINDS: dict[str, type[Expected]] = {
    "line": LineExpected,
    "more": MoreExpected,
    "series": SeriesExpected,
    "exit": ExitExpected,
    "error": ErrorExpected,
}


def read_expectation(text: str, file: Path, first_line: int) -> tuple[Expected, ...]:
    """The items of an expectation whose YAML begins on `first_line`; raises the kinds of `BadFile`."""
    return tuple(_read(item) for item in yaml_items(text, file, first_line))


def _read(item: Item) -> Expected:
    kinds = [key for key in _KINDS if key in item.data]
    if not kinds:
        raise UnknownKey(item.file, str(next(iter(item.data), "")), _KINDS, item.line)
    if len(kinds) > 1:
        raise BadYaml(item.file, f"one item says both `{kinds[0]}` and `{kinds[1]}`: make it two", item.line)
    expected: Expected = item.typed(_KINDS[kinds[0]])
    _check(item, expected)
    return expected


def _check(item: Item, expected: Expected) -> None:
    match expected:
        case LineExpected():
            _check_pattern(item, "line", expected.line, groups=None if expected.bound.is_open else 1)
        case MoreExpected():
            for pattern in expected.more:
                _check_pattern(item, "more", pattern, groups=1)
            if expected.times <= 0:
                raise item.bad("times", f"should be above 0, but is {expected.times:g}", "times")
        case SeriesExpected():
            if not expected.bounds:
                raise item.bad("series", "should have a `max`, `min`, `last` or `count` with a bound", "series")
        case ErrorExpected():
            _check_pattern(item, "error", expected.error, groups=None)
        case ExitExpected():
            if not 0 <= expected.exit <= 255:
                raise item.bad("exit", f"should be from 0 to 255, but is {expected.exit}", "exit")


def _check_pattern(item: Item, key: str, pattern: str, groups: int | None) -> None:
    try:
        found = re.compile(pattern).groups
    except re.error as error:
        raise item.bad(key, f"is no regular expression: {error}: {pattern!r}", key) from None
    if not pattern:
        raise item.bad(key, "should not be empty", key)
    if groups is not None and found != groups:
        raise item.bad(key, f"should have one group with the number, and has {found}: {pattern!r}", key)
