"""What a learner's fix is set against: the broken service, as measured here before, or as recorded with its kata."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from runner.catalog.kata import Kata
from runner.catalog.recording import load_recording
from runner.learner.errors import LearnerError
from runner.learner.store import Attempt, Store
from runner.learner.workspace import shipped
from runner.record.finding import Verdict
from runner.record.report import Report


class NothingToCompare(LearnerError):
    """There is no attempt yet, or nothing to set it against."""


class Measured(Struct, frozen=True):
    """One side: `attempt` is the learner's own of that number, None for what was recorded with the kata.

    `what` is `broken` for the service as it is shipped, `fix` for any other files.
    """

    report: Report
    attempt: int | None
    what: Literal["broken", "fix"]


class BeforeAfter(Struct, frozen=True):
    before: Measured
    after: Measured


def before_and_after(store: Store, kata: Kata, attempt: int | None = None, against: int | None = None) -> BeforeAfter:
    """The learner's last attempt that passed, or the one given, beside the broken service, or the attempt given.

    Raises `NothingToCompare` where one of the two is not there, and the kinds of `BadFile` for a bad recording.
    """
    tried = store.attempts(kata.slug)
    broken_files = shipped(kata).sha256
    after = _one(kata, tried, attempt) if attempt is not None else _last_passed(kata, tried)
    if against is not None:
        before = _one(kata, tried, against)
        return BeforeAfter(_measured(store, before, broken_files), _measured(store, after, broken_files))
    return BeforeAfter(_before(store, kata, tried, after, broken_files), _measured(store, after, broken_files))


def _before(store: Store, kata: Kata, tried: list[Attempt], after: Attempt, broken_files: str) -> Measured:
    """The learner's own attempt with the broken service, in the same sandbox if there is one; else the recording."""
    own = [each for each in tried if each.snapshot_sha256 == broken_files and each.whole and each.id != after.id]
    failed = [each for each in own if each.verdict is Verdict.FAILED]
    if failed:
        same = [each for each in failed if each.sandbox == after.sandbox]
        return _measured(store, (same or failed)[-1], broken_files)
    recorded = load_recording(kata)
    if recorded is None:
        raise NothingToCompare(
            f"Nothing was measured of the broken service of {kata.slug}: you never verified it, and the kata brings no "
            f"recording. Compare two attempts instead: prodrill attempts {kata.slug} --compare A B"
        )
    return Measured(recorded, None, "broken")


def _last_passed(kata: Kata, tried: list[Attempt]) -> Attempt:
    passed = [each for each in tried if each.whole and each.verdict is Verdict.PASSED]
    if not passed:
        raise NothingToCompare(
            f"No attempt on {kata.slug} has passed yet. `prodrill verify {kata.slug}` makes one; "
            "`--attempt N` takes one that failed."
        )
    return passed[-1]


def _one(kata: Kata, tried: list[Attempt], number: int) -> Attempt:
    for each in tried:
        if each.id == number:
            return each
    has = ", ".join(str(each.id) for each in tried[-12:]) or "none yet"
    raise NothingToCompare(f"{kata.slug} has no attempt {number}. It has: {has}.")


def _measured(store: Store, attempt: Attempt, broken_files: str) -> Measured:
    what: Literal["broken", "fix"] = "broken" if attempt.snapshot_sha256 == broken_files else "fix"
    return Measured(store.report(attempt.id), attempt.id, what)
