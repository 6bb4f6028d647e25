"""What a folder must have to be a kata's service: its entry file, or the same in TypeScript or another module form."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from runner.catalog.errors import MissingFile
from runner.catalog.kata import Kata

_STAND_INS = (".ts", ".mts", ".mjs", ".js")


def entry_file(kata: Kata, folder: Path) -> str:
    """The path, relative to `folder`, that Node.js is started with; raises `MissingFile` naming what to add.

    The entry of `kata.yaml` where it exists, else a file of the same stem with another ending Node.js runs.
    """
    entry = PurePosixPath(kata.spec.service.entry)
    candidates = [entry, *(entry.with_suffix(suffix) for suffix in _STAND_INS)]
    for candidate in candidates:
        if (folder / candidate).is_file():
            return candidate.as_posix()
    raise MissingFile(
        folder / entry,
        f"the service cannot start: this file is missing. Put it back (or {entry.with_suffix('.ts')}); "
        f"`prodrill reset {kata.slug}` restores the shipped service and keeps a copy of yours.",
    )
