"""The judges of `missing-backpressure`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

from typing import Any

import pytest

from runner.catalog.loader import load_kata
from runner.probes import Finding, History, Inputs, Verdict
from runner.probes.verdict import find_out
from runner.record.history import Exchange
from tests.katas import kata_module

probes = kata_module("missing-backpressure")
judges = kata_module("missing-backpressure", "judges")
scene = kata_module("missing-backpressure", "feed")
pieces = kata_module("missing-backpressure", "pieces")


def _seen(tag: str = "small", **changes: Any) -> dict[str, Any]:
    """An export that arrived whole, but for what `changes` says."""
    whole = {
        "tag": tag,
        "rows": 100,
        "at_s": 1.0,
        "took_s": 0.1,
        "status": 200,
        "ended": "whole",
        "complete": True,
        "intact": True,
        "bytes": 10_000,
        "snapshots": 1,
    }
    return whole | changes


def _judged(judge: Any, notes: dict[str, Any], history: History | None = None) -> Finding:
    kept = history or History()
    for name, value in notes.items():
        kept.note(name, value)
    finding: Finding = judge(History.from_bytes(kept.to_bytes()))
    return finding


# -- export-intact -----------------------------------------------------------------------------------------------------


def _exports(*exports: dict[str, Any], torn: int = 17) -> dict[str, Any]:
    return {"exports": list(exports), "at_once": {"at_s": 1.0, "until_s": 2.6, "torn": torn}}


def test_exports_that_arrived_whole_pass() -> None:
    exports = _exports(_seen(), _seen("at once"), _seen("paused"))
    assert _judged(probes.they_arrive_whole, exports).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"intact": False}, "not the rows the feed held"),
        ({"intact": False, "complete": False, "ended": "reset"}, "did not come to its end"),
        ({"intact": False, "status": None, "ended": "", "complete": False}, "answered not at all"),
        ({"intact": False, "status": 500}, "answered 500"),
    ],
)
def test_an_export_that_is_not_whole_fails_and_says_how(changes: dict[str, Any], says: str) -> None:
    finding = _judged(probes.they_arrive_whole, _exports(_seen(), _seen("paused", **changes)))
    assert finding.verdict is Verdict.FAILED
    assert says in finding.sentence
    assert finding.decided_by


@pytest.mark.parametrize("torn", [17, 0])
def test_an_export_that_got_characters_of_another_fails_however_the_pages_came(torn: int) -> None:
    exports = _exports(_seen(), _seen("at once"), _seen("at once", intact=False), torn=torn)
    finding = _judged(probes.they_arrive_whole, exports)
    assert finding.verdict is Verdict.FAILED
    assert "one of 3 at once" in finding.sentence


@pytest.mark.parametrize(("lag_s", "verdict"), [(0.0, Verdict.PASSED), (1.2, Verdict.INCONCLUSIVE)])
def test_pages_asked_for_one_by_one_pass_where_that_was_not_for_a_busy_machine(lag_s: float, verdict: Verdict) -> None:
    history = History()
    history.add_lag(2.0, lag_s)
    exports = _exports(_seen(), _seen("at once"), torn=0)
    assert _judged(probes.they_arrive_whole, exports, history).verdict is verdict


@pytest.mark.parametrize("seed", range(20))
def test_a_page_is_cut_within_characters_but_for_the_first_cut(seed: int) -> None:
    inputs = Inputs(seed, "export-intact")
    ledger = scene.Ledger(inputs, (30, 100))
    page = ledger.page(range(seed, seed + 60), None)
    first, *others = parts = pieces.in_pieces(inputs, page)
    assert b"".join(parts) == page
    assert len(parts) == pieces.PIECES
    assert first.decode()
    for part in others[:-1]:
        with pytest.raises(UnicodeDecodeError):
            part.decode()


# -- slow-reader-bounds-the-pull ---------------------------------------------------------------------------------------


def _pauses(*ahead_mib: float, still: bool = True, ended: str = "", grown: float = 10.0) -> dict[str, Any]:
    pauses = [
        {"at_s": float(i), "until_s": i + 0.9, "read_mib": 0.25 + i, "ahead_mib": mib, "still": still}
        for i, mib in enumerate(ahead_mib)
    ]
    return {"pauses": pauses, "size_mib": 130.0, "ended_while_paused": ended, "grown_mib": grown}


def test_a_pull_that_rests_a_few_mib_ahead_passes() -> None:
    finding = _judged(probes.the_pull_comes_to_rest, _pauses(5.4, 15.1))
    assert finding.verdict is Verdict.PASSED
    assert finding.value == 15.1


def test_a_pull_far_ahead_of_the_reader_fails_with_its_distance() -> None:
    finding = _judged(probes.the_pull_comes_to_rest, _pauses(64.5, still=False))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (64.5, 32.0)


def test_a_pull_that_rests_at_first_and_runs_away_later_fails() -> None:
    assert _judged(probes.the_pull_comes_to_rest, _pauses(5.0, 40.0)).verdict is Verdict.FAILED


def test_a_pull_that_never_rests_fails_however_slow_it_is() -> None:
    finding = _judged(probes.the_pull_comes_to_rest, _pauses(8.0, still=False))
    assert finding.verdict is Verdict.FAILED
    assert "still pulling" in finding.sentence


def test_a_restless_pull_beside_a_late_verifier_is_inconclusive() -> None:
    history = History()
    history.add_lag(0.5, 1.5)
    assert _judged(probes.the_pull_comes_to_rest, _pauses(8.0, still=False), history).verdict is Verdict.INCONCLUSIVE


def test_a_reader_cut_off_while_it_paused_fails() -> None:
    finding = _judged(probes.the_pull_comes_to_rest, _pauses(5.0, ended="reset"))
    assert finding.verdict is Verdict.FAILED
    assert "broken off" in finding.sentence


def test_memory_that_grows_without_the_pull_fails() -> None:
    assert _judged(probes.the_pull_comes_to_rest, _pauses(5.0, grown=120.0)).verdict is Verdict.FAILED


READ_ON = {"at_s": 8.0, "took_s": 1.0, "bytes": 9_000_000, "intact": True, "stalled": False}
SMALL_STALL = {"status": 200, "ended": "", "complete": False, "intact": False, "took_s": 12.0}


def test_a_reader_that_can_read_on_beside_a_large_export_that_comes_whole_passes() -> None:
    notes = _pauses(5.0) | {"read_on": READ_ON, "beside": _seen("beside")}
    assert _judged(probes.the_pull_comes_to_rest, notes).verdict is Verdict.PASSED


def test_a_reader_that_was_taken_for_gone_while_it_paused_fails() -> None:
    notes = _pauses(5.0) | {"read_on": READ_ON | {"bytes": 5_000_000, "intact": False}, "beside": _seen("beside")}
    finding = _judged(probes.the_pull_comes_to_rest, notes)
    assert finding.verdict is Verdict.FAILED
    assert "5,000,000 bytes" in finding.sentence


@pytest.mark.parametrize(("lag_s", "verdict"), [(0.0, Verdict.FAILED), (6.0, Verdict.INCONCLUSIVE)])
def test_a_pull_that_is_bounded_because_it_ends_fails(lag_s: float, verdict: Verdict) -> None:
    history = History()
    history.add_lag(11.0, lag_s)
    notes = _pauses(5.0) | {"read_on": READ_ON, "beside": _seen("beside", **SMALL_STALL)}
    assert _judged(probes.the_pull_comes_to_rest, notes, history).verdict is verdict


# -- leaving-stops-the-pull --------------------------------------------------------------------------------------------


def _readers(**changes: Any) -> dict[str, Any]:
    """Four readers that left well; `changes` are those of the one that paused."""
    return _readers_but("paused", **changes)


def _readers_but(left: str, **changes: Any) -> dict[str, Any]:
    well = {"left_at_mib": 5.0, "after_mib": 0.2, "released": True}
    return {"readers": [{"way": way, **well} | (changes if way == left else {}) for way in judges.WAYS]}


def test_exports_that_end_with_their_readers_pass() -> None:
    assert _judged(probes.the_pull_ends_with_the_reader, _readers()).verdict is Verdict.PASSED


def test_a_pull_that_goes_on_for_nobody_fails() -> None:
    finding = _judged(probes.the_pull_ends_with_the_reader, _readers(after_mib=33.0))
    assert finding.verdict is Verdict.FAILED
    assert finding.value == 33.0


def test_a_snapshot_that_is_never_released_fails_though_the_pull_stopped() -> None:
    finding = _judged(probes.the_pull_ends_with_the_reader, _readers(released=False))
    assert finding.verdict is Verdict.FAILED
    assert "not released" in finding.sentence


def test_a_snapshot_opened_for_a_reader_who_had_left_and_kept_fails() -> None:
    kept = _readers_but("unopened", left_at_mib=0.0, released=False)
    finding = _judged(probes.the_pull_ends_with_the_reader, kept)
    assert finding.verdict is Verdict.FAILED
    assert "before its snapshot was opened" in finding.sentence


def test_a_pull_for_a_reader_who_had_left_when_its_snapshot_was_opened_fails() -> None:
    pulled = _readers_but("unopened", left_at_mib=0.0, after_mib=33.0)
    assert _judged(probes.the_pull_ends_with_the_reader, pulled).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("bit", "released", "verdict"),
    [(1, True, Verdict.PASSED), (0, True, Verdict.INCONCLUSIVE), (0, False, Verdict.FAILED)],
)
def test_a_snapshot_that_nobody_asked_for_proves_nothing(bit: int, released: bool, verdict: Verdict) -> None:
    """As the verifier decides: a failure stands, and a pass does not where its fault did not bite."""
    history = History()
    history.add_exchange(_health(200))
    history.fault("left before its snapshot was opened", bit)
    history.note("readers", _readers_but("paused", released=released)["readers"])
    judge, limits = probes.the_pull_ends_with_the_reader, load_kata("missing-backpressure").spec.limits
    assert find_out("leaving-stops-the-pull", judge, history, limits).finding.verdict is verdict


def test_readers_that_left_before_anything_was_pulled_prove_nothing() -> None:
    readers = {"readers": [reader | {"left_at_mib": 0.0} for reader in _readers()["readers"]]}
    assert _judged(probes.the_pull_ends_with_the_reader, readers).verdict is Verdict.INCONCLUSIVE


# -- slow-readers-harm-nobody ------------------------------------------------------------------------------------------


def _crowd(*prompt: dict[str, Any], held: int = 20) -> dict[str, Any]:
    return {"prompt": list(prompt) or [_seen("prompt")], "held": held, "pulled_mib": 90.0, "at_rest": True}


def _with_resident(mib: float) -> History:
    history = History()
    history.sample("resident", mib, "MiB", judges.RESIDENT_LIMIT_MIB)
    return history


def _health(status: int | None, how: str = "") -> Exchange:
    return Exchange("health", 1, "GET", "/healthz", 0.1, 0.1, "unknown" if how else "ok", how, status)


def test_prompt_readers_served_beside_the_crowd_pass() -> None:
    history = _with_resident(220.0)
    history.add_exchange(_health(200))
    finding = _judged(probes.the_others_are_served, _crowd(), history)
    assert finding.verdict is Verdict.PASSED
    assert finding.value == 220


def test_a_process_above_its_memory_fails() -> None:
    assert (
        _judged(probes.the_others_are_served, _crowd(), _with_resident(judges.RESIDENT_LIMIT_MIB + 1)).verdict
        is Verdict.FAILED
    )


def test_a_small_export_that_waits_behind_the_slow_ones_fails() -> None:
    waiting = _seen("prompt", status=None, complete=False, intact=False, ended="", took_s=10.0)
    finding = _judged(probes.the_others_are_served, _crowd(_seen("prompt"), waiting), _with_resident(200.0))
    assert finding.verdict is Verdict.FAILED
    assert "was not served" in finding.sentence


def test_a_late_small_export_beside_a_late_verifier_is_inconclusive() -> None:
    history = _with_resident(200.0)
    history.add_lag(1.5, 2.0)
    finding = _judged(probes.the_others_are_served, _crowd(_seen("prompt", took_s=6.0)), history)
    assert finding.verdict is Verdict.INCONCLUSIVE


def test_an_unanswered_health_check_fails() -> None:
    history = _with_resident(200.0)
    history.add_exchange(_health(None, "timeout"))
    assert _judged(probes.the_others_are_served, _crowd(), history).verdict is Verdict.FAILED


def test_a_pull_that_has_not_come_to_rest_passes_nothing() -> None:
    crowd = _crowd() | {"at_rest": False}
    assert _judged(probes.the_others_are_served, crowd, _with_resident(315.0)).verdict is Verdict.INCONCLUSIVE
    assert _judged(probes.the_others_are_served, crowd, _with_resident(449.0)).verdict is Verdict.FAILED


def test_slow_readers_turned_away_fail() -> None:
    finding = _judged(probes.the_others_are_served, _crowd(held=16), _with_resident(200.0))
    assert finding.verdict is Verdict.FAILED
    assert "16 of 20" in finding.sentence


@pytest.mark.parametrize(("least_mib", "verdict"), [(1.5, Verdict.PASSED), (0.0, Verdict.FAILED)])
def test_an_export_that_only_looks_open_fails(least_mib: float, verdict: Verdict) -> None:
    crowd = _crowd() | {"read_on": {"at_s": 3.0, "until_s": 8.0, "of": 8, "least_mib": least_mib}}
    history = _with_resident(200.0)
    history.add_exchange(_health(200))
    assert _judged(probes.the_others_are_served, crowd, history).verdict is verdict


# -- failure-never-looks-complete --------------------------------------------------------------------------------------


def _failures(**changes: dict[str, Any]) -> tuple[dict[str, Any], History]:
    """Every way of failing, each visible to its reader; `changes` by tag."""
    broken = {"ended": "eof", "complete": False, "intact": False}
    exports = [_seen(way, **broken) for way in scene.FAILURES if way != "refused"]
    exports.append(_seen("refused", status=502, intact=False))
    exports += [_seen("healthy"), _seen("later")]
    history = History()
    for way in scene.FAILURES:
        history.fault(way, 1)
    failures = [{"tag": way, "at_s": 4.0} for way in scene.FAILURES]
    return {"exports": [seen | changes.get(seen["tag"], {}) for seen in exports], "failures": failures}, history


def test_failures_that_show_pass() -> None:
    notes, history = _failures()
    assert _judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.PASSED


@pytest.mark.parametrize("way", ["503", "reset", "cut", "short"])
def test_half_a_body_with_a_proper_ending_fails(way: str) -> None:
    notes, history = _failures(**{way: {"complete": True, "ended": "whole"}})
    finding = _judged(probes.nobody_takes_it_for_whole, notes, history)
    assert finding.verdict is Verdict.FAILED
    assert scene.FAILURES[way] in finding.sentence


def test_half_of_one_snapshot_and_half_of_another_fails() -> None:
    notes, history = _failures(short={"complete": True, "ended": "whole", "snapshots": 2})
    finding = _judged(probes.nobody_takes_it_for_whole, notes, history)
    assert finding.verdict is Verdict.FAILED
    assert "parts of 2 snapshots" in finding.sentence


def test_an_error_status_with_a_whole_body_is_no_disguise() -> None:
    notes, history = _failures(**{"503": {"status": 502, "complete": True, "ended": "whole"}})
    assert _judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.PASSED


def test_an_export_made_whole_in_spite_of_the_failure_passes() -> None:
    notes, history = _failures(**{"short": {"complete": True, "ended": "whole", "intact": True}})
    assert _judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("took_s", "lag_s", "verdict"),
    [(15.0, 0.0, Verdict.FAILED), (15.0, 3.0, Verdict.INCONCLUSIVE), (12.0, 0.0, Verdict.INCONCLUSIVE)],
)
def test_a_response_that_never_ends_fails_once_its_time_since_the_failure_is_over(
    took_s: float, lag_s: float, verdict: Verdict
) -> None:
    notes, history = _failures(reset={"ended": "", "took_s": took_s})
    history.add_lag(9.0, lag_s)
    assert _judged(probes.nobody_takes_it_for_whole, notes, history).verdict is verdict


@pytest.mark.parametrize("tag", ["healthy", "later"])
def test_harm_to_another_export_fails(tag: str) -> None:
    notes, history = _failures(**{tag: {"complete": False, "intact": False, "ended": "reset"}})
    assert _judged(probes.nobody_takes_it_for_whole, notes, history).verdict is Verdict.FAILED


def test_an_export_that_stands_still_before_its_feed_fails_is_refused() -> None:
    notes, _ = _failures(short=SMALL_STALL)
    finding = _judged(probes.nobody_takes_it_for_whole, notes)
    assert finding.verdict is Verdict.FAILED
    assert "stood still" in finding.sentence


def test_a_failure_that_never_bit_is_inconclusive() -> None:
    notes, _ = _failures()
    assert _judged(probes.nobody_takes_it_for_whole, notes).verdict is Verdict.INCONCLUSIVE


def test_a_small_export_that_is_refused_at_once_fails_however_late_the_verifier_was() -> None:
    history = _with_resident(100.0)
    history.add_lag(0.2, 0.2)
    refused = _seen("prompt", status=503, complete=True, intact=False, took_s=0.1)
    assert _judged(probes.the_others_are_served, _crowd(refused), history).verdict is Verdict.FAILED
