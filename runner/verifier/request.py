"""What the verifier is asked, and the job its child process reads."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from runner.catalog.kata import Kata


class VerifyError(Exception):
    """The request cannot be carried out; the message says what, which value, and what to do next."""


class VerifyRequest(Struct, frozen=True):
    """Judge `source`, a folder with the service, by a kata's criteria.

    `seed` None draws one; `only` narrows to criteria and what they need; `histories` is a folder that receives each
    criterion's history as `<criterion>.json`. `cpus` is what a service in docker may use, where the kata grants more.
    With several `seeds`, from `seed` on, all of it is run so many times.
    """

    kata: Kata
    source: Path
    sandbox: str = "auto"
    seed: int | None = None
    only: tuple[str, ...] = ()
    histories: Path | None = None
    cpus: float | None = None
    seeds: int = 1


class RunRequest(Struct, frozen=True):
    """Start `source` to be poked by hand, with its downstreams answering as they should."""

    kata: Kata
    source: Path
    sandbox: str = "auto"


SandboxName = Literal["auto", "docker", "process"]
SANDBOXES: tuple[SandboxName, ...] = get_args(SandboxName)


def sandbox_name(given: str) -> SandboxName:
    """`given`, where it names a sandbox; VerifyError otherwise."""
    for name in SANDBOXES:
        if name == given:
            return name
    raise VerifyError(f"There is no sandbox {given!r}. Use one of: {', '.join(SANDBOXES)}.")


class Job(Struct, frozen=True):
    """One child's work, as its parent writes it to a file: `criteria` are to be judged, in this order.

    One that `waits` makes everything ready and begins when its parent sends it a line.
    """

    mode: str
    kata: str
    source: str
    sandbox: SandboxName
    seed: int
    run_id: str
    events_fd: int
    criteria: tuple[str, ...] = ()
    histories: str | None = None
    cpus: float | None = None
    waits: bool = False
