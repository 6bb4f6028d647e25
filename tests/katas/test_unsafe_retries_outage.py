"""The judge of `outage-budget`, over histories made by hand: which sums of retries it refuses, and which it passes."""

from __future__ import annotations

import msgspec
import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.unsafe_retries_told import Told

probes = kata_module("unsafe-retries")


def _outage(
    retries: int,
    each: int = 1,
    after: int = 201,
    before: int = 201,
    reached: int = 200,
    sickly: int = 16,
    at_s: float = 0.1,
) -> History:
    """80 checkouts, `sickly` of them retried once; 200, the first `retries / each` of them retried `each` times."""
    half_down, orders = [f"s{n}" for n in range(80)], [f"o{n}" for n in range(200)]
    settings = {"payments_retry_floor": 20, "payments_retry_ratio": 0.2, "payments_max_attempts": 4}
    told = Told(orders=orders, sickly=half_down, settings=settings)
    told.checkout("before", before)
    for n, order in enumerate(half_down if reached else []):
        for _ in range(2 if n < sickly else 1):
            told.call(order, 0.05)
    for _ in orders:
        told.checkout("outage", 503)
    for order in orders[:reached]:
        told.call(order, at_s)
    for n in range(retries):
        told.call(orders[n // each], 0.2)
    told.checkout("after", after)
    return told.history


@pytest.mark.parametrize(
    "history", [_outage(60), _outage(0), _outage(0, reached=20)], ids=["budget", "none", "breaker"]
)
def test_any_way_of_staying_within_the_budget_passes(history: History) -> None:
    assert probes.retries_keep_to_their_budget(history).verdict is Verdict.PASSED


def test_one_request_beyond_the_budget_fails() -> None:
    finding = probes.retries_keep_to_their_budget(_outage(61))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 261, 260)


def test_the_budget_is_that_of_the_runs_own_settings() -> None:
    history = _outage(60)
    history.notes["settings"]["payments_retry_ratio"] = 0.1
    assert probes.retries_keep_to_their_budget(history).verdict is Verdict.FAILED


@pytest.mark.parametrize("hundredths", range(5, 16))
@pytest.mark.parametrize("floor", [5, 8, 15])
def test_what_is_earned_in_hundredths_is_earned_whole(hundredths: int, floor: int) -> None:
    allowed = floor + 281 * hundredths // 100
    for retries, verdict in ((allowed, Verdict.PASSED), (allowed + 1, Verdict.FAILED)):
        history = _outage(retries, sickly=0)
        history.notes["settings"] |= {"payments_retry_ratio": hundredths / 100, "payments_retry_floor": floor}
        assert probes.retries_keep_to_their_budget(history).verdict is verdict


def test_more_attempts_for_one_order_than_agreed_fail_within_the_budget() -> None:
    finding = probes.retries_keep_to_their_budget(_outage(12, each=4))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 5, 4)


def test_a_breaker_that_does_not_close_again_fails() -> None:
    assert probes.retries_keep_to_their_budget(_outage(0, after=503, reached=20)).verdict is Verdict.FAILED


def test_a_breaker_that_a_busy_machine_did_not_let_close_says_nothing() -> None:
    history = _outage(0, after=503, reached=20)
    history.add_exchange(msgspec.structs.replace(history.exchanges("after")[0], sent_s=11.0, ended_s=11.1))
    history.add_starved(4.0, 3.0)
    assert probes.retries_keep_to_their_budget(history).verdict is Verdict.FAILED
    history.add_lag(8.0, 2.5)
    assert probes.retries_keep_to_their_budget(history).verdict is Verdict.INCONCLUSIVE


def test_an_outage_that_was_never_met_proves_nothing() -> None:
    assert probes.retries_keep_to_their_budget(_outage(0, reached=0)).verdict is Verdict.INCONCLUSIVE
    assert probes.retries_keep_to_their_budget(_outage(0, before=503)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("sickly", "verdict"), [(36, Verdict.PASSED), (37, Verdict.FAILED)])
def test_retries_that_succeed_are_retries_while_the_provider_is_half_down(sickly: int, verdict: Verdict) -> None:
    finding = probes.retries_keep_to_their_budget(_outage(0, sickly=sickly))
    assert finding.verdict is verdict
    if verdict is Verdict.FAILED:
        assert (finding.value, finding.limit, finding.unit) == (37, 36, "retries")


@pytest.mark.parametrize(("retries", "verdict"), [(40, Verdict.PASSED), (41, Verdict.FAILED)])
def test_what_was_spent_before_the_outage_is_not_there_in_it(retries: int, verdict: Verdict) -> None:
    assert probes.retries_keep_to_their_budget(_outage(retries, sickly=36)).verdict is verdict


def test_a_machine_that_made_it_longer_than_ten_seconds_gives_the_floor_again() -> None:
    assert probes.retries_keep_to_their_budget(_outage(80, at_s=0.1)).verdict is Verdict.FAILED
    assert probes.retries_keep_to_their_budget(_outage(80, at_s=12.0)).verdict is Verdict.PASSED


def test_a_breaker_that_opened_while_the_provider_was_half_down_may_let_nothing_through_in_the_outage() -> None:
    history = _outage(0)
    history.notes["orders"] = ["none of them"]
    assert probes.retries_keep_to_their_budget(history).verdict is Verdict.PASSED
