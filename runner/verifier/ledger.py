"""The ledger of a matrix: a head, and one line for every trial as it comes, so that what was interrupted goes on.

Figures of another engine, another kata of the same name, another machine or another load do not add up; a ledger that
has such is refused. Which variants and how many rounds is free: a ledger may be extended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from runner.verifier.origin import Origin
from runner.verifier.trial import Condition, Trial

SCHEMA = "prodrill/ledger/v1"
Key = tuple[str, Condition, str, str, int]


class LedgerError(Exception):
    """The file is no ledger, or of another run; the message says what differs and what to do."""


class Head(Struct, frozen=True):
    """What every trial of a ledger has in common; `command` is the line that made it."""

    schema: str
    origin: Origin
    stress: int
    jobs: int
    answers: str
    command: str


class Ledger:
    """Trials kept in `file`; without a file they are kept until the end only."""

    def __init__(self, head: Head, file: Path | None = None) -> None:
        self.head = head
        self.trials: list[Trial] = []
        self._file = file
        if file is None:
            return
        if file.exists() and file.stat().st_size:
            kept, self.trials = read(file)
            _require_same(file, kept, head)
            _mend(file)
        else:
            self._append(msgspec.json.encode(head))

    @property
    def done(self) -> set[Key]:
        return {key_of(trial) for trial in self.trials}

    def add(self, trial: Trial) -> None:
        """Keep a trial; it is on the disk when this returns."""
        self.trials.append(trial)
        self._append(msgspec.json.encode(trial))

    def _append(self, line: bytes) -> None:
        if self._file is None:
            return
        try:
            with self._file.open("ab") as out:
                out.write(line + b"\n")
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise LedgerError(f"{self._file} cannot be written: {error.strerror}.") from error


def key_of(trial: Trial) -> Key:
    return (trial.kata, trial.condition, trial.kind, trial.variant, trial.round)


def read(file: Path) -> tuple[Head, list[Trial]]:
    """The head and the trials of a ledger; a last line that was cut off is left out. Raises LedgerError."""
    lines = file.read_bytes().split(b"\n")
    try:
        head = msgspec.json.decode(lines[0], type=Head)
        trials = [msgspec.json.decode(line, type=Trial) for line in lines[1:-1]]
    except msgspec.DecodeError as error:
        raise LedgerError(f"{file} is no ledger of a matrix: {error}. Name another file.") from error
    return head, trials


def read_all(
    files: Iterable[Path], carried: Callable[[Head, Sequence[Trial]], Head] = lambda head, _: head
) -> tuple[list[Head], list[Trial]]:
    """Several ledgers as one. Raises LedgerError where they are of different sources or machines.

    `carried` gives the head to take a ledger by: that of other sources where none of its trials could differ by them.
    """
    heads: list[Head] = []
    trials: list[Trial] = []
    for file in files:
        kept, more = read(file)
        head = carried(kept, more)
        for before in heads:
            if differs := _difference(head.origin, before.origin):
                raise LedgerError(f"{file} and the ledgers before it do not add up: {differs}.")
        heads.append(head)
        trials += more
    return heads, trials


def _mend(file: Path) -> None:
    """Cut off a last line that was not finished when its writer was killed."""
    data = file.read_bytes()
    if not data.endswith(b"\n"):
        with file.open("r+b") as out:
            out.truncate(data.rfind(b"\n") + 1)


def _require_same(file: Path, kept: Head, head: Head) -> None:
    differs = _difference(kept.origin, head.origin)
    unknown = [name for name in head.origin.sources if name not in kept.origin.sources]
    if not differs and unknown:
        differs = f"it was begun without {', '.join(unknown)}"
    for name in ("stress", "jobs", "answers"):
        was, now = getattr(kept, name), getattr(head, name)
        if not differs and was != now:
            differs = f"--{name} was {was or 'not given'} and is {now or 'not given'} now"
    if differs:
        raise LedgerError(f"{file} cannot be resumed: {differs}. Name a new file, or go back to what it was made with.")


def _difference(was: Origin, now: Origin) -> str:
    """What differs between two origins, in words; empty where nothing does."""
    if was.machine != now.machine:
        return f"it was made on another machine ({was.machine.text}; this is {now.machine.text})"
    changed = [name for name, sha256 in was.sources.items() if now.sources.get(name, sha256) != sha256]
    if changed:
        made = f"it was made on commit {was.commit[:12] or 'none'}; this is {now.commit[:12] or 'none'}"
        return f"{', '.join(changed)} changed since ({made})"
    return ""
