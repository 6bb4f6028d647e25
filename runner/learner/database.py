"""One SQLite file that survives a kill at any moment and two processes at once.

WAL with `synchronous=FULL`: what a transaction has committed is on the disk when the call returns. Transactions are
`BEGIN IMMEDIATE` and short, so that a second process waits instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.clock import monotonic_s, utc_now
from runner.learner.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReadOnly, StoreTooNew

Row = tuple[Any, ...]

BUSY_S = 15.0

_FORMATS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        "CREATE TABLE snapshots (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT",
        """CREATE TABLE attempts (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kata TEXT NOT NULL, started_at TEXT NOT NULL, verdict TEXT NOT NULL,
            sandbox TEXT NOT NULL, seed TEXT NOT NULL, whole INTEGER NOT NULL, report BLOB NOT NULL,
            snapshot TEXT NOT NULL REFERENCES snapshots (sha256), histories BLOB NOT NULL) STRICT""",
        "CREATE INDEX attempts_of_kata ON attempts (kata, id)",
        """CREATE TABLE judged (
            attempt INTEGER NOT NULL REFERENCES attempts (id), criterion TEXT NOT NULL, verdict TEXT NOT NULL,
            PRIMARY KEY (attempt, criterion)) STRICT""",
        """CREATE TABLE progress (
            kata TEXT PRIMARY KEY, started_at TEXT, first_passed_at TEXT, passed_at TEXT) STRICT""",
        """CREATE TABLE hints (
            kata TEXT NOT NULL, criterion TEXT NOT NULL, level INTEGER NOT NULL,
            PRIMARY KEY (kata, criterion)) STRICT""",
        "CREATE TABLE lessons (lesson TEXT PRIMARY KEY, page INTEGER NOT NULL, finished_at TEXT) STRICT",
        """CREATE TABLE backups (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kata TEXT NOT NULL, kept_at TEXT NOT NULL, reason TEXT NOT NULL,
            snapshot TEXT NOT NULL REFERENCES snapshots (sha256), undone_at TEXT) STRICT""",
    ),
    (
        """CREATE TABLE answers (
            id INTEGER PRIMARY KEY AUTOINCREMENT, lesson TEXT NOT NULL, question TEXT NOT NULL, given TEXT NOT NULL,
            was_right INTEGER NOT NULL, answered_at TEXT NOT NULL) STRICT""",
        "CREATE INDEX answers_of_lesson ON answers (lesson, question, id)",
    ),
    ("ALTER TABLE lessons ADD COLUMN scroll INTEGER NOT NULL DEFAULT 0",),
)


class Database:
    """The open file. Safe to use from several threads of one process; errors are the kinds of `StoreError`."""

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        self.file = file
        self._lock = threading.RLock()
        with self._explained():
            self._connection = self._opened()
        try:
            with self._explained():
                self._migrate()
                if read_only:
                    self._connection.execute("PRAGMA query_only = ON")
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def rows(self, query: str, *values: Any) -> list[Row]:
        """All rows a query gives."""
        with self._lock, self._explained():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on the disk after the block, or none of it."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._write_ahead(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        # Changing the journal's mode does not wait for a lock as other statements do: two first starts at once collide.
        deadline = monotonic_s() + BUSY_S
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic_s() > deadline:
                    raise

    def _migrate(self) -> None:
        if self._version() == len(_FORMATS):
            return
        with self.writing() as connection:
            version = self._version()
            if version > len(_FORMATS):
                raise StoreTooNew(self.file, version, len(_FORMATS))
            for statements in _FORMATS[version:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(_FORMATS)}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._as_ours(error) from error

    def _as_ours(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return StoreDamaged(self.file, self._keep_damaged(), str(error))
        if code == sqlite3.SQLITE_READONLY and self._connection.execute("PRAGMA query_only").fetchone()[0]:
            return StoreReadOnly(self.file)
        if code == sqlite3.SQLITE_FULL:
            return StoreFull(self.file)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(self.file)
        return StoreError(
            self.file,
            f"cannot be used ({error}). Check that its folder can be written to and its disk is not full, or "
            "set PRODRILL_HOME to another folder.",
        )

    def _keep_damaged(self) -> Path:
        """Moves the file and its log aside, so that nothing is overwritten and the next start begins anew."""
        if hasattr(self, "_connection"):
            self._connection.close()
        kept = self.file.with_name(f"{self.file.name}.damaged-{utc_now():%Y%m%dT%H%M%S%f}")
        for ending in ("-wal", "-shm", ""):
            part = self.file.with_name(self.file.name + ending)
            if part.exists():
                part.rename(kept.with_name(kept.name + ending))
        return kept
