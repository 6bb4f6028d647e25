"""Answers to questions: all kept, the newest told, and a store of the time before them opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from runner.learner import database
from runner.learner.store import Store


def test_the_newest_answer_counts_and_all_are_counted(store: Store) -> None:
    store.quiz.add("retries", "q1", ["a", "b, [c]"], was_right=False)
    store.quiz.add("retries", "q2", ["x"], was_right=True)
    store.quiz.add("retries", "q1", ["b, [c]"], was_right=True)
    store.quiz.add("shutdown", "q1", ["other"], was_right=False)
    answers = store.quiz.of("retries")
    assert {name: (each.given, each.was_right, each.tries) for name, each in answers.items()} == {
        "q1": (("b, [c]",), True, 2),
        "q2": (("x",), True, 1),
    }
    assert answers["q1"].answered_at.startswith("20")
    assert store.quiz.of("backpressure") == {}


def test_a_store_of_the_first_format_is_taken_on_with_all_that_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "learner.sqlite3"
    old = sqlite3.connect(file)
    for statement in database._FORMATS[0]:
        old.execute(statement)
    old.execute("INSERT INTO lessons VALUES ('retries', 3, NULL)")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    with Store(file) as store:
        assert store.readings()["retries"].page == 3
        store.quiz.add("retries", "q1", ["a"], was_right=True)
    with Store(file) as store:
        assert store.quiz.of("retries")["q1"].was_right
