"""Whether a run showed what a lesson says: every kind of expectation, met and not met; and what is a sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.expectation import read_expectation
from runner.record.events import LineLogged, SampleTaken
from runner.record.tries import TryEnded, TryStarted
from runner.verifier.samples import sample_in
from runner.verifier.shown import Seen, judged, seen_in

SEEN = Seen(
    stdout=("fired 312 ms late", "fired 5 ms late", "without: 40", "with: 10.5", "done"),
    stderr=("Error: no",),
    series={"delay": (1.0, 50.0, 3.0)},
    ended=TryEnded(1.0, code=0),
)


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("- line: ^done$", True),
        ("- line: undone", False),
        (r"- {line: 'fired (\d+)', at_least: 300}", True),
        (r"- {line: 'fired (\d+)', at_least: 300, at_most: 310}", False),
        (r"- {line: 'fired (\d+)', at_most: 10}", False),
        (r"- {line: '(done)', at_least: 1}", False),
        (r"- {more: ['without: (\d+)', 'with: ([\d.]+)'], times: 3}", True),
        (r"- {more: ['without: (\d+)', 'with: ([\d.]+)'], times: 4}", False),
        (r"- {more: ['with: ([\d.]+)', 'without: (\d+)']}", False),
        (r"- {more: ['without: (\d+)', 'nowhere: (\d+)']}", False),
        ("- {series: delay, max: {at_least: 50}, min: {at_most: 1}, last: {at_most: 3}, count: {at_least: 3}}", True),
        ("- {series: delay, max: {at_least: 51}}", False),
        ("- {series: delay, count: {at_most: 2}}", False),
        ("- {series: other, max: {at_least: 1}}", False),
        ("- error: 'Error: '", True),
        ("- error: done", False),
        ("- exit: 1", False),
    ],
)
def test_each_kind_of_expectation(text: str, ok: bool) -> None:
    outcome, *rest = judged(read_expectation(text, Path("x.md"), 1), SEEN)
    assert outcome.ok is ok
    assert outcome.expected and outcome.seen
    assert [each.expected for each in rest] == ([] if "exit" in text else ["exit code 0"])


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (TryEnded(1.0, code=1), "exit code 1"),
        (TryEnded(1.0, signal="SIGKILL", reason="memory"), "memory limit"),
        (TryEnded(1.0, signal="SIGKILL", reason="time"), "took too long"),
        (TryEnded(1.0, signal="SIGABRT"), "died of SIGABRT"),
        (TryEnded(1.0, trouble="no engine"), "no engine"),
    ],
)
def test_any_end_but_the_expected_code_is_not_what_the_lesson_shows(ended: TryEnded, told: str) -> None:
    (outcome,) = judged((), Seen(ended=ended))
    assert not outcome.ok and told in outcome.seen


def test_a_stream_that_never_ended_shows_nothing() -> None:
    (outcome,) = judged((), seen_in([TryStarted(0.0, "process", False)]))
    assert not outcome.ok


def test_what_was_seen_is_sorted_by_stream_and_series() -> None:
    seen = seen_in(
        [
            TryStarted(0.0, "process", False),
            LineLogged(0.1, "stdout", "a"),
            LineLogged(0.2, "stderr", "b"),
            SampleTaken(0.3, "", "delay", "ms", 0.0, 7.0),
            TryEnded(0.4, code=0),
        ]
    )
    assert seen == Seen(("a",), ("b",), {"delay": (7.0,)}, TryEnded(0.4, code=0))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"series": "loop delay", "t": 0.25, "ms": 312}', ("loop delay", "ms", 0.25, 312.0, None)),
        ('{"series": "heap", "t": 1, "MB": 12.5, "limit": 64}', ("heap", "MB", 1.0, 12.5, 64.0)),
        ('{"series": "heap", "t": 1, "MB": "12"}', None),
        ('{"series": "heap", "t": 1, "MB": true}', None),
        ('{"series": "heap", "t": 1}', None),
        ('{"series": "heap", "t": 1, "MB": 1, "GB": 2}', None),
        ('{"series": 7, "t": 1, "MB": 1}', None),
        ('{"series": "heap", "MB": 1}', None),
        ('{"level": 30, "msg": "a log line"}', None),
        ('{"series": "heap", "t": 1, "MB": 1e999}', None),
        ("{ not json", None),
        ("[1]", None),
    ],
)
def test_only_an_object_with_series_t_and_one_number_is_a_sample(line: str, found: tuple[object, ...] | None) -> None:
    sample = sample_in(LineLogged(0.0, "stdout", line))
    told = None if sample is None else (sample.series, sample.unit, sample.t_s, sample.value, sample.limit)
    assert told == found
