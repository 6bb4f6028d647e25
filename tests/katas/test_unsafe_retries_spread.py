"""The judge of `retries-spread-out` in `unsafe-retries`: waits that come apart, and waits that only a machine shook."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.unsafe_retries_told import Told

probes = kata_module("unsafe-retries")


DRAW = random.Random(20150304)


def _row(wait: Callable[[int], float], retried: int = 48, lag_s: float = 0.0, stall_s: float = 0.0) -> History:
    """Orders that fail ten milliseconds apart; `wait(n)` draws the wait before retry n. The verifier may stall."""
    told = Told(orders=[f"o-{n}" for n in range(48)])
    for n in range(48):
        at_s = 0.01 * n
        for retry in range(5 if n < retried else 2):
            at_s += wait(retry) if retry else 0.0
            told.call(f"o-{n}", _seen_s(at_s, stall_s), took_s=0.0)
    told.history.add_lag(0.5, lag_s)
    return told.history


def _seen_s(at_s: float, stall_s: float) -> float:
    """What comes while a busy machine stands still is seen at its end, in any order."""
    return at_s if not stall_s else math.ceil(at_s / stall_s) * stall_s + DRAW.uniform(0, 0.003)


JITTERS: dict[str, Callable[[int], float]] = {
    "full": lambda n: DRAW.uniform(0, 0.2 * 2**n),
    "half": lambda n: 0.1 * 2**n * DRAW.uniform(0.5, 1),
    "a fifth on top": lambda n: 0.1 * 2**n * DRAW.uniform(1, 1.2),
}


@pytest.mark.parametrize("stall_s", [0.0, 0.03])
@pytest.mark.parametrize("jitter", JITTERS)
def test_waits_drawn_afresh_from_a_growing_range_pass(jitter: str, stall_s: float) -> None:
    assert probes.they_come_apart(_row(JITTERS[jitter], stall_s=stall_s)).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("jitter", "verdict"),
    [("full", Verdict.PASSED), ("half", Verdict.PASSED), ("a fifth on top", Verdict.INCONCLUSIVE)],
)
def test_a_narrow_jitter_cannot_be_told_from_a_machine_that_shakes(jitter: str, verdict: Verdict) -> None:
    finding = probes.they_come_apart(_row(JITTERS[jitter], lag_s=0.5))
    assert finding.verdict is verdict


@pytest.mark.parametrize("stall_s", [0.0, 0.03, 0.1])
def test_waits_that_are_the_same_for_all_never_pass_however_the_machine_stalls(stall_s: float) -> None:
    finding = probes.they_come_apart(_row(lambda n: 0.1 * 2**n, stall_s=stall_s))
    assert finding.verdict in {Verdict.FAILED, Verdict.INCONCLUSIVE} and finding.value == 0
    assert stall_s == 0.1 or finding.verdict is Verdict.FAILED


def test_waits_that_scatter_and_do_not_grow_fail() -> None:
    finding = probes.they_come_apart(_row(lambda n: DRAW.uniform(0.2, 0.4)))
    assert finding.verdict is Verdict.FAILED and "do not grow" in finding.sentence


@pytest.mark.parametrize(("queued_s", "verdict"), [(0.0, Verdict.FAILED), (0.5, Verdict.INCONCLUSIVE)])
def test_a_busy_machine_that_makes_the_first_waits_long_hides_their_growth(queued_s: float, verdict: Verdict) -> None:
    history = _row(lambda n: 0.3 + DRAW.uniform(0.1, 0.2) * n**0.3)
    history.add_queued(0.5, queued_s)
    finding = probes.they_come_apart(history)
    assert finding.verdict is verdict and finding.limit == 1.4


def test_waits_that_do_not_grow_fail_on_a_busy_machine_where_the_first_was_no_longer_than_agreed() -> None:
    history = _row(lambda n: DRAW.uniform(0.1, 0.2))
    history.add_queued(0.5, 0.5)
    finding = probes.they_come_apart(history)
    assert finding.verdict is Verdict.FAILED and "do not grow" in finding.sentence


@pytest.mark.parametrize(("starved_s", "verdict"), [(0.0, Verdict.FAILED), (0.06, Verdict.INCONCLUSIVE)])
def test_what_a_service_waited_for_a_core_may_have_hidden_that_its_waits_grow(
    starved_s: float, verdict: Verdict
) -> None:
    """Waits of 0.11 s that grow to 0.17 s, each 0.15 s longer for the machine."""
    history = _row(lambda n: DRAW.uniform(0.2, 0.32) + 0.02 * (n - 1))
    for moment in range(40):
        history.add_starved(0.1 * moment, starved_s)
    finding = probes.they_come_apart(history)
    assert finding.verdict is verdict and finding.limit == 1.4


def test_waits_that_do_not_grow_fail_though_the_service_waited_a_little_for_a_core() -> None:
    history = _row(lambda n: DRAW.uniform(0.05, 0.15))
    for moment in range(40):
        history.add_starved(0.1 * moment, 0.02)
    finding = probes.they_come_apart(history)
    assert finding.verdict is Verdict.FAILED and "do not grow" in finding.sentence


def test_a_trace_of_jitter_is_left_open() -> None:
    finding = probes.they_come_apart(_row(lambda n: 0.1 * 2**n * DRAW.uniform(1, 1.12)))
    assert finding.verdict is Verdict.INCONCLUSIVE and finding.value is not None and 0.08 < finding.value < 0.15


def test_retries_withheld_before_the_floor_fail_and_a_late_verifier_says_nothing() -> None:
    few: dict[str, Any] = {"wait": JITTERS["full"], "retried": 5}
    assert probes.they_come_apart(_row(**few)).verdict is Verdict.FAILED
    assert probes.they_come_apart(_row(**few, lag_s=1.5)).verdict is Verdict.INCONCLUSIVE
