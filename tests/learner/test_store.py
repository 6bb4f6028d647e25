"""Attempts, progress, hints and readings."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from runner.learner.errors import NoSuchAttempt, StoreError, StoreTooNew
from runner.learner.store import Reading, Store
from runner.record.finding import Verdict
from tests.learner.making import make_report, make_snapshot


def test_an_attempt_is_kept_with_all_it_had(store: Store, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "s", "one")
    report = make_report(failed=("gives-up",), seed=2**80)
    number = store.add_attempt(report, snapshot, b"what happened")
    (attempt,) = store.attempts()
    assert attempt == store.attempt(number)
    assert (attempt.kata, attempt.verdict, attempt.seed) == ("unsafe-retries", Verdict.FAILED, 2**80)
    assert (attempt.passed, attempt.judged) == (2, 3)
    assert store.report(number) == report
    assert store.snapshot(number) == snapshot
    assert store.histories(number) == b"what happened"


def test_attempts_come_oldest_first_and_by_kata(store: Store, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "s", "one")
    numbers = [store.add_attempt(make_report(kata), snapshot) for kata in ("a", "b", "a")]
    assert [each.id for each in store.attempts("a")] == [numbers[0], numbers[2]]
    assert [each.id for each in store.attempts()] == numbers
    assert store.attempts("c") == []


def test_equal_files_are_stored_once(store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        store.add_attempt(make_report(), make_snapshot(tmp_path / "s", "one"))
    with sqlite3.connect(tmp_path / "learner.sqlite3") as reader:
        assert reader.execute("SELECT count(*) FROM snapshots").fetchone() == (1,)


def test_an_unknown_attempt_is_told(store: Store) -> None:
    for ask in (store.attempt, store.report, store.snapshot, store.histories):
        with pytest.raises(NoSuchAttempt, match="no attempt 9"):
            ask(9)


def test_two_attempts_are_compared_by_criterion_and_code(store: Store, tmp_path: Path) -> None:
    first = store.add_attempt(make_report(failed=("gives-up",), value=4), make_snapshot(tmp_path / "s", "one\n"))
    second = store.add_attempt(make_report(value=1), make_snapshot(tmp_path / "s", "two\n"))
    compared = store.compare(first, second)
    changes = {change.criterion: change for change in compared.changes}
    before, after = changes["gives-up"].before, changes["gives-up"].after
    assert before is not None
    assert after is not None
    assert (before.verdict, before.value, after.verdict, after.value) == (Verdict.FAILED, 4, Verdict.PASSED, 1)
    assert "-one\n+two\n" in compared.code


def test_only_a_whole_attempt_that_passed_passes_a_kata(store: Store, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "s", "one")
    store.add_attempt(make_report(failed=("gives-up",)), snapshot)
    store.add_attempt(make_report(), snapshot, whole=False)
    assert store.progress()["unsafe-retries"].passed_at is None
    store.add_attempt(make_report(), snapshot)
    passed = store.progress()["unsafe-retries"]
    assert passed.passed_at is not None
    assert passed.attempts == 3
    store.add_attempt(make_report(failed=("gives-up",)), snapshot)
    assert store.progress()["unsafe-retries"].first_passed_at == passed.first_passed_at


def test_a_start_is_remembered_once(store: Store) -> None:
    store.mark_started("a")
    first = store.progress()["a"]
    store.mark_started("a")
    assert store.progress() == {"a": first}


def test_hints_deepen_with_rejected_attempts_and_stay_shown(store: Store, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "s", "one")
    levels = []
    for _ in range(5):
        levels.append(store.show_hint("unsafe-retries", "gives-up"))
        store.add_attempt(make_report(failed=("gives-up",)), snapshot)
    assert levels == [1, 1, 2, 3, 3]
    assert store.hint_level("unsafe-retries", "charged-once") == 1
    assert store.hints_shown("unsafe-retries") == {"gives-up": 3}
    assert store.rejections("unsafe-retries") == {"gives-up": 5}


def test_reading_positions_and_settings_are_kept(store: Store, tmp_path: Path) -> None:
    store.read_to("retries", 4, finished=True)
    store.read_to("retries", 2)
    store.set_setting("theme", "dark")
    store.set_setting("theme", "light")
    with Store(tmp_path / "learner.sqlite3") as other:
        reading = other.readings()["retries"]
        assert isinstance(reading, Reading)
        assert reading.page == 2
        assert reading.finished_at is not None
        assert other.setting("theme") == "light"
        assert other.setting("none") is None


def test_a_file_of_a_newer_prodrill_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "learner.sqlite3"
    Store(file).close()
    with sqlite3.connect(file) as writer:
        writer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew, match="Upgrade prodrill"):
        Store(file)
    with sqlite3.connect(file) as reader:
        assert reader.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "learner.sqlite3").mkdir()
    with pytest.raises(StoreError, match="PRODRILL_HOME"):
        Store(tmp_path / "learner.sqlite3")
