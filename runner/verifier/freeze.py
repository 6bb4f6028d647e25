"""A frozen copy of the folder to judge, so that an edit during the run changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from runner.verifier.request import VerifyError

MOST_FILES = 3000
MOST_BYTES = 30 * 2**20
_LEFT_OUT = {".git", ".hg", ".svn"}


def freeze(source: Path, into: Path) -> None:
    """Copy `source` to `into`, which must not exist. VerifyError names what cannot be copied."""
    if not source.is_dir():
        raise VerifyError(f"{source} is not a folder. Name a folder that holds the service.")
    files, total = 0, 0
    into.mkdir(parents=True)
    for file in _files(source):
        if file.is_symlink() or not file.is_file():
            raise VerifyError(f"{file} is a link or a special file. Put an ordinary file in its place.")
        files, total = files + 1, total + file.stat().st_size
        if files > MOST_FILES or total > MOST_BYTES:
            raise VerifyError(
                f"{source} holds more than {MOST_FILES} files or {MOST_BYTES >> 20} MB. "
                f"Remove what the service does not need, such as an own node_modules."
            )
        target = into / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in _LEFT_OUT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)
        else:
            yield entry
