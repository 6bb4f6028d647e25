"""The learner's answers to the questions of lessons; every one is kept, the newest counts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from runner.clock import utc_now
from runner.learner.database import Database


class QuizAnswer(Struct, frozen=True):
    """What was last answered: the texts chosen, or the steps in order; `tries` counts all answers so far."""

    question: str
    given: tuple[str, ...]
    was_right: bool
    answered_at: str
    tries: int


class QuizAnswers:
    """The part of the learner's store that holds them; errors are those of `Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, lesson: str, question: str, given: Sequence[str], *, was_right: bool) -> None:
        """Keeps one answer; `question` is what it is known by, as `runner.catalog.quiz.question_key` says."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO answers (lesson, question, given, was_right, answered_at) VALUES (?, ?, ?, ?, ?)",
                (lesson, question, msgspec.json.encode(list(given)).decode(), int(was_right), _now()),
            )

    def lessons(self) -> set[str]:
        """The lessons of which any question was answered."""
        return {row[0] for row in self._database.rows("SELECT DISTINCT lesson FROM answers")}

    def of(self, lesson: str) -> dict[str, QuizAnswer]:
        """The newest answer to each question of a lesson that was answered."""
        rows = self._database.rows(
            "SELECT question, given, was_right, answered_at, (SELECT count(*) FROM answers b"
            " WHERE b.lesson = a.lesson AND b.question = a.question) FROM answers a WHERE id IN"
            " (SELECT max(id) FROM answers WHERE lesson = ? GROUP BY question) ORDER BY id",
            lesson,
        )
        return {row[0]: QuizAnswer(row[0], _texts(row[1]), bool(row[2]), row[3], row[4]) for row in rows}


def _texts(given: str) -> tuple[str, ...]:
    return msgspec.json.decode(given, type=tuple[str, ...])


def _now() -> str:
    return utc_now().isoformat(timespec="seconds")
