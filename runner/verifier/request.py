"""What the verifier is asked, and the job its child process reads."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from runner.catalog.kata import Kata


class VerifyError(Exception):
    """The request cannot be carried out; the message says what, which value, and what to do next."""


class VerifyRequest(Struct, frozen=True):
    """Judge `source`, a folder with the service, by a kata's criteria.

    `seed` None draws one; `only` narrows to criteria and what they need; `histories` is a folder that receives each
    criterion's history as `<criterion>.json`.
    """

    kata: Kata
    source: Path
    sandbox: str = "auto"
    seed: int | None = None
    only: tuple[str, ...] = ()
    histories: Path | None = None


class RunRequest(Struct, frozen=True):
    """Start `source` to be poked by hand, with its downstreams answering as they should."""

    kata: Kata
    source: Path
    sandbox: str = "auto"


class Job(Struct, frozen=True):
    """One child's work, as its parent writes it to a file."""

    mode: str
    kata: str
    source: str
    sandbox: str
    seed: int
    run_id: str
    events_fd: int
    only: tuple[str, ...] = ()
    histories: str | None = None
