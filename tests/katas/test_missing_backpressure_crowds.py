"""Judges of `missing-backpressure` over histories made by hand: crowds of slow readers, feeds that fail."""

from __future__ import annotations

from typing import Any

import pytest

from runner.probes import History, Verdict
from tests.katas import kata_module
from tests.katas.exports import SMALL_STALL, health, judged, seen

probes = kata_module("missing-backpressure")
judges = kata_module("missing-backpressure", "judges")
scene = kata_module("missing-backpressure", "feed")
pieces = kata_module("missing-backpressure", "pieces")


# -- slow-readers-harm-nobody ------------------------------------------------------------------------------------------


def _crowd(*prompt: dict[str, Any], held: int = 20) -> dict[str, Any]:
    crowd = {"at_s": 0.0, "until_s": 8.0}
    exports = list(prompt) or [seen("prompt")]
    return {"prompt": exports, "held": held, "pulled_mib": 90.0, "at_rest": True, "crowd": crowd}


def _with_resident(mib: float) -> History:
    history = History()
    history.sample("resident", mib, "MiB", judges.RESIDENT_LIMIT_MIB)
    return history


def test_prompt_readers_served_beside_the_crowd_pass() -> None:
    history = _with_resident(220.0)
    history.add_exchange(health(200))
    finding = judged(probes.the_others_are_served, _crowd(), history)
    assert finding.verdict is Verdict.PASSED
    assert finding.value == 220


def test_a_process_above_its_memory_fails() -> None:
    assert (
        judged(probes.the_others_are_served, _crowd(), _with_resident(judges.RESIDENT_LIMIT_MIB + 1)).verdict
        is Verdict.FAILED
    )


def test_a_small_export_that_waits_behind_the_slow_ones_fails() -> None:
    waiting = seen("prompt", status=None, complete=False, intact=False, ended="", took_s=10.0)
    finding = judged(probes.the_others_are_served, _crowd(seen("prompt"), waiting), _with_resident(200.0))
    assert finding.verdict is Verdict.FAILED
    assert "was not served" in finding.sentence


def test_a_late_small_export_beside_a_late_verifier_is_inconclusive() -> None:
    history = _with_resident(200.0)
    history.add_lag(1.5, 2.0)
    finding = judged(probes.the_others_are_served, _crowd(seen("prompt", took_s=6.0)), history)
    assert finding.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("how", "lag_s", "verdict"),
    [
        ("timeout", 0.0, Verdict.FAILED),
        ("timeout", 3.0, Verdict.INCONCLUSIVE),
        ("reset", 3.0, Verdict.FAILED),
    ],
)
def test_an_unanswered_health_check_fails_unless_we_were_late(how: str, lag_s: float, verdict: Verdict) -> None:
    history = _with_resident(200.0)
    history.add_lag(4.0, lag_s)
    history.add_exchange(health(None, how))
    assert judged(probes.the_others_are_served, _crowd(), history).verdict is verdict


def test_a_pull_that_has_not_come_to_rest_passes_nothing() -> None:
    crowd = _crowd() | {"at_rest": False}
    assert judged(probes.the_others_are_served, crowd, _with_resident(315.0)).verdict is Verdict.INCONCLUSIVE
    assert judged(probes.the_others_are_served, crowd, _with_resident(449.0)).verdict is Verdict.FAILED


def test_slow_readers_turned_away_fail() -> None:
    finding = judged(probes.the_others_are_served, _crowd(held=16), _with_resident(200.0))
    assert finding.verdict is Verdict.FAILED
    assert "16 of 20" in finding.sentence
    late = _with_resident(200.0)
    late.add_lag(5.0, 4.5)
    assert judged(probes.the_others_are_served, _crowd(held=16), late).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("least_mib", "verdict"), [(1.5, Verdict.PASSED), (0.0, Verdict.FAILED)])
def test_an_export_that_only_looks_open_fails(least_mib: float, verdict: Verdict) -> None:
    crowd = _crowd() | {"read_on": {"at_s": 3.0, "until_s": 8.0, "of": 8, "least_mib": least_mib}}
    history = _with_resident(200.0)
    history.add_exchange(health(200))
    assert judged(probes.the_others_are_served, crowd, history).verdict is verdict


# -- failure-never-looks-complete --------------------------------------------------------------------------------------


def _failures(**changes: dict[str, Any]) -> tuple[dict[str, Any], History]:
    """Every way of failing, each visible to its reader; `changes` by tag."""
    broken = {"ended": "eof", "complete": False, "intact": False}
    exports = [seen(way, **broken) for way in scene.FAILURES if way != "refused"]
    exports.append(seen("refused", status=502, intact=False))
    exports += [seen("healthy"), seen("later")]
    history = History()
    for way in scene.FAILURES:
        history.fault(way, 1)
    failures = [{"tag": way, "at_s": 4.0} for way in scene.FAILURES]
    return {"exports": [each | changes.get(each["tag"], {}) for each in exports], "failures": failures}, history


def test_failures_that_show_pass() -> None:
    notes, history = _failures()
    assert judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.PASSED


@pytest.mark.parametrize("way", ["503", "reset", "cut", "short"])
def test_half_a_body_with_a_proper_ending_fails(way: str) -> None:
    notes, history = _failures(**{way: {"complete": True, "ended": "whole"}})
    finding = judged(probes.nobody_takes_it_for_whole, notes, history)
    assert finding.verdict is Verdict.FAILED
    assert scene.FAILURES[way] in finding.sentence


def test_half_of_one_snapshot_and_half_of_another_fails() -> None:
    notes, history = _failures(short={"complete": True, "ended": "whole", "snapshots": 2})
    finding = judged(probes.nobody_takes_it_for_whole, notes, history)
    assert finding.verdict is Verdict.FAILED
    assert "parts of 2 snapshots" in finding.sentence


def test_an_error_status_with_a_whole_body_is_no_disguise() -> None:
    notes, history = _failures(**{"503": {"status": 502, "complete": True, "ended": "whole"}})
    assert judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.PASSED


def test_an_export_made_whole_in_spite_of_the_failure_passes() -> None:
    notes, history = _failures(**{"short": {"complete": True, "ended": "whole", "intact": True}})
    assert judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("took_s", "lag_s", "verdict"),
    [(15.0, 0.0, Verdict.FAILED), (15.0, 3.0, Verdict.INCONCLUSIVE), (12.0, 0.0, Verdict.INCONCLUSIVE)],
)
def test_a_response_that_never_ends_fails_once_its_time_since_the_failure_is_over(
    took_s: float, lag_s: float, verdict: Verdict
) -> None:
    notes, history = _failures(reset={"ended": "", "took_s": took_s})
    history.add_lag(9.0, lag_s)
    assert judged(probes.nobody_takes_it_for_whole, notes, history).verdict is verdict


@pytest.mark.parametrize(("lag_s", "verdict"), [(0.0, Verdict.FAILED), (6.0, Verdict.INCONCLUSIVE)])
def test_an_export_beside_the_failing_ones_that_does_not_end_fails_unless_we_were_late(
    lag_s: float, verdict: Verdict
) -> None:
    notes, history = _failures(healthy=SMALL_STALL)
    history.add_lag(11.0, lag_s)
    assert judged(probes.nobody_takes_it_for_whole, notes, history).verdict is verdict


@pytest.mark.parametrize("tag", ["healthy", "later"])
def test_harm_to_another_export_fails(tag: str) -> None:
    notes, history = _failures(**{tag: {"complete": False, "intact": False, "ended": "reset"}})
    assert judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.FAILED


def test_an_export_that_stands_still_before_its_feed_fails_is_refused() -> None:
    notes, _ = _failures(short=SMALL_STALL)
    finding = judged(probes.nobody_takes_it_for_whole, notes)
    assert finding.verdict is Verdict.FAILED
    assert "stood still" in finding.sentence


def test_a_failure_that_never_bit_is_inconclusive() -> None:
    notes, _ = _failures()
    assert judged(probes.nobody_takes_it_for_whole, notes).verdict is Verdict.INCONCLUSIVE


def test_a_small_export_that_is_refused_at_once_fails_however_late_the_verifier_was() -> None:
    history = _with_resident(100.0)
    history.add_lag(0.2, 0.2)
    refused = seen("prompt", status=503, complete=True, intact=False, took_s=0.1)
    assert judged(probes.the_others_are_served, _crowd(refused), history).verdict is Verdict.FAILED
