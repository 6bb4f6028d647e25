"""The last look before a certificate: every kata verified once more, kata by kata, so that a break costs nothing.

A round remembers which attempt verified which kata. A kata is held once its attempt of this round passed and the
learner's files are still those which that attempt judged; whatever was changed since is to be verified again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct

from runner.catalog.kata import Kata
from runner.clock import utc_now
from runner.learner.errors import LearnerError
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from runner.record.finding import Verdict
from runner.record.report import Report

_SETTING = "certification"


class State(StrEnum):
    """Where one kata stands in the round."""

    HELD = "held"
    TO_VERIFY = "to verify"
    REFUSED = "refused"
    NOT_PASSED = "not passed yet"


class Standing(Struct, frozen=True):
    """One kata in the round; `attempt` is the one that verified it in this round, `why` says what is against it."""

    kata: Kata
    state: State
    attempt: int | None = None
    why: str = ""


class Certified(Struct, frozen=True):
    """One kata as a certificate names it: the report that held, and the digest of the files it judged."""

    kata: Kata
    report: Report
    attempt: int
    files_sha256: str


class _Round(Struct):
    begun_at: str
    attempts: dict[str, int]


class Certification:
    """The round in the learner's store, begun when the first kata of it is verified."""

    def __init__(self, store: Store, workspace: Workspace, katas: Sequence[Kata]) -> None:
        self._store = store
        self._workspace = workspace
        self.katas = tuple(katas)

    def standings(self) -> tuple[Standing, ...]:
        """Every kata, in course order."""
        kept, passed = self._round(), self._store.progress()
        return tuple(
            self._standing(kata, kept.attempts.get(kata.slug), _has_passed(passed.get(kata.slug)))
            for kata in self.katas
        )

    def note(self, slug: str, attempt: int) -> None:
        """Remembers that this attempt verified the kata in this round."""
        kept = self._round()
        kept.attempts[slug] = attempt
        self._store.set_setting(_SETTING, msgspec.json.encode(kept).decode())

    def begin_afresh(self) -> None:
        """Forgets what this round has verified; the attempts themselves stay."""
        self._store.set_setting(_SETTING, "")

    def certified(self) -> tuple[Certified, ...]:
        """What a certificate says. Raises `LearnerError` that names every kata which is not held."""
        standings = self.standings()
        missing = [f"{each.kata.slug} ({each.state.value})" for each in standings if each.state is not State.HELD]
        if missing or not standings:
            raise LearnerError(
                f"There is no certificate yet: {', '.join(missing) or 'there are no katas'}. "
                "`prodrill certificate` verifies what is left."
            )
        return tuple(self._certified(each.kata, each.attempt or 0) for each in standings)

    def _certified(self, kata: Kata, attempt: int) -> Certified:
        return Certified(kata, self._store.report(attempt), attempt, self._store.attempt(attempt).snapshot_sha256)

    def _standing(self, kata: Kata, number: int | None, has_passed: bool) -> Standing:
        if not has_passed:
            return Standing(kata, State.NOT_PASSED, why="no attempt on all of its criteria has passed")
        if number is None:
            return Standing(kata, State.TO_VERIFY)
        attempt = self._store.attempt(number)
        if attempt.verdict is Verdict.PASSED and attempt.whole:
            if self._is_unchanged(kata, attempt.snapshot_sha256):
                return Standing(kata, State.HELD, number)
            return Standing(kata, State.TO_VERIFY, number, f"your files changed since attempt {number}")
        failed = [r.criterion for r in self._store.report(number).results if r.finding.verdict is not Verdict.PASSED]
        return Standing(kata, State.REFUSED, number, f"attempt {number} {attempt.verdict.value}: {', '.join(failed)}")

    def _is_unchanged(self, kata: Kata, sha256: str) -> bool:
        try:
            return self._workspace.snapshot(kata).sha256 == sha256
        except LearnerError:
            return False

    def _round(self) -> _Round:
        kept = self._store.setting(_SETTING)
        if kept:
            found = msgspec.json.decode(kept, type=_Round)
            there = {attempt.id for attempt in self._store.attempts()}
            return _Round(found.begun_at, {slug: n for slug, n in found.attempts.items() if n in there})
        return _Round(utc_now().isoformat(timespec="seconds"), {})


def _has_passed(progress: object) -> bool:
    return getattr(progress, "first_passed_at", None) is not None
