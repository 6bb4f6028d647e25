"""The judges of `pool-exhaustion`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from runner.probes import Exchange, History, Verdict
from runner.record.history import Exited
from tests.katas import kata_module

probes = kata_module("pool-exhaustion")
told = kata_module("pool-exhaustion", "evidence")
scene = kata_module("pool-exhaustion", "theatre")

IDLE, OPEN, ABORTED, ACTIVE = "idle", "idle in transaction", "idle in transaction (aborted)", "active"


class Told:
    """A history put together answer by answer."""

    def __init__(self, **notes: Any) -> None:
        self.history = History()
        for name, value in notes.items():
            self.history.note(name, value)

    def sent(self, tag: str, status: int | None, count: int = 1, ended_s: float = 0.1, **changes: Any) -> Told:
        """So many requests answered with `status`; None where no answer came."""
        facts: dict[str, Any] = {
            "tag": tag,
            "n": 1,
            "method": "POST",
            "path": "/bookings",
            "intended_s": 0.0,
            "sent_s": 0.0,
            "outcome": "ok" if status else "unknown",
            "how": "" if status else "timeout",
            "status": status,
            "ended_s": ended_s if status else None,
        }
        for _ in range(count):
            self.history.add_exchange(Exchange(**{**facts, **changes}))
        return self

    def sessions(self, tag: str, *states: str, age_s: float | None = 1.0) -> Told:
        """A census of sessions in these states; with `age_s=None` they have never run a statement."""
        rows = [
            {"pid": n, "state": state, "query": "ROLLBACK", "query_age_s": age_s, "age_s": 3.0}
            | {"xact_age_s": 1.0 if state in (OPEN, ACTIVE) else None}
            for n, state in enumerate(states)
        ]
        self.history.add_census("sessions", rows, tag)
        return self

    def fault(self, *names: str, bit: int = 1) -> Told:
        for name in names:
            self.history.fault(name, bit)
        return self

    def busy(self) -> Told:
        """The service took two seconds to answer what needs no connection."""
        return self.sent("barrier", 200, path="/healthz", ended_s=2.0)


# -- bookings-work ----------------------------------------------------------------------------------------------------


def _evening(tickets: int = 1, sold: int = 1, rivals: tuple[int, int] = (201, 409), **changes: Any) -> History:
    body = {"id": 7, "seats": ["A1"]}
    evening = Told(
        answers={"one seat": {"status": 201, "body": {"seats": ["A1"]}}},
        should_be_sold={"12": 1},
        sold=[{"id": 12, "tickets": tickets, "sold": sold}],
    )
    evening.sent("one seat", **{"status": 201, "body": json.dumps(body).encode(), **changes})
    for status in rivals:
        error = b'{"error": "seat_taken"}' if status == 409 else b"{}"
        evening.sent("rivals", status, body=error)
    return evening.fault("left while she waited").history


def test_bookings_as_agreed_pass() -> None:
    assert probes.bookings_are_right(_evening()).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "history",
    [
        _evening(tickets=0),
        _evening(sold=2),
        _evening(rivals=(201, 201)),
        _evening(status=200),
        _evening(body=b'{"seats": ["A2"]}'),
        _evening(body=b"<html>"),
        _evening(outcome="unknown", how="reset", status=None),
    ],
    ids=["no ticket", "wrong count", "sold twice", "wrong status", "other seat", "no JSON", "no answer"],
)
def test_a_booking_that_is_not_as_agreed_fails(history: History) -> None:
    assert probes.bookings_are_right(history).verdict is Verdict.FAILED


def test_a_customer_who_was_never_seen_to_wait_proves_nothing() -> None:
    history = _evening()
    history.faults.clear()
    assert probes.bookings_are_right(history).verdict is Verdict.INCONCLUSIVE


# -- connections-come-back --------------------------------------------------------------------------------------------


def _storm(together: int = 5, good: int | None = 201, refused: int | None = 409, **others: int | None) -> Told:
    storm = Told(kinds=["seat taken", scene.LEFT], together=together)
    storm.sent(f"seat taken{scene.REFUSED}", refused, 5).sent("good", good, 5)
    storm.sent("bystander", others.get("bystander", 201)).sent("same show", others.get("same", 201), 3)
    return storm.sessions("after", IDLE, OPEN).fault(scene.LEFT, bit=4)


def test_five_of_five_at_once_after_the_storm_pass() -> None:
    finding = probes.every_connection_works(_storm().history)
    assert (finding.verdict, finding.value) == (Verdict.PASSED, 5)


@pytest.mark.parametrize(
    ("storm", "word"),
    [
        (_storm(together=4), "4 of 5"),
        (_storm(good=503), "0 were answered 201"),
        (_storm(refused=500), "answered otherwise"),
        (_storm(refused=None), "no answer"),
        (_storm(bystander=None), "customers who had left"),
        (_storm(same=503), "still held them"),
    ],
    ids=["one missing", "none served", "refusals fail", "refusals hang", "behind a statement", "show locked"],
)
def test_a_connection_that_did_not_come_back_as_it_was_fails(storm: Told, word: str) -> None:
    finding = probes.every_connection_works(storm.history)
    assert finding.verdict is Verdict.FAILED and word in finding.sentence


@pytest.mark.parametrize("storm", [_storm(together=4), _storm(refused=None), _storm(same=None)])
def test_on_a_busy_machine_what_was_not_seen_says_nothing(storm: Told) -> None:
    assert probes.every_connection_works(storm.busy().history).verdict is Verdict.INCONCLUSIVE


def test_customers_who_never_waited_prove_nothing() -> None:
    storm = _storm().history
    storm.faults.clear()
    assert probes.every_connection_works(storm).verdict is Verdict.INCONCLUSIVE


# -- within-the-limit -------------------------------------------------------------------------------------------------


def _presale(
    *counts: int, left: tuple[int, ...] = (6, 6, 6), burst: int | None = 200, starting: int = 0, for_s: float = 0.1
) -> Told:
    presale = Told(share=6)
    for tag, looks in (("burst", counts or (6, 6, 6)), ("left", left)):
        for count in looks:
            states = [IDLE] * count
            presale.sessions(tag, *states)
            rows = presale.history.censuses("sessions", tag)[-1].rows
            new = {"state": "", "query": "", "query_age_s": None, "age_s": for_s}
            rows += [{"pid": 90 + n, **new} for n in range(starting)]
    return presale.sent("burst", burst, 36).fault("waited", scene.LEFT, bit=6)


def test_a_burst_served_by_its_share_of_connections_passes() -> None:
    finding = probes.it_keeps_to_its_share(_presale().history)
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.PASSED, 6, 6)


@pytest.mark.parametrize("counts", [(7, 7, 7), (2, 20, 20, 20), (9, 8, 12, 3)])
def test_more_connections_through_three_looks_fail(counts: tuple[int, ...]) -> None:
    assert probes.it_keeps_to_its_share(_presale(*counts).history).verdict is Verdict.FAILED


@pytest.mark.parametrize("counts", [(6, 7, 6, 7, 7, 6), (6, 12, 12, 6), (6, 6)])
def test_what_is_gone_at_the_next_look_is_no_excess(counts: tuple[int, ...]) -> None:
    assert probes.it_keeps_to_its_share(_presale(*counts).history).verdict is Verdict.PASSED


def test_sessions_that_are_only_just_being_opened_do_not_count_and_those_kept_ready_do() -> None:
    assert probes.it_keeps_to_its_share(_presale(starting=3).history).verdict is Verdict.PASSED
    finding = probes.it_keeps_to_its_share(_presale(starting=3, for_s=2.0).history)
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 9)


def test_sessions_left_behind_by_customers_fail_and_the_sentence_says_so() -> None:
    finding = probes.it_keeps_to_its_share(_presale(left=(12, 12, 12)).history)
    assert finding.verdict is Verdict.FAILED and "had left" in finding.sentence and finding.value == 12


def test_a_burst_turned_away_fails_and_on_a_busy_machine_is_left_open() -> None:
    assert probes.it_keeps_to_its_share(_presale(burst=503).history).verdict is Verdict.FAILED
    assert probes.it_keeps_to_its_share(_presale(burst=503).busy().history).verdict is Verdict.INCONCLUSIVE


def test_too_many_connections_fail_on_a_busy_machine_too() -> None:
    assert probes.it_keeps_to_its_share(_presale(20, 20, 20).busy().history).verdict is Verdict.FAILED


@pytest.mark.parametrize("missing", ["waited", scene.LEFT])
def test_a_lock_at_which_nobody_waited_proves_nothing(missing: str) -> None:
    history = _presale().history
    del history.faults[missing]
    assert probes.it_keeps_to_its_share(history).verdict is Verdict.INCONCLUSIVE


# -- saturation-answered ----------------------------------------------------------------------------------------------


def _full(in_time: int = 36, status: int = 503, late: int | None = None, seated: int = 201, again: int = 201) -> Told:
    full = Told(opened_s=1.0, excess=36).fault("connections taken", bit=4)
    full.sent("excess", status, in_time, ended_s=0.5)
    if late:
        full.sent("excess", late, 36 - in_time, ended_s=1.5)
    return full.sent("seated", seated, 4, ended_s=1.1).sent("again", again).sent("again at once", again, 4)


def test_a_full_pool_that_says_so_in_time_passes() -> None:
    finding = probes.the_rest_is_told(_full().history)
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.PASSED, 36, 36)


@pytest.mark.parametrize(
    ("full", "word"),
    [
        (_full(in_time=30), "they hung"),
        (_full(in_time=0, late=503), "they hung"),
        (_full(status=500), "500"),
        (_full(seated=503), "to be waited for"),
        (_full(again=503), "never gave it back"),
    ],
    ids=["six never answered", "told once it was open", "another status", "seated cut off", "not served again"],
)
def test_a_full_pool_that_hangs_lies_or_stays_full_fails(full: Told, word: str) -> None:
    finding = probes.the_rest_is_told(full.history)
    assert finding.verdict is Verdict.FAILED and word in finding.sentence


def test_refusals_once_every_connection_is_free_fail_where_they_are_more_than_a_pause() -> None:
    def opened(refused: int) -> History:
        full = Told(opened_s=1.0, excess=36).fault("connections taken", bit=4)
        full.sent("excess", 503, 36, ended_s=0.5).sent("seated", 201, 4, ended_s=1.1)
        return full.sent("again", 503, refused).sent("again", 201).sent("again at once", 201, 4).history

    assert probes.the_rest_is_told(opened(told.REFUSED_ONCE_FREE)).verdict is Verdict.PASSED
    finding = probes.the_rest_is_told(opened(told.REFUSED_ONCE_FREE + 1))
    assert finding.verdict is Verdict.FAILED and "works again at once" in finding.sentence


def test_late_answers_on_a_busy_machine_and_a_pool_that_was_not_full_say_nothing() -> None:
    assert probes.the_rest_is_told(_full(in_time=30).busy().history).verdict is Verdict.INCONCLUSIVE
    history = _full().history
    history.faults.clear()
    assert probes.the_rest_is_told(history).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("full", "verdict"),
    [
        (_full(in_time=35, late=201), Verdict.INCONCLUSIVE),
        (_full().sent("seated", 503), Verdict.INCONCLUSIVE),
        (_full(in_time=34, late=201), Verdict.FAILED),
        (_full(seated=503), Verdict.FAILED),
    ],
    ids=["one got the free one", "one of the seated was refused", "two waited for one", "no seated one was served"],
)
def test_no_more_may_have_waited_than_connections_were_not_seen_to_be_taken(full: Told, verdict: Verdict) -> None:
    full.history.faults["connections taken"] = 3
    assert probes.the_rest_is_told(full.history).verdict is verdict


# -- nothing-left-open ------------------------------------------------------------------------------------------------


def _rest(*looks: tuple[str, ...], refused: int = 409, before: int = 201) -> History:
    rest = Told().sent("before", before).sent(f"seat taken{scene.REFUSED}", refused, 2)
    for states in looks:
        rest.sessions("rest", *states)
    return rest.history


def test_sessions_that_are_idle_in_the_end_pass() -> None:
    assert probes.nothing_is_open(_rest((OPEN, IDLE), (IDLE, IDLE))).verdict is Verdict.PASSED


@pytest.mark.parametrize("state", [OPEN, ABORTED, ACTIVE])
def test_one_session_inside_a_transaction_fails(state: str) -> None:
    finding = probes.nothing_is_open(_rest((IDLE, state)))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 1, 0)


def test_a_session_that_never_ran_a_statement_is_no_transaction() -> None:
    rest = Told().sent("before", 201).sent("x", 409).sessions("rest", OPEN, age_s=None)
    assert probes.nothing_is_open(rest.history).verdict is Verdict.PASSED


def test_a_storm_without_refusals_proves_nothing() -> None:
    assert probes.nothing_is_open(_rest((IDLE,), refused=500)).verdict is Verdict.INCONCLUSIVE
    assert probes.nothing_is_open(_rest((IDLE,), before=500)).verdict is Verdict.INCONCLUSIVE


# -- outlives-a-restart -----------------------------------------------------------------------------------------------


def _restart(
    away: int | None = 503, under_way: int | None = 503, again: int = 201, together: int = 4, before: int = 4
) -> Told:
    restart = Told(before=before, together=together).fault("bookings under way", bit=4)
    restart.history.add_act("postgres", "kill")
    restart.sent("under way", under_way, 2).sent("away", away, 2)
    restart.history.add_act("postgres", "start")
    restart.sent("again", again, sent_s=restart.history.now())
    return restart.sent("good", 201, 4)


def test_a_service_that_waits_for_its_database_passes() -> None:
    assert probes.so_does_the_service(_restart().history).verdict is Verdict.PASSED


def test_a_booking_that_was_made_as_the_database_went_may_be_answered_so() -> None:
    def left(status: int, made: list[int]) -> History:
        restart = _restart()
        restart.history.note("made as it went", made)
        return restart.sent("under way", status, body=b'{"id": 7}').history

    assert probes.so_does_the_service(left(201, [6, 7])).verdict is Verdict.PASSED
    finding = probes.so_does_the_service(left(201, [6]))
    assert finding.verdict is Verdict.FAILED and "(under way) got 201" in finding.sentence
    assert probes.so_does_the_service(left(200, [7])).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("restart", "word"),
    [
        (_restart(away=500), "away"),
        (_restart(away=None), "no answer"),
        (_restart(under_way=None), "under way"),
        (_restart(again=503), "was back"),
        (_restart(together=2), "2 of 4"),
    ],
    ids=["500 while away", "hangs while away", "lost under way", "not back", "half a pool"],
)
def test_a_service_that_does_not_come_back_whole_fails(restart: Told, word: str) -> None:
    finding = probes.so_does_the_service(restart.history)
    assert finding.verdict is Verdict.FAILED and word in finding.sentence


def test_a_process_that_ended_fails_and_its_last_words_are_told() -> None:
    restart = _restart()
    restart.history.add_line("stderr", "      throw er; // Unhandled 'error' event")
    restart.history.add_line("stderr", "error: terminating connection due to administrator command")
    restart.history.add_exit(Exited(1, None, restart.history.now()))
    finding = probes.so_does_the_service(restart.history)
    assert finding.verdict is Verdict.FAILED and "nobody listened" in finding.sentence
    assert any("administrator command" in event for event in finding.decided_by)


def test_one_outage_that_bit_is_enough_for_answers_that_no_busy_machine_gives() -> None:
    def once(**answers: Any) -> Told:
        restart = _restart(**answers)
        restart.history.faults["bookings under way"] = 2
        return restart

    assert probes.so_does_the_service(once(away=500).history).verdict is Verdict.FAILED
    assert probes.so_does_the_service(once(away=None).history).verdict is Verdict.INCONCLUSIVE
    assert probes.so_does_the_service(once().history).verdict is Verdict.INCONCLUSIVE


def test_connections_that_were_not_in_use_before_prove_nothing() -> None:
    assert probes.so_does_the_service(_restart(before=1).history).verdict is Verdict.INCONCLUSIVE
    assert probes.so_does_the_service(_restart(together=2).busy().history).verdict is Verdict.INCONCLUSIVE


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_the_lines_to_reproduce_are_shell_and_say_what_they_lack() -> None:
    findings = [
        probes.bookings_are_right(_evening(status=200)),
        probes.every_connection_works(_storm(together=4).history),
        probes.it_keeps_to_its_share(_presale(20, 20, 20).history),
        probes.the_rest_is_told(_full(status=500).history),
        probes.nothing_is_open(_rest((OPEN,))),
        probes.so_does_the_service(_restart(away=500).history),
    ]
    for finding in findings:
        assert subprocess.run(["sh", "-n", "-c", finding.reproduce], check=False).returncode == 0
        bare = subprocess.run(["sh", "-c", finding.reproduce], env={}, capture_output=True, text=True, check=False)
        assert bare.returncode != 0 and "prodrill run" in bare.stderr
