"""When Python looks for garbage in the app."""

from __future__ import annotations

import gc

from runner.tui.heap import settle, sweep, tidy


class Knot:
    """Refers to itself, so that only a look through everything finds it."""

    living = 0

    def __init__(self) -> None:
        self.itself = self
        Knot.living += 1

    def __del__(self) -> None:
        Knot.living -= 1


def test_what_is_loaded_stays_and_what_comes_later_is_found_in_a_quiet_moment() -> None:
    before = gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > 0 and gc.get_threshold() > before
        for _ in range(1000):
            Knot()
        assert Knot.living > 0
        tidy()
        assert Knot.living == 0
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def test_a_sweep_finds_what_is_new_and_leaves_what_is_old() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            Knot()
        sweep()
        assert Knot.living == 0
        kept = [Knot() for _ in range(10)]
        sweep()
        del kept
        sweep()
        assert Knot.living == 10
        tidy()
        assert Knot.living == 0
    finally:
        gc.enable()
