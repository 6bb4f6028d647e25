"""Judges of `missing-backpressure` over histories made by hand: exports whole, pulls that rest and that end."""

from __future__ import annotations

from typing import Any

import pytest

from runner.catalog.loader import load_kata
from runner.probes import History, Inputs, Verdict
from runner.probes.verdict import find_out
from tests.katas import kata_module
from tests.katas.exports import SMALL_STALL, health, judged, seen

probes = kata_module("missing-backpressure")
judges = kata_module("missing-backpressure", "judges")
scene = kata_module("missing-backpressure", "feed")
pieces = kata_module("missing-backpressure", "pieces")


# -- export-intact -----------------------------------------------------------------------------------------------------


def _exports(*exports: dict[str, Any], torn: int = 17) -> dict[str, Any]:
    return {"exports": list(exports), "at_once": {"at_s": 1.0, "until_s": 2.6, "torn": torn}}


def test_exports_that_arrived_whole_pass() -> None:
    exports = _exports(seen(), seen("at once"), seen("paused"))
    assert judged(probes.they_arrive_whole, exports).verdict is Verdict.PASSED


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
    finding = judged(probes.they_arrive_whole, _exports(seen(), seen("paused", **changes)))
    assert finding.verdict is Verdict.FAILED
    assert says in finding.sentence
    assert finding.decided_by


@pytest.mark.parametrize(
    ("lag_s", "other", "verdict"),
    [(0.0, {}, Verdict.FAILED), (6.0, {}, Verdict.INCONCLUSIVE), (6.0, {"intact": False}, Verdict.FAILED)],
)
def test_an_export_that_did_not_end_fails_unless_we_were_late_and_another_is_wrong_whatever_its_time(
    lag_s: float, other: dict[str, Any], verdict: Verdict
) -> None:
    history = History()
    history.add_lag(11.0, lag_s)
    exports = _exports(seen("paused", **SMALL_STALL), seen("at once", **other))
    assert judged(probes.they_arrive_whole, exports, history).verdict is verdict


@pytest.mark.parametrize("torn", [17, 0])
def test_an_export_that_got_characters_of_another_fails_however_the_pages_came(torn: int) -> None:
    exports = _exports(seen(), seen("at once"), seen("at once", intact=False), torn=torn)
    finding = judged(probes.they_arrive_whole, exports)
    assert finding.verdict is Verdict.FAILED
    assert "one of 3 at once" in finding.sentence


@pytest.mark.parametrize(("lag_s", "verdict"), [(0.0, Verdict.PASSED), (1.2, Verdict.INCONCLUSIVE)])
def test_pages_asked_for_one_by_one_pass_where_that_was_not_for_a_busy_machine(lag_s: float, verdict: Verdict) -> None:
    history = History()
    history.add_lag(2.0, lag_s)
    exports = _exports(seen(), seen("at once"), torn=0)
    assert judged(probes.they_arrive_whole, exports, history).verdict is verdict


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
    finding = judged(probes.the_pull_comes_to_rest, _pauses(5.4, 15.1))
    assert finding.verdict is Verdict.PASSED
    assert finding.value == 15.1


def test_a_pull_far_ahead_of_the_reader_fails_with_its_distance() -> None:
    finding = judged(probes.the_pull_comes_to_rest, _pauses(64.5, still=False))
    assert finding.verdict is Verdict.FAILED
    assert (finding.value, finding.limit) == (64.5, 32.0)


def test_a_pull_that_rests_at_first_and_runs_away_later_fails() -> None:
    assert judged(probes.the_pull_comes_to_rest, _pauses(5.0, 40.0)).verdict is Verdict.FAILED


def test_a_pull_that_never_rests_fails_however_slow_it_is() -> None:
    finding = judged(probes.the_pull_comes_to_rest, _pauses(8.0, still=False))
    assert finding.verdict is Verdict.FAILED
    assert "still pulling" in finding.sentence


def test_a_restless_pull_beside_a_late_verifier_is_inconclusive() -> None:
    history = History()
    history.add_lag(0.5, 1.5)
    assert judged(probes.the_pull_comes_to_rest, _pauses(8.0, still=False), history).verdict is Verdict.INCONCLUSIVE


def test_a_reader_cut_off_while_it_paused_fails() -> None:
    finding = judged(probes.the_pull_comes_to_rest, _pauses(5.0, ended="reset"))
    assert finding.verdict is Verdict.FAILED
    assert "broken off" in finding.sentence


def test_memory_that_grows_without_the_pull_fails() -> None:
    assert judged(probes.the_pull_comes_to_rest, _pauses(5.0, grown=120.0)).verdict is Verdict.FAILED


READ_ON = {"at_s": 8.0, "took_s": 1.0, "bytes": 9_000_000, "intact": True, "stalled": False}


def test_a_reader_that_can_read_on_beside_a_large_export_that_comes_whole_passes() -> None:
    notes = _pauses(5.0) | {"read_on": READ_ON, "beside": seen("beside")}
    assert judged(probes.the_pull_comes_to_rest, notes).verdict is Verdict.PASSED


def test_a_reader_that_was_taken_for_gone_while_it_paused_fails() -> None:
    notes = _pauses(5.0) | {"read_on": READ_ON | {"bytes": 5_000_000, "intact": False}, "beside": seen("beside")}
    finding = judged(probes.the_pull_comes_to_rest, notes)
    assert finding.verdict is Verdict.FAILED
    assert "5,000,000 bytes" in finding.sentence


@pytest.mark.parametrize(("lag_s", "verdict"), [(0.0, Verdict.FAILED), (6.0, Verdict.INCONCLUSIVE)])
def test_a_pull_that_is_bounded_because_it_ends_fails(lag_s: float, verdict: Verdict) -> None:
    history = History()
    history.add_lag(11.0, lag_s)
    notes = _pauses(5.0) | {"read_on": READ_ON, "beside": seen("beside", **SMALL_STALL)}
    assert judged(probes.the_pull_comes_to_rest, notes, history).verdict is verdict


# -- leaving-stops-the-pull --------------------------------------------------------------------------------------------


def _readers(**changes: Any) -> dict[str, Any]:
    """Four readers that left well; `changes` are those of the one that paused."""
    return _readers_but("paused", **changes)


def _readers_but(left: str, **changes: Any) -> dict[str, Any]:
    well = {"left_at_mib": 5.0, "after_mib": 0.2, "released": True}
    readers = [{"way": way, **well} | (changes if way == left else {}) for way in judges.WAYS]
    return {"readers": readers, "left": {"at_s": 2.0, "until_s": 7.0}}


def test_exports_that_end_with_their_readers_pass() -> None:
    assert judged(probes.the_pull_ends_with_the_reader, _readers()).verdict is Verdict.PASSED


def test_a_pull_that_goes_on_for_nobody_fails() -> None:
    finding = judged(probes.the_pull_ends_with_the_reader, _readers(after_mib=33.0))
    assert finding.verdict is Verdict.FAILED
    assert finding.value == 33.0


def test_a_snapshot_that_is_never_released_fails_though_the_pull_stopped() -> None:
    finding = judged(probes.the_pull_ends_with_the_reader, _readers(released=False))
    assert finding.verdict is Verdict.FAILED
    assert "not released" in finding.sentence


def test_a_snapshot_that_is_not_released_by_a_machine_that_stands_still_proves_nothing() -> None:
    history = History()
    history.add_lag(6.0, 3.0)
    finding = judged(probes.the_pull_ends_with_the_reader, _readers(released=False), history)
    assert finding.verdict is Verdict.INCONCLUSIVE
    pulled = _readers(released=False, after_mib=33.0)
    assert judged(probes.the_pull_ends_with_the_reader, pulled, history).verdict is Verdict.FAILED


def test_a_snapshot_opened_for_a_reader_who_had_left_and_kept_fails() -> None:
    kept = _readers_but("unopened", left_at_mib=0.0, released=False)
    finding = judged(probes.the_pull_ends_with_the_reader, kept)
    assert finding.verdict is Verdict.FAILED
    assert "before its snapshot was opened" in finding.sentence


def test_a_pull_for_a_reader_who_had_left_when_its_snapshot_was_opened_fails() -> None:
    pulled = _readers_but("unopened", left_at_mib=0.0, after_mib=33.0)
    assert judged(probes.the_pull_ends_with_the_reader, pulled).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("bit", "released", "verdict"),
    [(1, True, Verdict.PASSED), (0, True, Verdict.INCONCLUSIVE), (0, False, Verdict.FAILED)],
)
def test_a_snapshot_that_nobody_asked_for_proves_nothing(bit: int, released: bool, verdict: Verdict) -> None:
    """As the verifier decides: a failure stands, and a pass does not where its fault did not bite."""
    history = History()
    history.add_exchange(health(200))
    history.fault("left before its snapshot was opened", bit)
    for name, value in _readers_but("paused", released=released).items():
        history.note(name, value)
    judge, limits = probes.the_pull_ends_with_the_reader, load_kata("missing-backpressure").spec.limits
    assert find_out("leaving-stops-the-pull", judge, history, limits).finding.verdict is verdict


def test_readers_that_left_before_anything_was_pulled_prove_nothing() -> None:
    readers = [reader | {"left_at_mib": 0.0} for reader in _readers()["readers"]]
    assert judged(probes.the_pull_ends_with_the_reader, {"readers": readers}).verdict is Verdict.INCONCLUSIVE
