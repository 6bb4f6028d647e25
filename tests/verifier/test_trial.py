"""Verdicts beside the right ones, added up: what counts as wrong, and what as no verdict."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from runner.catalog.answers import Answer
from runner.catalog.kata import Criterion, Kata, KataSpec
from runner.record.finding import Measure, Verdict
from runner.verifier.ledger import SCHEMA, Head, Ledger, LedgerError, read_all
from runner.verifier.margins import margins
from runner.verifier.origin import Machine, Origin
from runner.verifier.tally import by_variant, sums
from runner.verifier.trial import Condition, Judged, Outcome, Trial, beside, expected, surprises

P, F, B = Verdict.PASSED, Verdict.FAILED, Verdict.BLOCKED
UNCLEAR, E = Verdict.INCONCLUSIVE, Verdict.ERROR


def _kata(*criteria: tuple[str, tuple[str, ...]]) -> Kata:
    made = tuple(Criterion(name, "", "", "", "", needs) for name, needs in criteria)
    return Kata("k", Path(), KataSpec("", "", (), 1, 1, made))


def test_what_waits_for_a_failing_criterion_is_blocked_and_so_is_what_waits_for_that() -> None:
    kata = _kata(("a", ()), ("b", ("a",)), ("c", ("b",)), ("d", ()))
    answer = Answer("x", "rejected", "", "", ("a",), Path())
    assert expected(kata, answer) == {"a": F, "b": B, "c": B, "d": P}


@pytest.mark.parametrize(
    ("right", "verdict", "outcome"),
    [
        (P, P, Outcome.RIGHT),
        (F, F, Outcome.RIGHT),
        (P, F, Outcome.FALSE_FAIL),
        (F, P, Outcome.FALSE_PASS),
        (P, UNCLEAR, Outcome.INCONCLUSIVE),
        (F, UNCLEAR, Outcome.INCONCLUSIVE),
        (F, E, Outcome.ERROR),
        (F, B, Outcome.NOT_JUDGED),
        (B, P, Outcome.NOT_JUDGED),
        (B, F, Outcome.NOT_JUDGED),
    ],
)
def test_a_verdict_beside_the_right_one(right: Verdict, verdict: Verdict, outcome: Outcome) -> None:
    assert beside(right, verdict) is outcome


def _trial(kind: str, *judged: Judged, seed: int = 1) -> Trial:
    return Trial("k", Condition("process"), kind, "v", 1, seed, 1.0, None, judged)


def _one(right: Verdict, verdict: Verdict, value: float | None = None, unit: str = "ms") -> Judged:
    return Judged("c", beside(right, verdict), verdict, value, 100.0, unit)


def test_an_accepted_fix_is_refused_by_one_failure_and_a_fault_passes_by_none() -> None:
    trials = [
        _trial("accepted", _one(P, P), _one(P, F)),
        _trial("accepted", _one(P, P), _one(P, UNCLEAR)),
        _trial("accepted", _one(P, P), _one(P, P)),
        _trial("rejected", _one(P, P), _one(F, P)),
        _trial("broken", _one(F, F), _one(F, P)),
    ]
    assert [trial.outcome for trial in trials] == [
        Outcome.FALSE_FAIL,
        Outcome.INCONCLUSIVE,
        Outcome.RIGHT,
        Outcome.FALSE_PASS,
        Outcome.RIGHT,
    ]
    all_of = sums(trials)
    assert (all_of.refused_fixes.seen, all_of.refused_fixes.of) == (1, 2)
    assert (all_of.passed_faults.seen, all_of.passed_faults.of) == (1, 2)
    assert (all_of.false_fails.seen, all_of.false_fails.of) == (1, 6)
    assert (all_of.false_passes.seen, all_of.false_passes.of) == (2, 3)
    assert (all_of.verdicts.inconclusive_rate.seen, all_of.verdicts.inconclusive_rate.of) == (1, 10)
    assert len(surprises(trials)) == 3
    assert by_variant(trials)["k", "rejected", "v"]["c"].false_pass == 1


def test_margins_are_those_of_right_verdicts_and_the_thinnest_comes_first() -> None:
    trials = [
        _trial("accepted", _one(P, P, 20.0), seed=1),
        _trial("accepted", _one(P, P, 60.0), seed=2),
        _trial("broken", _one(F, F, 900.0), seed=3),
        _trial("broken", _one(F, F, 400.0), seed=4),
        _trial("accepted", _one(P, F, 101.0), seed=5),
        _trial("accepted", Judged("d", Outcome.RIGHT, P, 90.0, 100.0, "MiB", (Measure(3.0, 1.0, "s"),))),
        _trial("broken", Judged("e", Outcome.RIGHT, F, 1.0, 0.0, "wrong answers")),
    ]
    found = margins(trials)
    assert [margin.criterion for margin in found] == ["d", "c", "d", "e"]
    waits = found[1]
    assert waits.passed is not None and waits.failed is not None
    assert (waits.passed.value, waits.passed.seed, waits.failed.value, waits.failed.seed) == (60.0, 2, 400.0, 4)
    assert found[0].failed is None and found[3].passed is None and found[2].unit == "s"


def _head(commit: str = "abc", **katas: str) -> Head:
    origin = Origin(Machine("cpu", 2, 8, "Linux", "3.11", "24"), commit, {"engine": "0", **katas})
    return Head(SCHEMA, origin, 0, 1, "", "prodrill prove")


def test_ledgers_are_read_as_one_where_engine_and_katas_are_the_same(tmp_path: Path) -> None:
    heads = {
        "a": _head("abc", pool="0"), "b": _head("def", pool="0"), "other": _head("def", orm="5"),
        "changed": _head("def", orm="5", pool="1"), "engine": _head("def", engine="1"),
    }  # fmt: skip
    for name, head in heads.items():
        Ledger(head, tmp_path / name).add(_trial("accepted", _one(P, P)))
    read, trials = read_all([tmp_path / "a", tmp_path / "b", tmp_path / "other"])
    assert (len(read), len(trials)) == (3, 3)
    with pytest.raises(LedgerError, match="add up: pool changed since"):
        read_all([tmp_path / "a", tmp_path / "other", tmp_path / "changed"])
    with pytest.raises(LedgerError, match="engine changed since"):
        read_all([tmp_path / "a", tmp_path / "engine"])


def test_a_ledger_is_resumed_with_the_katas_it_was_begun_with_or_fewer(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    Ledger(_head(pool="0", orm="0"), file)
    Ledger(_head(orm="0"), file)
    with pytest.raises(LedgerError, match="begun without retries"):
        Ledger(_head(orm="0", retries="0"), file)


def test_a_ledger_keeps_what_it_was_given_and_forgets_a_line_that_was_cut(tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    Ledger(_head(), file).add(_trial("accepted", _one(P, P)))
    whole = file.read_bytes()
    file.write_bytes(whole + msgspec.json.encode(_trial("broken"))[:-5])
    again = Ledger(_head(), file)
    assert len(again.trials) == 1 and file.read_bytes() == whole
