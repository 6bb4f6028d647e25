"""The judges of a burst and of a full pool of `pool-exhaustion`, over histories made by hand."""

from __future__ import annotations

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.pool_exhaustion_told import Told, full, presale

probes = kata_module("pool-exhaustion")
told = kata_module("pool-exhaustion", "evidence")
scene = kata_module("pool-exhaustion", "theatre")

# -- within-the-limit -------------------------------------------------------------------------------------------------


def test_a_burst_served_by_its_share_of_connections_passes() -> None:
    finding = probes.it_keeps_to_its_share(presale().history)
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.PASSED, 6, 6)


@pytest.mark.parametrize("counts", [(7, 7, 7), (2, 20, 20, 20), (9, 8, 12, 3)])
def test_more_connections_through_three_looks_fail(counts: tuple[int, ...]) -> None:
    assert probes.it_keeps_to_its_share(presale(*counts).history).verdict is Verdict.FAILED


@pytest.mark.parametrize("counts", [(6, 7, 6, 7, 7, 6), (6, 12, 12, 6), (6, 6)])
def test_what_is_gone_at_the_next_look_is_no_excess(counts: tuple[int, ...]) -> None:
    assert probes.it_keeps_to_its_share(presale(*counts).history).verdict is Verdict.PASSED


def test_sessions_that_are_only_just_being_opened_do_not_count_and_those_kept_ready_do() -> None:
    assert probes.it_keeps_to_its_share(presale(starting=3).history).verdict is Verdict.PASSED
    finding = probes.it_keeps_to_its_share(presale(starting=3, for_s=2.0).history)
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 9)


def test_sessions_left_behind_by_customers_fail_and_the_sentence_says_so() -> None:
    finding = probes.it_keeps_to_its_share(presale(left=(12, 12, 12)).history)
    assert finding.verdict is Verdict.FAILED and "had left" in finding.sentence and finding.value == 12


def test_a_burst_turned_away_fails_and_on_a_busy_machine_is_left_open() -> None:
    assert probes.it_keeps_to_its_share(presale(burst=503).history).verdict is Verdict.FAILED
    assert probes.it_keeps_to_its_share(presale(burst=503).busy().history).verdict is Verdict.INCONCLUSIVE


def test_too_many_connections_fail_on_a_busy_machine_too() -> None:
    assert probes.it_keeps_to_its_share(presale(20, 20, 20).busy().history).verdict is Verdict.FAILED


@pytest.mark.parametrize("missing", ["waited", scene.LEFT])
def test_a_lock_at_which_nobody_waited_proves_nothing(missing: str) -> None:
    history = presale().history
    del history.faults[missing]
    assert probes.it_keeps_to_its_share(history).verdict is Verdict.INCONCLUSIVE


# -- saturation-answered ----------------------------------------------------------------------------------------------


def test_a_full_pool_that_says_so_in_time_passes() -> None:
    finding = probes.the_rest_is_told(full().history)
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.PASSED, 36, 36)


@pytest.mark.parametrize(
    ("pool", "word"),
    [
        (full(in_time=30), "they hung"),
        (full(in_time=0, late=503), "they hung"),
        (full(status=500), "500"),
        (full(seated=503), "to be waited for"),
        (full(again=503), "never gave it back"),
    ],
    ids=["six never answered", "told once it was open", "another status", "seated cut off", "not served again"],
)
def test_a_full_pool_that_hangs_lies_or_stays_full_fails(pool: Told, word: str) -> None:
    finding = probes.the_rest_is_told(pool.history)
    assert finding.verdict is Verdict.FAILED and word in finding.sentence


def test_refusals_once_every_connection_is_free_fail_where_they_are_more_than_a_pause() -> None:
    def opened(refused: int) -> History:
        pool = Told(opened_s=1.0, excess=36).fault("connections taken", bit=4)
        pool.sent("excess", 503, 36, ended_s=0.5).sent("seated", 201, 4, ended_s=1.1)
        return pool.sent("again", 503, refused).sent("again", 201).sent("again at once", 201, 4).history

    assert probes.the_rest_is_told(opened(told.REFUSED_ONCE_FREE)).verdict is Verdict.PASSED
    finding = probes.the_rest_is_told(opened(told.REFUSED_ONCE_FREE + 1))
    assert finding.verdict is Verdict.FAILED and "works again at once" in finding.sentence


def test_late_answers_on_a_busy_machine_and_a_pool_that_was_not_full_say_nothing() -> None:
    assert probes.the_rest_is_told(full(in_time=30).busy().history).verdict is Verdict.INCONCLUSIVE
    history = full().history
    history.faults.clear()
    assert probes.the_rest_is_told(history).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("pool", "verdict"),
    [
        (full(in_time=35, late=201), Verdict.INCONCLUSIVE),
        (full().sent("seated", 503), Verdict.INCONCLUSIVE),
        (full(in_time=34, late=201), Verdict.FAILED),
        (full(seated=503), Verdict.FAILED),
    ],
    ids=["one got the free one", "one of the seated was refused", "two waited for one", "no seated one was served"],
)
def test_no_more_may_have_waited_than_connections_were_not_seen_to_be_taken(pool: Told, verdict: Verdict) -> None:
    pool.history.faults["connections taken"] = 3
    assert probes.the_rest_is_told(pool.history).verdict is verdict


def test_a_connection_that_a_busy_machine_did_not_give_in_time_says_nothing() -> None:
    told = full()
    told.sent("again at once", 503, sent_s=2.0, ended_s=2.45)
    assert probes.the_rest_is_told(told.history).verdict is Verdict.FAILED
    told.history.add_starved(2.4, 0.25)
    assert probes.the_rest_is_told(told.history).verdict is Verdict.INCONCLUSIVE


def test_a_pool_that_a_busy_machine_did_not_let_serve_again_says_nothing() -> None:
    told = full(again=500)
    told.sent("again", 500, sent_s=5.0, ended_s=5.1)
    assert probes.the_rest_is_told(told.history).verdict is Verdict.FAILED
    told.history.add_lag(4.0, 2.6)
    assert probes.the_rest_is_told(told.history).verdict is Verdict.INCONCLUSIVE
