"""What of the map is shown for a filter and for what was typed."""

from __future__ import annotations

import pytest

from runner.tui.desk import CourseMap, Entry, Part, Progress
from runner.tui.map_filter import FILTERS, filter_after, shown

COURSE = CourseMap(
    (
        Part("Failure", (Entry("lesson", "retries", "Retries, or asking twice", 15, Progress.DONE),)),
        Part(
            "Data",
            (
                Entry("lesson", "queues", "Queues", 15, Progress.OPEN),
                Entry("kata", "pool-ran-dry", "The pool that ran dry", 60, Progress.FAILED),
                Entry("kata", "slow-leak", "slow leak", 0, Progress.COMING),
            ),
        ),
    )
)
TEXTS = {("lesson", "queues"): ("A7.1 retry with a key", "Dead letters"), ("kata", "slow-leak"): ("B2 a leak",)}


def found(only: str = "all", typed: str = "") -> list[tuple[str, str]]:
    return [(each.entry.slug, each.by) for part in shown(COURSE, only, typed, TEXTS) for each in part.entries]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("retry", [("retries", ""), ("queues", "A7.1 retry with a key")]),
        ("DEAD letter", [("queues", "Dead letters")]),
        ("pool-ran", [("pool-ran-dry", "")]),
        ("ran pool", [("pool-ran-dry", "")]),
        ("queue a7.1", [("queues", "A7.1 retry with a key")]),
        ("keys", [("queues", "A7.1 retry with a key")]),
        ("ketchup", []),
    ],
)
def test_every_word_must_be_there_and_what_was_found_is_named(typed: str, expected: list[tuple[str, str]]) -> None:
    assert found(typed=typed) == expected


def test_a_filter_and_a_search_narrow_together() -> None:
    assert [slug for slug, _ in found("open")] == ["queues", "pool-ran-dry"]
    assert [slug for slug, _ in found("failed")] == ["pool-ran-dry"]
    assert [slug for slug, _ in found("done", "retry")] == ["retries"]
    assert found("done", "pool") == []


def test_a_module_without_an_entry_to_show_is_left_out() -> None:
    assert [part.part.title for part in shown(COURSE, "done", "", TEXTS)] == ["Failure"]


def test_the_filters_come_round() -> None:
    name, seen = "all", []
    for _ in FILTERS:
        name = filter_after(name)
        seen.append(name)
    assert seen == ["open", "failed", "done", "all"]
