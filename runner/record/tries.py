"""What happens while a block of a lesson is tried, as frozen facts on one stream; a `TryEnded` closes it."""

from __future__ import annotations

from runner.record.events import Fact, LineLogged, NoticeGiven, SampleTaken, StageReached


class TryStarted(Fact, frozen=True, tag=True):
    """The script is about to run; `sandbox` is where."""

    sandbox: str
    sealed: bool


class TryEnded(Fact, frozen=True, tag=True):
    """How the script ended, as in `runner.sandbox.base.Exit`; `reason` may be `time` as well.

    `trouble` is set where it could not be run at all, and says why and what to do.
    """

    code: int | None = None
    signal: str | None = None
    reason: str = ""
    trouble: str = ""


TryEvent = StageReached | NoticeGiven | TryStarted | LineLogged | SampleTaken | TryEnded
