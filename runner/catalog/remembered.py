"""Keeps what was read from a file until it changes: the app asks for the whole course whenever the map is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def remembered(read: Callable[[Path], T]) -> Callable[[Path], T]:
    """`read`, which then looks at a file again only where its time, its size or its inode is another.

    What it raises is raised anew each time. Values must be immutable: every caller gets the same one.
    """
    kept: dict[Path, tuple[tuple[int, int, int], T]] = {}

    def read_once(file: Path) -> T:
        try:
            facts = file.stat()
        except OSError:
            return read(file)  # which says what is wrong
        state = facts.st_mtime_ns, facts.st_size, facts.st_ino
        found = kept.get(file)
        if found is None or found[0] != state:
            found = kept[file] = state, read(file)
        return found[1]

    return read_once
