"""Who else was busy while a probe had to be repeated."""

from __future__ import annotations

import os

from runner.clock import monotonic_s
from runner.tui.neighbours import Neighbours, busiest, load_line, others


def test_the_busiest_are_named_first_and_the_idle_not_at_all() -> None:
    before = {1: ("init", 5.0), 2: ("ffmpeg", 1.0), 3: ("backup", 0.0), 4: ("gone", 1.0), 5: ("reused", 9.0)}
    after = {1: ("init", 5.0), 2: ("ffmpeg", 4.6), 3: ("back\x1bup", 0.0), 5: ("another", 0.0), 6: ("new", 9.0)}
    assert busiest(before, after, 2.0) == ["ffmpeg (process 2) used 180% of a core"]


def test_processes_of_others_are_seen_and_our_own_are_not() -> None:
    assert os.getpid() not in others()
    assert "cores" in load_line()


def test_what_was_noted_is_told_by_criterion() -> None:
    looks = [{7: ("stress", 0.0)}, {7: ("stress", 50.0)}]
    neighbours = Neighbours(lambda: looks.pop(0))
    neighbours.look()
    waits(lambda: len(looks) == 1)
    neighbours.tell("prompt")
    waits(lambda: "prompt" in neighbours.told)
    assert any("stress (process 7)" in line for line in neighbours.told["prompt"])


def waits(holds: object) -> None:
    deadline = monotonic_s() + 10
    while not holds():  # type: ignore[operator]
        assert monotonic_s() < deadline
