"""All of a learner's progress written as one file, to be kept or taken to another machine."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from runner import __version__
from runner.clock import utc_now
from runner.learner.database import Database
from runner.learner.errors import LearnerError
from runner.learner.progress_format import ATTEMPTS, HEAD, SCHEMA, TABLES, AttemptRow, Head
from runner.learner.snapshot import Snapshot


def export_progress(database: Database, copies: Mapping[str, Snapshot], file: Path) -> Path:
    """Writes `file` whole or not at all and returns it; `copies` are the learner's copies as they are now, by kata.

    Raises `LearnerError` where it cannot be written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as into:
            _write(database, copies, into)
        draft.replace(file)
    except OSError as error:
        raise LearnerError(f"{file} cannot be written ({error.strerror}). Choose another place for it.") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return file


def _write(database: Database, copies: Mapping[str, Snapshot], into: zipfile.ZipFile) -> None:
    made_at = utc_now().isoformat(timespec="seconds")
    with database.writing():  # one moment of the store, though others may be at work on it
        head = Head(SCHEMA, __version__, made_at, {slug: files.sha256 for slug, files in copies.items()})
        into.writestr(HEAD, msgspec.json.format(msgspec.json.encode(head), indent=2))
        _write_attempts(database, into)
        for entry, (table, kind, columns) in TABLES.items():
            rows = database.rows(f"SELECT {columns} FROM {table} ORDER BY rowid")
            into.writestr(entry, b"".join(_line(kind, columns, row) for row in rows))
        _write_snapshots(database, copies, into)


def _line(kind: type[msgspec.Struct], columns: str, row: tuple[object, ...]) -> bytes:
    named = dict(zip(columns.split(", "), row, strict=True))
    if "given" in named:
        named["given"] = msgspec.json.decode(str(named["given"]))
        named["was_right"] = bool(named["was_right"])
    return msgspec.json.encode(msgspec.convert(named, kind)) + b"\n"


def _write_attempts(database: Database, into: zipfile.ZipFile) -> None:
    lines: list[bytes] = []
    for number, kata, whole, snapshot in database.rows("SELECT id, kata, whole, snapshot FROM attempts ORDER BY id"):
        report, histories = database.rows("SELECT report, histories FROM attempts WHERE id = ?", number)[0]
        row = AttemptRow(number, kata, bool(whole), snapshot, msgspec.Raw(bytes(report)))
        lines.append(msgspec.json.encode(row) + b"\n")
        into.writestr(zipfile.ZipInfo(f"histories/{number}.z"), bytes(histories))
    into.writestr(ATTEMPTS, b"".join(lines))


def _write_snapshots(database: Database, copies: Mapping[str, Snapshot], into: zipfile.ZipFile) -> None:
    written: set[str] = set()
    for (sha256,) in database.rows("SELECT sha256 FROM snapshots ORDER BY sha256"):
        data = database.rows("SELECT data FROM snapshots WHERE sha256 = ?", sha256)[0][0]
        into.writestr(zipfile.ZipInfo(f"snapshots/{sha256}.tar.gz"), bytes(data))
        written.add(sha256)
    for files in copies.values():
        if files.sha256 not in written:
            into.writestr(zipfile.ZipInfo(f"snapshots/{files.sha256}.tar.gz"), files.data)
            written.add(files.sha256)
