"""Folders of files, as katas, answers and workspaces hold them: walked in order, copied without modes.

Modes are left behind on purpose: a wheel may be installed read-only, and what a learner gets must be theirs
to write.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

IGNORED_NAMES = frozenset(
    {"node_modules", ".git", ".DS_Store", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
)


def walk_files(folder: Path) -> Iterator[Path]:
    """Everything under `folder` that is not a folder, as sorted relative paths; follows no link."""
    for here, folders, names in os.walk(folder):
        base = Path(here)
        links = [name for name in folders if (base / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in IGNORED_NAMES and name not in links)
        for name in sorted([*names, *links]):
            if name not in IGNORED_NAMES:
                yield (base / name).relative_to(folder)


def copy_files(source: Path, into: Path, skip: frozenset[str] = frozenset()) -> None:
    """Copies every regular file under `source`; `skip` holds relative POSIX paths that are left out."""
    into.mkdir(parents=True, exist_ok=True)
    for relative in walk_files(source):
        if relative.as_posix() in skip or not (source / relative).is_file():
            continue
        target = into / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / relative, target)
