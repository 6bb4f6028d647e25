"""Progress taken in from one file: checked line by line, and then all of it or nothing.

What the file says is put in place of what the store has, in one transaction. Nothing of it is believed: digests are
taken again, sizes are counted as they are read, and verdicts come from the reports.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import astuple

from runner.learner.archive import Archive
from runner.learner.database import Database
from runner.learner.errors import StoreError
from runner.learner.progress_format import (
    ATTEMPTS,
    HEAD,
    HISTORIES,
    MOST_ENTRY_BYTES,
    SCHEMA,
    SNAPSHOT,
    TABLES,
    AttemptRow,
    BadProgressFile,
    Head,
)
from runner.learner.snapshot import Snapshot, refuse_hostile
from runner.record.report import Report

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def import_progress(database: Database, file: Path) -> dict[str, Snapshot]:
    """Replaces attempts, progress, hints, readings, answers and kept copies by those of `file`.

    Returns the learner's copies that were in it, by kata. Raises `BadProgressFile`, and then nothing was changed.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            return _Import(file, Archive(file, packed)).into(database)
    except OSError as error:
        raise BadProgressFile(file, f"it cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadProgressFile(
            file, f"it is no progress file, or it is damaged ({error}). `prodrill progress export` writes one."
        ) from error


class _Import:
    def __init__(self, file: Path, archive: Archive) -> None:
        self._file = file
        self._archive = archive
        self._snapshots: dict[str, Snapshot] = {}

    def into(self, database: Database) -> dict[str, Snapshot]:
        head = self._head()
        self._check_names()
        for slug in head.copies:
            self._check_slug("kata", slug, HEAD)
        try:
            with database.writing() as db:
                for table in ("judged", "attempts", *(table for table, _, _ in TABLES.values()), "snapshots"):
                    db.execute(f"DELETE FROM {table}")
                self._put_snapshots(db)
                self._put_attempts(db)
                for entry, (table, kind, columns) in TABLES.items():
                    marks = ", ".join("?" * len(columns.split(", ")))
                    for row in self._lines(entry, kind):
                        db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", _values(row))
                copies = {slug: self._snapshot(sha256) for slug, sha256 in head.copies.items()}
        except (StoreError, OverflowError) as error:
            if isinstance(error, StoreError) and not isinstance(error.__cause__, sqlite3.IntegrityError):
                raise
            raise BadProgressFile(self._file, "its parts do not belong together; the file is damaged.") from error
        return copies

    def _head(self) -> Head:
        if HEAD not in self._archive.names:
            raise BadProgressFile(self._file, "it is no progress file. `prodrill progress export` writes one.")
        data = self._archive.read(HEAD)
        schema = self._decoded(data, dict[str, Any], HEAD).get("schema")
        if schema != SCHEMA:
            raise BadProgressFile(
                self._file, f"it says that it is {schema!r}, and this prodrill reads {SCHEMA}. Upgrade prodrill."
            )
        return self._decoded(data, Head, HEAD)

    def _check_names(self) -> None:
        known = {HEAD, ATTEMPTS, *TABLES}
        for name in sorted(self._archive.names):
            if name not in known and not SNAPSHOT.fullmatch(name) and not HISTORIES.fullmatch(name):
                raise BadProgressFile(self._file, f"it holds {name[:120]!r}, which no progress file holds.")
        for name in sorted(known - self._archive.names):
            raise BadProgressFile(self._file, f"{name} is missing in it.")

    def _put_snapshots(self, db: sqlite3.Connection) -> None:
        for name in sorted(self._archive.names):
            found = SNAPSHOT.fullmatch(name)
            if found is None:
                continue
            snapshot = Snapshot(self._archive.read(name), found[1])
            raw = self._inflated(name, snapshot.data, zlib.MAX_WBITS | 16)
            if hashlib.sha256(raw).hexdigest() != snapshot.sha256:
                raise BadProgressFile(self._file, f"{name} is not what its name says; the file is damaged.")
            try:
                refuse_hostile(snapshot)
            except ValueError as error:
                raise BadProgressFile(self._file, f"{name}: {error}.") from error
            self._snapshots[snapshot.sha256] = snapshot
            db.execute("INSERT INTO snapshots VALUES (?, ?)", (snapshot.sha256, snapshot.data))

    def _put_attempts(self, db: sqlite3.Connection) -> None:
        for row in self._lines(ATTEMPTS, AttemptRow):
            report = self._decoded(bytes(row.report), Report, f"attempt {row.id}")
            packed = self._histories(row.id)
            db.execute(
                "INSERT INTO attempts (id, kata, started_at, verdict, sandbox, seed, whole, report, snapshot,"
                " histories) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (row.id, row.kata, report.started_at, report.verdict.value, report.sandbox, str(report.seed),
                 int(row.whole), msgspec.json.encode(report), row.snapshot, packed),
            )  # fmt: skip
            db.executemany(
                "INSERT OR REPLACE INTO judged VALUES (?, ?, ?)",
                [(row.id, each.criterion, each.finding.verdict.value) for each in report.results],
            )

    def _histories(self, attempt: int) -> bytes:
        name = f"histories/{attempt}.z"
        if name not in self._archive.names:
            return zlib.compress(b"")
        packed = self._archive.read(name)
        self._inflated(name, packed, zlib.MAX_WBITS)
        return packed

    def _snapshot(self, sha256: str) -> Snapshot:
        if sha256 not in self._snapshots:
            raise BadProgressFile(self._file, f"snapshots/{sha256[:80]}.tar.gz is missing in it.")
        return self._snapshots[sha256]

    def _inflated(self, name: str, data: bytes, bits: int) -> bytes:
        """All of it, or an error for more than an entry may hold; never more in memory than that."""
        stream = zlib.decompressobj(bits)
        raw = stream.decompress(data, MOST_ENTRY_BYTES)
        if stream.unconsumed_tail or not stream.eof:
            raise BadProgressFile(self._file, f"{name} is larger than anything prodrill keeps, or cut off.")
        return raw

    def _lines(self, name: str, kind: type[T]) -> Iterator[T]:
        for number, line in enumerate(self._archive.read(name).splitlines(), start=1):
            row = self._decoded(line, kind, f"{name}, line {number}")
            self._check_slugs(row, f"{name}, line {number}")
            yield row

    def _check_slugs(self, row: Any, where: str) -> None:
        for field in ("kata", "lesson"):
            if hasattr(row, field):
                self._check_slug(field, getattr(row, field), where)

    def _check_slug(self, field: str, name: str, where: str) -> None:
        if not _SLUG.fullmatch(name):
            raise BadProgressFile(self._file, f"{where}: {name[:80]!r} is no name of a {field}.")

    def _decoded(self, data: bytes, kind: type[T], where: str) -> T:
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadProgressFile(self._file, f"{where}: {error}.") from error


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(
        msgspec.json.encode(value).decode()
        if isinstance(value, tuple)
        else int(value)
        if isinstance(value, bool)
        else value
        for value in astuple(row)
    )
