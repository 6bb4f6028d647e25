"""The judges of `unsafe-retries`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from runner.probes import CallRecord, Finding, History, Verdict
from tests.katas import kata_module
from tests.katas.unsafe_retries_told import Told

probes = kata_module("unsafe-retries")


# -- checkout-works ---------------------------------------------------------------------------------------------------


def _ordinary(charged: int = 1290, status: int = 201, **changes: Any) -> History:
    told = Told(orders={"paid 1": "a", "declined": "b"}, prices={"paid 1": 1290, "declined": 0})
    told.charge("a", "ka", charged)
    body = json.dumps({"amount": charged, "chargeId": "ch_ka"}).encode()
    told.checkout("paid 1", status, **{"body": body, **changes})
    told.checkout("declined", 402, body=b'{"status": "declined"}')
    return told.history


def test_checkouts_answered_and_charged_as_agreed_pass() -> None:
    assert probes.checkouts_are_right(_ordinary()).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "history",
    [_ordinary(charged=1), _ordinary(status=200), _ordinary(outcome="unknown", how="reset"), _ordinary(body=b"<html>")],
    ids=["wrong amount", "wrong status", "no answer", "no JSON"],
)
def test_a_checkout_that_is_not_as_agreed_fails(history: History) -> None:
    assert probes.checkouts_are_right(history).verdict is Verdict.FAILED


def test_a_declined_checkout_that_was_charged_fails() -> None:
    history = _ordinary()
    history.add_effect("charge", "kb", {"order": "b", "amount": 5, "id": "x"})
    finding = probes.checkouts_are_right(history)
    assert finding.verdict is Verdict.FAILED and "declined" in finding.sentence


@pytest.mark.parametrize(("status", "word", "verdict"), [(402, "declined", "passed"), (503, "unconfirmed", "failed")])
def test_the_last_of_many_declines_in_a_row_is_answered_as_such(status: int, word: str, verdict: str) -> None:
    history = _ordinary()
    history.notes["orders"]["declined #40 in a row"] = "c"
    told_to = {"tag": "declined #40 in a row", "status": status, "body": json.dumps({"status": word}).encode()}
    history.add_exchange(msgspec.structs.replace(history.exchanges()[-1], **told_to))
    finding = probes.checkouts_are_right(history)
    assert finding.verdict == Verdict(verdict)
    assert ("#40 in a row" in finding.sentence) is (verdict == "failed")


def test_a_checkout_that_the_provider_was_asked_for_in_vain_on_a_busy_machine_says_nothing() -> None:
    history = _ordinary(status=503, ended_s=2.1)
    assert probes.checkouts_are_right(history).verdict is Verdict.FAILED
    history.add_starved(1.9, 1.2)
    assert probes.checkouts_are_right(history).verdict is Verdict.INCONCLUSIVE
    history.add_exchange(msgspec.structs.replace(history.exchanges()[1], status=200))
    assert probes.checkouts_are_right(history).verdict is Verdict.FAILED


def test_an_order_that_the_provider_refused_for_the_key_of_another_fails_and_is_named() -> None:
    history = _ordinary()
    longest = "paid, longest orderId"
    history.notes["orders"][longest], history.notes["prices"][longest] = "d", 1290
    history.add_exchange(msgspec.structs.replace(history.exchanges()[0], tag=longest, status=422))
    finding = probes.checkouts_are_right(history)
    assert finding.verdict is Verdict.FAILED and longest in finding.sentence


def _paid(key: str) -> bytes:
    return json.dumps({"status": "paid", "chargeId": f"ch_{key}"}).encode()


# -- charged-once -----------------------------------------------------------------------------------------------------


ORDER_OF = {"silence after the charge": "a", "reset after the charge": "b"}


def _lost_answers(keys: list[str], status: int = 201, bit: bool = True, confirmed_s: float = 0.05) -> History:
    """Two orders whose first answers were lost; the provider confirms each charge at last, at `confirmed_s`."""
    told = Told(orders=ORDER_OF)
    for key in keys:
        told.call("a", 0.1, None, headers={"idempotency-key": key})
        told.charge("a", key)
    told.charge("b", "b")
    for tag, order in ORDER_OF.items():
        told.call(order, confirmed_s, 201, headers={"idempotency-key": (*keys, "b")[0] if order == "a" else "b"})
        told.checkout(tag, status, body=_paid((*keys, "b")[0] if order == "a" else "b"))
        if bit:
            told.history.fault(tag, 1)
    return told.history


def test_one_charge_an_order_passes_however_often_it_was_asked_for() -> None:
    assert probes.one_order_one_charge(_lost_answers(["k1"])).verdict is Verdict.PASSED


def test_one_order_charged_twice_is_enough_to_fail() -> None:
    finding: Finding = probes.one_order_one_charge(_lost_answers(["k1", "k2"]))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 2, 1)
    assert "k2" in "".join(finding.decided_by) and "silence after the charge" in finding.sentence


def test_a_double_charge_fails_even_where_other_faults_did_not_bite() -> None:
    assert probes.one_order_one_charge(_lost_answers(["k1", "k2"], bit=False)).verdict is Verdict.FAILED


def test_paid_without_a_charge_fails() -> None:
    assert probes.one_order_one_charge(_lost_answers([])).verdict is Verdict.FAILED


def test_paid_before_the_provider_has_confirmed_the_charge_fails() -> None:
    finding = probes.one_order_one_charge(_lost_answers(["k1"], confirmed_s=3.0))
    assert finding.verdict is Verdict.FAILED and "confirmed no such charge" in finding.sentence


def test_a_charge_found_in_the_providers_list_is_confirmed() -> None:
    history = _lost_answers(["k1"], confirmed_s=3.0)
    for n, order in enumerate(ORDER_OF.values()):
        facts: dict[str, Any] = {
            "link": "payments",
            "n": 90 + n,
            "conn": 9,
            "method": "GET",
            "path": "/charges",
            "headers": {},
        }
        seen: dict[str, Any] = {"body": b"", "at_s": 0.06, "answered_s": 0.07, "status": 200, "query": {"order": order}}
        history.put_call(CallRecord(**{**facts, **seen}))
    assert probes.one_order_one_charge(history).verdict is Verdict.PASSED


def test_faults_that_did_not_bite_and_no_success_prove_nothing() -> None:
    assert probes.one_order_one_charge(_lost_answers(["k1"], bit=False)).verdict is Verdict.INCONCLUSIVE
    assert probes.one_order_one_charge(_lost_answers(["k1"], status=503)).verdict is Verdict.INCONCLUSIVE


# -- transient-recovers -----------------------------------------------------------------------------------------------


def _passing(answered: int, **last: Any) -> History:
    told = Told(failures={"a": 1}, orders={"a 503": "a"})
    told.call("a", 0.1)
    told.call("a", 0.2, **{"status": 201, **last})
    told.charge("a", "k")
    told.checkout("a 503", answered, 0.3, body=_paid("k"))
    return told.history


def test_paid_where_the_provider_never_said_so_is_not_served() -> None:
    finding = probes.the_customer_is_served(_passing(201, status=None))
    assert finding.verdict is Verdict.FAILED and "none of which confirmed it" in finding.sentence


def test_a_customer_served_after_a_failure_passes() -> None:
    assert probes.the_customer_is_served(_passing(201)).verdict is Verdict.PASSED


@pytest.mark.parametrize(("again_s", "verdict"), [(0.2, Verdict.PASSED), (0.95, Verdict.INCONCLUSIVE)])
def test_a_retry_that_a_timeout_alone_explains_shows_nothing_of_a_status_code(again_s: float, verdict: Verdict) -> None:
    told = Told(failures={"a": 1}, orders={"a 503": "a"}, answered=["a 503"], given_up_s=0.8)
    told.call("a", 0.1)
    told.call("a", again_s, 201)
    told.charge("a", "k")
    told.checkout("a 503", 201, 1.5, body=_paid("k"))
    assert probes.the_customer_is_served(told.history).verdict is verdict


@pytest.mark.parametrize(("paused_s", "verdict"), [(0.05, Verdict.PASSED), (0.9, Verdict.INCONCLUSIVE)])
def test_a_drip_that_stood_still_for_a_timeout_was_silence(paused_s: float, verdict: Verdict) -> None:
    history = _passing(201)
    history.notes.update(given_up_s=0.8, drip_paused_s=paused_s)
    assert probes.the_customer_is_served(history).verdict is verdict


@pytest.mark.parametrize(("again_s", "verdict"), [(1.2, Verdict.INCONCLUSIVE), (0.4, Verdict.FAILED)])
def test_a_charge_whose_answer_came_after_the_service_had_given_it_up_says_nothing(
    again_s: float, verdict: Verdict
) -> None:
    told = Told(failures={"a": 1}, orders={"a 503": "a"}, given_up_s=0.8)
    told.call("a", 0.1)
    told.call("a", 0.2, 201)
    told.call("a", again_s, 201)
    told.charge("a", "k")
    told.checkout("a 503", 503, 2.5)
    assert probes.the_customer_is_served(told.history).verdict is verdict


def test_a_drip_read_until_the_deadline_fails_however_it_came() -> None:
    told = Told(failures={"a": 1}, orders={"a dripping answer": "a"}, given_up_s=0.8, drip_paused_s=0.9)
    told.call("a", 0.1, 201, answered_s=None, closed_by="service", closed_s=12.0)
    told.checkout("a dripping answer", 503, 12.0)
    finding = probes.the_customer_is_served(told.history)
    assert finding.verdict is Verdict.FAILED and "a dripping answer" in finding.sentence


def test_a_customer_turned_away_fails_and_the_failure_is_named() -> None:
    finding = probes.the_customer_is_served(_passing(503))
    assert finding.verdict is Verdict.FAILED and "a 503" in finding.sentence


def test_a_request_given_up_while_the_provider_was_well_is_noise() -> None:
    history = _passing(503, status=None, closed_by="service")
    assert probes.the_customer_is_served(history).verdict is Verdict.INCONCLUSIVE


# -- permanent-not-retried --------------------------------------------------------------------------------------------


def _refused(requests: int, took_s: float = 0.01, reached: bool = True) -> History:
    told = Told(statuses={"a": 402, "b": 422})
    for n in range(requests):
        told.call("a", 0.1 + n, 402, took_s)
    if reached:
        told.call("b", 0.1, 422, took_s)
    return told.history


def test_a_final_answer_asked_for_once_passes() -> None:
    assert probes.it_is_asked_once(_refused(1)).verdict is Verdict.PASSED


def test_a_final_answer_asked_for_twice_fails() -> None:
    finding = probes.it_is_asked_once(_refused(2))
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 2) and "402" in finding.sentence


def test_a_provider_that_answered_late_or_was_not_reached_proves_nothing() -> None:
    assert probes.it_is_asked_once(_refused(2, took_s=1.5)).verdict is Verdict.INCONCLUSIVE
    assert probes.it_is_asked_once(_refused(1, reached=False)).verdict is Verdict.INCONCLUSIVE


# -- retry-after-honoured ---------------------------------------------------------------------------------------------


def _told_to_wait(gap_s: float | None, long_gap_s: float | None = None) -> History:
    told = Told(waits={"a": 1, "long": 60, "two": 2})
    told.call("two", 0.2)
    told.call("two", 2.3, 201)
    for order, gap in (("a", gap_s), ("long", long_gap_s)):
        told.call(order, 0.2)
        if gap is not None:
            told.call(order, 0.2 + gap, 201)
    return told.history


@pytest.mark.parametrize("gap_s", [0.995, 1.0, 3.0])
def test_a_retry_after_the_named_seconds_passes_however_late(gap_s: float) -> None:
    assert probes.it_is_waited_for(_told_to_wait(gap_s)).verdict is Verdict.PASSED


@pytest.mark.parametrize(("gap_s", "long_gap_s"), [(0.05, None), (0.98, None), (1.2, 4.0)])
def test_one_retry_before_the_named_seconds_fails(gap_s: float, long_gap_s: float | None) -> None:
    assert probes.it_is_waited_for(_told_to_wait(gap_s, long_gap_s)).verdict is Verdict.FAILED


def test_giving_up_a_wait_that_fits_the_deadline_fails() -> None:
    finding = probes.it_is_waited_for(_told_to_wait(None))
    assert finding.verdict is Verdict.FAILED and "not sent again" in finding.sentence


# -- answers-in-time --------------------------------------------------------------------------------------------------


def _endless(
    ended_s: float = 0.6, last_s: float = 0.5, closed_s: float = 0.6, by: str = "service", lag_s: float = 0.0
) -> History:
    told = Told(watched_until_s=3.0)
    told.history.fault("silence", 1)
    told.history.fault("stall", 1)
    told.call("a", 0.1, None, closed_by="service", closed_s=0.4)
    told.call("a", last_s, None, closed_by=by, closed_s=closed_s)
    told.checkout("silence#a", 503 if ended_s < 3 else None, ended_s)
    told.history.add_lag(0.5, lag_s)
    return told.history


def test_an_answer_in_time_with_nothing_behind_it_passes() -> None:
    assert probes.the_customer_is_not_kept(_endless()).verdict is Verdict.PASSED


def test_a_late_answer_fails_and_a_missing_one_too() -> None:
    late, missing = (probes.the_customer_is_not_kept(_endless(ended_s)) for ended_s in (2.0, 9.0))
    assert late.verdict is missing.verdict is Verdict.FAILED
    assert "was answered after 2.00 s" in late.sentence and "had no answer" in missing.sentence


def test_an_answer_that_may_be_late_by_the_verifiers_own_lateness_says_nothing() -> None:
    finding = probes.the_customer_is_not_kept(_endless(ended_s=1.6, closed_s=1.6, lag_s=0.45))
    assert finding.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("waited_s", "verdict"), [(0.0, Verdict.FAILED), (1.0, Verdict.INCONCLUSIVE)])
def test_an_answer_of_a_service_that_had_no_core_says_nothing(waited_s: float, verdict: Verdict) -> None:
    history = _endless(ended_s=2.0, closed_s=2.0)
    history.add_starved(1.5, waited_s)
    assert probes.the_customer_is_not_kept(history).verdict is verdict


def test_an_answer_that_broke_off_early_fails_however_busy_the_machine_was() -> None:
    told = Told(watched_until_s=3.0)
    told.history.fault("silence", 1)
    told.history.fault("stall", 1)
    told.checkout("silence#a", None, how="reset", ended_s=0.3)
    told.history.add_starved(0.3, 0.3)
    told.history.add_lag(0.2, 0.2)
    assert probes.the_customer_is_not_kept(told.history).verdict is Verdict.FAILED


def test_a_request_that_starts_behind_the_answer_fails() -> None:
    finding = probes.the_customer_is_not_kept(_endless(last_s=1.2, closed_s=1.5))
    assert finding.verdict is Verdict.FAILED and finding.unit == "requests after the answer"


@pytest.mark.parametrize(("closed_s", "by"), [(0.0, ""), (3.5, "service"), (2.0, "us")])
def test_a_request_left_open_fails_also_when_it_ends_with_the_service(closed_s: float, by: str) -> None:
    finding = probes.the_customer_is_not_kept(_endless(closed_s=closed_s, by=by))
    assert (finding.verdict, finding.unit) == (Verdict.FAILED, "connections left open")


def test_a_silence_that_was_never_met_proves_nothing() -> None:
    told = Told(watched_until_s=1.0)
    told.checkout("silence#a", 503)
    assert probes.the_customer_is_not_kept(told.history).verdict is Verdict.INCONCLUSIVE
