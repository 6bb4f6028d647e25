"""The one file that holds all of a learner's progress: what is in it, and what it may not be.

    prodrill.json            schema, version, time, and which snapshot each copy of a service is
    attempts.jsonl           one attempt a line, its report whole
    progress.jsonl hints.jsonl lessons.jsonl answers.jsonl kept.jsonl
    snapshots/<sha256>.tar.gz
    histories/<attempt>.z    as the verifier recorded them, zlib

A zip whose entries are read by name and never unpacked by name: what else is in it is an error, not a file. Nothing in
it names a folder or a setting of the machine it was made on.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Raw, Struct

from runner.learner.errors import LearnerError

SCHEMA = "prodrill/progress/v1"
HEAD = "prodrill.json"
MOST_ENTRIES = 100_000
MOST_BYTES = 2 * 2**30
MOST_ENTRY_BYTES = 256 * 2**20
SNAPSHOT = re.compile(r"snapshots/([0-9a-f]{64})\.tar\.gz")
HISTORIES = re.compile(r"histories/([0-9]{1,12})\.z")


class BadProgressFile(LearnerError):
    """The file is none of ours, or is damaged; nothing was changed."""

    def __init__(self, file: Path, text: str) -> None:
        super().__init__(f"{file}: {text} Nothing was changed.")


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """`copies` says for each kata with a copy which snapshot that was."""

    schema: str
    prodrill: str
    made_at: str
    copies: dict[str, str]


class AttemptRow(Struct, frozen=True, forbid_unknown_fields=True):
    id: int
    kata: str
    whole: bool
    snapshot: str
    report: Raw


class ProgressRow(Struct, frozen=True, forbid_unknown_fields=True):
    kata: str
    started_at: str | None
    first_passed_at: str | None
    passed_at: str | None


class HintRow(Struct, frozen=True, forbid_unknown_fields=True):
    kata: str
    criterion: str
    level: int


class LessonRow(Struct, frozen=True, forbid_unknown_fields=True):
    lesson: str
    page: int
    finished_at: str | None


class AnswerRow(Struct, frozen=True, forbid_unknown_fields=True):
    lesson: str
    question: str
    given: tuple[str, ...]
    was_right: bool
    answered_at: str


class KeptRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A copy that was kept before files were replaced."""

    kata: str
    kept_at: str
    reason: str
    snapshot: str
    undone_at: str | None


Row = ProgressRow | HintRow | LessonRow | AnswerRow | KeptRow
TABLES: dict[str, tuple[str, type[Row], str]] = {
    "progress.jsonl": ("progress", ProgressRow, "kata, started_at, first_passed_at, passed_at"),
    "hints.jsonl": ("hints", HintRow, "kata, criterion, level"),
    "lessons.jsonl": ("lessons", LessonRow, "lesson, page, finished_at"),
    "answers.jsonl": ("answers", AnswerRow, "lesson, question, given, was_right, answered_at"),
    "kept.jsonl": ("backups", KeptRow, "kata, kept_at, reason, snapshot, undone_at"),
}
"""Each simple table: its entry, its name in the store, its row, and its columns in the row's order."""
ATTEMPTS = "attempts.jsonl"
