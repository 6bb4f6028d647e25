"""The judges of `blocked-event-loop`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import hashlib
import json
import math
import random
from typing import Any

import pytest

from runner.probes import History, Inputs, Req, Verdict
from tests.katas import kata_module
from tests.katas.blocked_event_loop_rounds import KEY_MS, blocked, exchange, rendering, verdict_of

probes = kata_module("blocked-event-loop")
counter = kata_module("blocked-event-loop", "counter")
expected = kata_module("blocked-event-loop", "expected")
pairs = kata_module("blocked-event-loop", "pairs")


def test_prompt_answers_while_reports_render_pass() -> None:
    assert verdict_of(probes.they_overtake_one(rendering(3.0))) is Verdict.PASSED


def test_requests_that_wait_for_the_whole_report_fail_and_say_for_how_long() -> None:
    finding = probes.they_overtake_one(blocked(rendering(1.0), 405.0))
    assert finding.verdict is Verdict.FAILED
    assert finding.value is not None and finding.value > 350
    assert finding.limit == pytest.approx(KEY_MS * probes.WAIT_FOR_KEY_ALONE)
    assert "curl" in finding.reproduce
    assert 3 <= len(finding.decided_by) <= 6


def test_a_stall_of_half_the_report_fails_although_everyone_overtakes() -> None:
    finding = probes.they_overtake_one(blocked(rendering(1.0), 200.0))
    assert finding.verdict is Verdict.FAILED
    assert "100%" in finding.sentence


def test_slices_of_a_few_milliseconds_pass() -> None:
    assert verdict_of(probes.they_overtake_one(rendering(15.0))) is Verdict.PASSED


def test_one_noisy_round_of_five_changes_nothing() -> None:
    assert verdict_of(probes.they_overtake_one(rendering([3.0, 3.0, 300.0, 3.0, 3.0]))) is Verdict.PASSED


def test_mixed_rounds_are_inconclusive() -> None:
    assert verdict_of(probes.they_overtake_one(rendering([3.0, 300.0, 3.0, 300.0, 3.0]))) is Verdict.INCONCLUSIVE


def _late(history: History, lag_s: float) -> History:
    for number in range(5):
        history.add_lag(1.2 + number, lag_s)
    return history


def test_waits_that_the_verifier_itself_may_have_caused_are_void_and_not_failed() -> None:
    assert verdict_of(probes.they_overtake_one(_late(rendering(90.0), 0.06))) is Verdict.INCONCLUSIVE


def test_a_late_verifier_excuses_no_wait_that_is_longer_than_its_lateness() -> None:
    assert verdict_of(probes.they_overtake_one(_late(rendering(300.0), 0.06))) is Verdict.FAILED


def test_a_late_verifier_takes_nothing_from_prompt_answers() -> None:
    assert verdict_of(probes.they_overtake_one(_late(rendering(20.0), 0.06))) is Verdict.PASSED


def test_refused_ordinary_requests_count_as_held_up() -> None:
    finding = probes.they_overtake_one(rendering(1.0, status=503))
    assert finding.verdict is Verdict.FAILED
    assert finding.value is None
    assert "never answered" in finding.sentence


def test_ordinary_requests_that_were_cut_off_count_as_held_up() -> None:
    assert verdict_of(probes.they_overtake_one(rendering(1.0, outcome="unknown", ended_s=None))) is Verdict.FAILED


def test_nothing_asked_meanwhile_is_inconclusive() -> None:
    history = History()
    history.note("key_ms", KEY_MS)
    history.note("rounds", 5)
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.INCONCLUSIVE


def test_reports_that_are_refused_while_callers_ask_fail() -> None:
    history = History()
    history.note("key_ms", KEY_MS)
    history.note("rounds", 3)
    for number in range(3):
        history.add_exchange(exchange(f"report {number}", 1.0 + number, 5.0, status=503))
        for n in range(20):
            history.add_exchange(exchange("ordinary", 1.0 + number + n * 0.001, 1.0))
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.FAILED


def test_a_wrong_report_fails_however_prompt_the_others_are() -> None:
    history = rendering(1.0)
    history.note("wrong", ["report “x”: digest was 'a', and should be 'b'"])
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.FAILED


def test_a_burst_allows_longer_turns_than_one_report() -> None:
    history = rendering(100.0, rounds=3)
    history.note("overflows", 1)
    for n in range(2):
        history.add_exchange(exchange("meanwhile 0", 9.0 + n * 0.01, 3.0))
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.FAILED
    assert verdict_of(probes.they_overtake_many(history)) is Verdict.PASSED


def _reports(salts: list[str], wrong: list[str] | None = None) -> History:
    history = History()
    history.note("wrong", wrong or [])
    for salt in salts:
        body = json.dumps({"salt": salt}).encode()
        history.add_exchange(exchange("report", 1.0, 50.0, status=201, body=body, method="POST"))
    return history


def test_right_answers_with_fresh_salts_pass() -> None:
    assert verdict_of(probes.they_are_as_the_contract_says(_reports(["a", "b", "c"]))) is Verdict.PASSED


def test_a_salt_used_twice_fails() -> None:
    finding = probes.they_are_as_the_contract_says(_reports(["a", "b", "b"]))
    assert finding.verdict is Verdict.FAILED
    assert "salt" in finding.sentence


def _parted_at(portfolio: dict[str, Any]) -> set[int]:
    """Where a cut of its document, by the units in which JavaScript counts, parts a character."""
    schedules = [{"id": loan["id"], "rows": expected.schedule_of(loan)} for loan in portfolio["loans"]]
    document = {"reference": portfolio["reference"], "schedules": schedules}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    units = text.encode("utf-16-be")
    return {at for at in range(len(units) // 2) if 0xDC <= units[2 * at] < 0xE0}


def test_wherever_a_document_is_cut_a_character_is_parted_in_one_of_the_reports() -> None:
    sent = pairs.shifted(Inputs(7, "reports-are-right"))
    parted = set().union(*(_parted_at(each) for each in sent))
    assert set(range(1024, 2**16 + 1)) <= parted


def test_reports_in_surrogate_pairs_are_within_what_the_contract_takes() -> None:
    for portfolio in pairs.shifted(Inputs(8, "x")):
        assert 8 <= _units(portfolio["passphrase"]) <= 200 and 1 <= _units(portfolio["reference"]) <= 60
        assert len(portfolio["loans"]) <= 400 and all(1 <= _units(loan["id"]) <= 40 for loan in portfolio["loans"])
        assert len(pairs.in_utf8(portfolio)["body"]) < 256 * 1024


def _units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


def test_any_wrong_answer_fails_and_is_told() -> None:
    finding = probes.they_are_as_the_contract_says(_reports(["a"], ["report “x”: rows was 3, and should be 4"]))
    assert finding.verdict is Verdict.FAILED
    assert "rows was 3" in finding.sentence


def test_no_request_at_all_is_inconclusive() -> None:
    assert verdict_of(probes.they_are_as_the_contract_says(History())) is Verdict.INCONCLUSIVE


def _burst(took_ms: float, statuses: list[int], wrong: list[str] | None = None) -> History:
    history = History()
    history.note("work_ms", 60.0)
    history.note("wrong", wrong or [])
    history.fault("left", 5)
    for status in statuses:
        history.add_exchange(exchange("report", 1.0, took_ms, status=status, method="POST", path="/reports"))
    return history


def test_eight_right_answers_in_time_pass() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_burst(500.0, [201] * 8))) is Verdict.PASSED


def _salted(salts: list[str], apart_s: float = 0.0) -> History:
    history = _burst(500.0, [])
    for n, salt in enumerate(salts):
        body = json.dumps({"salt": salt}).encode()
        history.add_exchange(exchange("report", 1.0 + n * apart_s, 500.0, status=201, body=body, method="POST"))
    return history


def test_a_salt_that_two_reports_under_way_at_once_share_fails() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_salted([*"abcdefgh"]))) is Verdict.PASSED
    finding = probes.each_has_its_own_answer(_salted([*"abcdefga"]))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (7, 8)


def test_reports_that_were_not_under_way_together_leave_it_open_whether_they_share_a_salt() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_salted([*"abcdefgh"], apart_s=0.08))) is Verdict.INCONCLUSIVE
    assert verdict_of(probes.each_has_its_own_answer(_salted([*"abcdefga"], apart_s=0.08))) is Verdict.FAILED


def test_refused_reports_of_a_burst_fail_and_count_the_answered() -> None:
    finding = probes.each_has_its_own_answer(_burst(500.0, [201] + [503] * 7, ["report “x” was answered 503"]))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (1, 8)


def test_a_burst_that_takes_several_times_its_work_fails() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_burst(2000.0, [201] * 8))) is Verdict.FAILED


def test_fewer_than_eight_asked_is_inconclusive() -> None:
    assert verdict_of(probes.each_has_its_own_answer(_burst(100.0, [201] * 3))) is Verdict.INCONCLUSIVE


def _idle(report_ms: list[float], ordinary_ms: float, **answer: Any) -> History:
    history = History()
    history.note("work_ms", 200.0)
    history.note("key_ms", KEY_MS)
    for n in range(60):
        history.add_exchange(exchange("ordinary", 0.01 * n, ordinary_ms, **answer))
    for took in report_ms:
        history.add_exchange(exchange("report", 2.0, took, status=201, method="POST", path="/reports"))
    return history


def test_an_idle_service_as_quick_as_its_work_passes() -> None:
    assert verdict_of(probes.neither_is_made_slow(_idle([210.0, 180.0, 950.0], 0.6))) is Verdict.PASSED


def test_reports_that_sleep_fail() -> None:
    finding = probes.neither_is_made_slow(_idle([1200.0, 1150.0, 1190.0], 0.6))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (1150.0, 500.0)


def test_a_machine_that_is_three_times_as_slow_may_take_three_times_as_long() -> None:
    slowed = _idle([1200.0, 1150.0, 1190.0], 0.6)
    slowed.note("slowdowns", [1.0, 3.1, 1.2])
    assert verdict_of(probes.neither_is_made_slow(slowed)) is Verdict.PASSED
    asleep = _idle([1800.0, 1750.0, 1790.0], 0.6)
    asleep.note("slowdowns", [1.0, 3.1, 1.2])
    assert verdict_of(probes.neither_is_made_slow(asleep)) is Verdict.FAILED


@pytest.mark.parametrize(
    ("slept_ms", "verdict"),
    [
        ([420.0, 350.0, 380.0], Verdict.FAILED),
        ([420.0, 90.0, 380.0], Verdict.PASSED),
        ([None, 350.0, None], Verdict.FAILED),
        ([None, None, None], Verdict.PASSED),
    ],
)
def test_reports_that_sleep_fail_on_a_busy_machine_too(slept_ms: list[float | None], verdict: Verdict) -> None:
    history = _idle([1200.0, 1150.0, 1190.0], 0.6)
    history.note("slowdowns", [3.0])
    history.note("slept_ms", slept_ms)
    assert verdict_of(probes.neither_is_made_slow(history)) is verdict


@pytest.mark.parametrize(("work_ms", "verdict"), [(400.0, Verdict.FAILED), (130.0, Verdict.PASSED)])
def test_waits_grow_with_what_rendering_takes_beyond_its_work(work_ms: float, verdict: Verdict) -> None:
    history = rendering(150.0)
    history.note("work_ms", work_ms)
    assert verdict_of(probes.they_overtake_one(history)) is verdict


def test_a_blocked_loop_is_no_better_on_a_slow_machine() -> None:
    history = blocked(rendering(1.0), 390.0)
    history.note("work_ms", 130.0)
    assert verdict_of(probes.they_overtake_one(history)) is Verdict.FAILED


def test_an_ordinary_request_that_starts_a_process_fails() -> None:
    assert verdict_of(probes.neither_is_made_slow(_idle([180.0] * 3, 45.0))) is Verdict.FAILED


def test_an_idle_service_that_renders_nothing_is_inconclusive() -> None:
    assert verdict_of(probes.neither_is_made_slow(_idle([math.inf] * 3, 0.6))) is Verdict.INCONCLUSIVE


def test_a_kept_history_is_judged_the_same_again() -> None:
    for history in (rendering(3.0), blocked(rendering(1.0), 300.0)):
        assert probes.they_overtake_one(History.from_bytes(history.to_bytes())) == probes.they_overtake_one(history)


def _right_answer(portfolio: dict[str, Any], iterations: int, salt: str) -> dict[str, Any]:
    due: dict[str, Any] = dict(expected.expected_of(portfolio))
    seal = expected.seal_of(portfolio, due["digest"], salt, iterations)
    return {**due, "iterations": iterations, "salt": salt, "seal": seal}


def test_only_the_answer_that_the_contract_gives_is_without_fault() -> None:
    portfolio = expected.portfolio(random.Random(7), 0.01)
    right = _right_answer(portfolio, 1000, "00" * 16)

    def faults(changes: dict[str, Any], status: int = 201) -> int:
        body = json.dumps({**right, **changes}).encode()
        return len(expected.faults_in(portfolio, status, body, 1000, with_seal=True))

    assert faults({}) == 0
    for changes in ({"rows": 1}, {"digest": "00" * 32}, {"seal": ""}, {"salt": "zz"}, {"iterations": 999}):
        assert faults(changes) >= 1
    assert faults({}, status=503) == 1


def test_a_schedule_pays_the_loan_off() -> None:
    loan = {"id": "L-1", "principal_cents": 1_000_000, "rate_bps": 500, "months": 24, "payment_cents": 43_000}
    rows = expected.schedule_of(loan)
    assert len(rows) == 24
    assert rows[-1]["closing_cents"] == 0
    assert sum(row["paid"]["principal_cents"] for row in rows) == loan["principal_cents"]


def test_canonical_json_of_a_report_with_umlauts_is_utf8() -> None:
    portfolio = {**expected.portfolio(random.Random(7), 0.01), "reference": "Prüfung"}
    plain = hashlib.sha256(b"").hexdigest()
    assert expected.expected_of(portfolio)["digest"] != plain
    assert expected.expected_of(portfolio) == expected.expected_of(json.loads(json.dumps(portfolio)))


def test_a_prompt_answer_that_belongs_to_somebody_else_is_none() -> None:
    history = rendering(1.0)
    history.note("counter", ["a quote came to 5 cents a month"])
    finding = probes.they_overtake_one(history)
    assert finding.verdict is Verdict.FAILED
    assert "5 cents" in finding.sentence


@pytest.mark.parametrize(("how", "lag_s", "verdict"), [("timeout", 0.0, "failed"), ("timeout", 8.0, "inconclusive")])
def test_a_report_that_waits_for_the_callers_to_go_fails(how: str, lag_s: float, verdict: str) -> None:
    history = rendering(1.0, rounds=1)
    history.note("rounds", 2)
    history.add_exchange(exchange("report 1", 2.0, 0.0, outcome="unknown", how=how, status=None, ended_s=None))
    history.add_lag(12.0, lag_s)
    assert probes.they_overtake_one(history).verdict == verdict


def test_ordinary_answers_are_compared_with_those_of_a_quiet_service() -> None:
    product = {"code": "CAR", "rate_bps": 720}
    quiet = counter.Known({"status": "ok", "instance": "i-1"}, {"products": [product]})
    terms = {"principal_cents": 1_200_000, "rate_bps": 600, "months": 12}
    right: list[tuple[Req, Any]] = [
        (Req("GET", "/healthz"), {"status": "ok", "instance": "i-1", "up_s": 3}),
        (Req("GET", "/products?desk=ab"), {"products": [product]}),
        (Req("GET", "/products/CAR"), product),
        (Req("POST", "/quotes", json=terms), {**terms, "payment_cents": 103_280}),
    ]
    for at, (req, body) in enumerate(right):
        wrong = right[(at + 1) % 4][1]
        assert counter.faults_of(req, exchange("ordinary", 1.0, 1.0, body=json.dumps(body).encode()), quiet) == []
        assert counter.faults_of(req, exchange("ordinary", 1.0, 1.0, body=json.dumps(wrong).encode()), quiet)
        assert counter.faults_of(req, exchange("ordinary", 1.0, 1.0, status=503), quiet) == []
