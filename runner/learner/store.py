"""Attempts, progress, hints shown, reading positions, answers and kept copies: everything that outlives a command."""

from __future__ import annotations

import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from runner.clock import utc_now
from runner.learner.answers import QuizAnswers
from runner.learner.database import Database, Row
from runner.learner.errors import NoSuchAttempt
from runner.learner.snapshot import Snapshot, unified_diff
from runner.record.finding import Finding, Verdict
from runner.record.report import Report

HINT_LEVELS = 3


class Attempt(Struct, frozen=True):
    """One verification of the learner's copy, without its report; `whole` unless only some criteria were asked for.

    `passed` of `judged` criteria passed. `snapshot_sha256` is equal for attempts on equal files.
    """

    id: int
    kata: str
    started_at: str
    verdict: Verdict
    sandbox: str
    seed: int
    whole: bool
    passed: int
    judged: int
    snapshot_sha256: str


class Progress(Struct, frozen=True):
    """How far a kata is; times are ISO 8601 in UTC, or None for what has not happened."""

    kata: str
    started_at: str | None = None
    first_passed_at: str | None = None
    passed_at: str | None = None
    attempts: int = 0


class Reading(Struct, frozen=True):
    """Where a lesson was left: the page counted from 0, when its end was first reached, and how far down the page.

    `scroll` is a share of the page, in ten-thousandths.
    """

    lesson: str
    page: int
    finished_at: str | None
    scroll: int = 0


class Change(Struct, frozen=True):
    """One criterion in two attempts; None where one of them did not judge it."""

    criterion: str
    before: Finding | None
    after: Finding | None


class Comparison(Struct, frozen=True):
    """Two attempts side by side; `code` is the difference of the files as `diff -u` shows it."""

    first: Attempt
    second: Attempt
    changes: tuple[Change, ...]
    code: str


class Backup(Struct, frozen=True):
    """A copy kept before files were replaced.

    `reason` is `reset`, `reset-all`, `restore`, `edit`, `import` or `undo`.
    """

    id: int
    kata: str
    kept_at: str
    reason: str
    snapshot_sha256: str


class Store:
    """The learner's state in one file; every method that writes returns once it is on the disk.

    Raises the kinds of `StoreError`, and `NoSuchAttempt`. Several processes and threads may use one file.
    """

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        self._database = Database(file, read_only=read_only)
        self.quiz = QuizAnswers(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    @property
    def database(self) -> Database:
        """For what moves all of it at once."""
        return self._database

    # Attempts

    def add_attempt(self, report: Report, snapshot: Snapshot, histories: bytes = b"", *, whole: bool = True) -> int:
        """Keeps one verification and returns its number; a whole one that passed marks the kata as passed.

        `histories` is whatever the verifier recorded, and is kept compressed.
        """
        verdict = report.verdict
        packed = zlib.compress(histories)
        with self._database.writing() as db:
            db.execute("INSERT OR IGNORE INTO snapshots VALUES (?, ?)", (snapshot.sha256, snapshot.data))
            made = db.execute(
                "INSERT INTO attempts (kata, started_at, verdict, sandbox, seed, whole, report, snapshot, histories)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (report.kata, report.started_at, verdict.value, report.sandbox, str(report.seed), int(whole),
                 msgspec.json.encode(report), snapshot.sha256, packed),
            )  # fmt: skip
            db.executemany(
                "INSERT OR REPLACE INTO judged VALUES (?, ?, ?)",
                [(made.lastrowid, each.criterion, each.finding.verdict.value) for each in report.results],
            )
            db.execute("INSERT OR IGNORE INTO progress (kata, started_at) VALUES (?, ?)", (report.kata, _now()))
            if whole and verdict is Verdict.PASSED:
                db.execute(
                    "UPDATE progress SET passed_at = ?1, first_passed_at = coalesce(first_passed_at, ?1)"
                    " WHERE kata = ?2",
                    (_now(), report.kata),
                )
        return int(made.lastrowid or 0)

    def attempts(self, kata: str | None = None) -> list[Attempt]:
        """All attempts, or those on one kata, oldest first."""
        where = " WHERE a.kata = ?" if kata else ""
        return [_attempt(row) for row in self._database.rows(_ATTEMPT + where + _BY_ID, *([kata] if kata else []))]

    def attempt(self, attempt_id: int) -> Attempt:
        rows = self._database.rows(_ATTEMPT + " WHERE a.id = ?" + _BY_ID, attempt_id)
        if not rows:
            raise NoSuchAttempt(attempt_id)
        return _attempt(rows[0])

    def report(self, attempt_id: int) -> Report:
        return msgspec.json.decode(self._blob("report", attempt_id), type=Report)

    def histories(self, attempt_id: int) -> bytes:
        return zlib.decompress(self._blob("histories", attempt_id))

    def snapshot(self, attempt_id: int) -> Snapshot:
        """The files that attempt judged."""
        return self.kept_files(self.attempt(attempt_id).snapshot_sha256)

    def compare(self, first_id: int, second_id: int) -> Comparison:
        """Two attempts, criterion by criterion, and what changed in the files between them."""
        before = {each.criterion: each.finding for each in self.report(first_id).results}
        after = {each.criterion: each.finding for each in self.report(second_id).results}
        return Comparison(
            first=self.attempt(first_id),
            second=self.attempt(second_id),
            changes=tuple(Change(name, before.get(name), after.get(name)) for name in {**before, **after}),
            code=unified_diff(self.snapshot(first_id).files(), self.snapshot(second_id).files()),
        )

    def _blob(self, column: str, attempt_id: int) -> bytes:
        rows = self._database.rows(f"SELECT {column} FROM attempts WHERE id = ?", attempt_id)
        if not rows:
            raise NoSuchAttempt(attempt_id)
        return bytes(rows[0][0])

    # Progress and hints

    def mark_started(self, kata: str) -> None:
        """Remembers when a kata was first started; later calls change nothing."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO progress (kata, started_at) VALUES (?1, ?2)"
                " ON CONFLICT (kata) DO UPDATE SET started_at = coalesce(started_at, ?2)",
                (kata, _now()),
            )

    def progress(self) -> dict[str, Progress]:
        """Every kata that was started or attempted, by name."""
        rows = self._database.rows(
            "SELECT kata, started_at, first_passed_at, passed_at,"
            " (SELECT count(*) FROM attempts a WHERE a.kata = p.kata) FROM progress p"
        )
        return {row[0]: Progress(*row) for row in rows}

    def rejections(self, kata: str) -> dict[str, int]:
        """For each criterion, how many attempts came out `failed` on it; our own faults and noise do not count."""
        rows = self._database.rows(
            "SELECT criterion, count(*) FROM judged JOIN attempts a ON a.id = attempt"
            " WHERE a.kata = ? AND judged.verdict = 'failed' GROUP BY criterion",
            kata,
        )
        return {row[0]: row[1] for row in rows}

    def hint_level(self, kata: str, criterion: str) -> int:
        """The deepest hint a learner has earned, 1 to 3: one for each rejected attempt, and the first for asking."""
        return min(HINT_LEVELS, max(1, self.rejections(kata).get(criterion, 0)))

    def show_hint(self, kata: str, criterion: str) -> int:
        """Remembers that the earned hint was shown, and returns the deepest level shown so far."""
        earned = self.hint_level(kata, criterion)
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO hints VALUES (?1, ?2, ?3)"
                " ON CONFLICT (kata, criterion) DO UPDATE SET level = max(level, ?3)",
                (kata, criterion, earned),
            )
        return self.hints_shown(kata)[criterion]

    def hints_shown(self, kata: str) -> dict[str, int]:
        """For each criterion with a hint shown, the deepest level; they stay visible."""
        return dict(self._database.rows("SELECT criterion, level FROM hints WHERE kata = ?", kata))

    # Lessons and settings

    def read_to(self, lesson: str, page: int, *, finished: bool = False) -> None:
        """Remembers the page (from 0) a lesson was left at, and that its end was reached."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO lessons (lesson, page, finished_at) VALUES (?1, ?2, ?3) ON CONFLICT (lesson) DO UPDATE"
                " SET scroll = iif(page = ?2, scroll, 0), page = ?2, finished_at = coalesce(finished_at, ?3)",
                (lesson, page, _now() if finished else None),
            )

    def scrolled_to(self, lesson: str, page: int, scroll: int) -> None:
        """Remembers how far down a page was read, in ten-thousandths of it; nothing where another page was left."""
        with self._database.writing() as db:
            db.execute("UPDATE lessons SET scroll = ?3 WHERE lesson = ?1 AND page = ?2", (lesson, page, scroll))

    def readings(self) -> dict[str, Reading]:
        return {
            row[0]: Reading(*row)
            for row in self._database.rows("SELECT lesson, page, finished_at, scroll FROM lessons")
        }

    def setting(self, name: str) -> str | None:
        rows = self._database.rows("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def set_setting(self, name: str, value: str) -> None:
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    # Kept copies

    def keep(self, kata: str, snapshot: Snapshot, reason: str) -> Backup:
        """Keeps files that are about to be replaced."""
        at = _now()
        with self._database.writing() as db:
            db.execute("INSERT OR IGNORE INTO snapshots VALUES (?, ?)", (snapshot.sha256, snapshot.data))
            made = db.execute(
                "INSERT INTO backups (kata, kept_at, reason, snapshot) VALUES (?, ?, ?, ?)",
                (kata, at, reason, snapshot.sha256),
            )
        return Backup(int(made.lastrowid or 0), kata, at, reason, snapshot.sha256)

    def backups(self, kata: str, *, undoable: bool = False) -> list[Backup]:
        """The copies kept of a kata, oldest first; `undoable` leaves out undos and what was undone."""
        where = " AND reason <> 'undo' AND undone_at IS NULL" if undoable else ""
        query = "SELECT id, kata, kept_at, reason, snapshot FROM backups WHERE kata = ?"
        return [Backup(*row) for row in self._database.rows(f"{query}{where} ORDER BY id", kata)]

    def mark_undone(self, backup: Backup) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE backups SET undone_at = ? WHERE id = ?", (_now(), backup.id))

    def kept_files(self, sha256: str) -> Snapshot:
        """The files of an attempt or a backup, by digest."""
        rows = self._database.rows("SELECT data, sha256 FROM snapshots WHERE sha256 = ?", sha256)
        return Snapshot(bytes(rows[0][0]), str(rows[0][1]))


_ATTEMPT = (
    "SELECT a.id, a.kata, a.started_at, a.verdict, a.sandbox, a.seed, a.whole,"
    " sum(j.verdict = 'passed'), count(j.verdict), a.snapshot"
    " FROM attempts a LEFT JOIN judged j ON j.attempt = a.id"
)
_BY_ID = " GROUP BY a.id ORDER BY a.id"


def _attempt(row: Row) -> Attempt:
    number, kata, started_at, verdict, sandbox, seed, whole, passed, judged, snapshot = row
    return Attempt(
        number, kata, started_at, Verdict(verdict), sandbox, int(seed), bool(whole), passed or 0, judged, snapshot
    )


def _now() -> str:
    return utc_now().isoformat(timespec="seconds")
