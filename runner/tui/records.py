"""What the app asks about what was done: attempts, cards, accepted answers, copies to have back, all progress at once.

A `Desk` has one as `records`; failures are `DeskError`s as everywhere. `runner.tui.learner_records` is the real one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from msgspec import Struct

from runner.catalog.kata import Kata
from runner.learner.certification import Standing
from runner.learner.store import Attempt
from runner.record.report import Report
from runner.reports.card.card import Card


class AcceptedAnswer(Struct, frozen=True):
    """An accepted fix; `diff` leads from the learner's own files to it, as `diff -u` shows it."""

    name: str
    title: str
    approach: str
    why: str
    diff: str


class Records(Protocol):
    """Everything answers in a few milliseconds but `answers`, exports and imports, which take tens or hundreds."""

    @property
    def may_change(self) -> bool:
        """False where another app has the learner's state: then nothing is reset, restored or taken in."""
        ...

    def attempts(self, kata: Kata) -> tuple[Attempt, ...]:
        """Oldest first."""
        ...

    def report(self, attempt: int) -> Report: ...

    def card(self, kata: Kata, attempt: int | None = None, against: int | None = None) -> Card:
        """The broken service and the last fix that passed, or any two attempts."""
        ...

    def write_card(self, card: Card, file: Path) -> Path:
        """SVG, PNG or HTML, by the file's ending."""
        ...

    def code_between(self, first: int, second: int) -> str:
        """What changed in the files from one attempt to the other, as `diff -u` shows it."""
        ...

    def answers(self, kata: Kata) -> tuple[AcceptedAnswer, ...]: ...

    def restore(self, kata: Kata, attempt: int) -> str:
        """Put an attempt's files back, after keeping a copy of what is there; says how to undo it."""
        ...

    def can_undo(self, kata: Kata) -> bool:
        """Whether a reset, a restore or an import is left to undo."""
        ...

    def undo(self, kata: Kata) -> str: ...

    def changed(self) -> tuple[str, ...]:
        """The katas of which the learner's copy differs from the broken service."""
        ...

    def reset_all(self) -> str: ...

    def undo_reset_all(self) -> str: ...

    def export_progress(self, file: Path) -> str: ...

    def import_progress(self, file: Path) -> str: ...

    def standings(self) -> tuple[Standing, ...]:
        """Every kata in the round of the certificate, in course order."""
        ...

    def note_standing(self, kata: Kata, report: Report) -> None:
        """The last attempt on the kata, which had this report, was made for the certificate."""
        ...

    def begin_round_afresh(self) -> None: ...

    def write_certificate(self, file: Path, name: str) -> Path: ...
