"""A service's files as they are at the start: checked once, then read-only: what is judged is what was given."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from pathlib import Path

from runner.sandbox.base import SandboxError

MAX_FILES = 3000
MAX_BYTES = 30 * 2**20
_LEFT_OUT = {".git", ".bin"}
"""`.bin` is the folder of links that npm makes below `node_modules`; Node.js never looks there."""


class BadSource(SandboxError):
    """The folder cannot be run as it is: links, devices, too many files, too many bytes. The learner can mend it."""


def frozen_files(source: Path) -> list[str]:
    """The files of `source`, as relative paths. BadSource for what must not be in it, SandboxError if unreadable."""
    found: list[str] = []
    total = 0
    for folder, folders, names in os.walk(source, onerror=_raise):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted([*names, *(one for one in folders if (Path(folder) / one).is_symlink())]):
            path = Path(folder) / name
            relative = path.relative_to(source).as_posix()
            total += _size_of(path, relative)
            found.append(relative)
            if len(found) > MAX_FILES:
                raise BadSource(
                    f"{source} holds more than {MAX_FILES} files; move what the service does not need elsewhere"
                )
            if total > MAX_BYTES:
                raise BadSource(
                    f"{source} holds more than {MAX_BYTES // 2**20} MB; move what the service does not need elsewhere"
                )
    return found


def _raise(error: OSError) -> None:
    raise SandboxError(f"{error.filename} cannot be read: {error.strerror}") from error


def _size_of(path: Path, relative: str) -> int:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise BadSource(f"{relative} is a symbolic link; put a copy of what it points to in its place")
    if not stat.S_ISREG(status.st_mode):
        raise BadSource(f"{relative} is neither a file nor a folder; remove it")
    return status.st_size


def copy_frozen(source: Path, target: Path) -> None:
    """Copy the files into the new folder `target` and make them read-only."""
    target.mkdir(parents=True)
    for relative in frozen_files(source):
        copy = target / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((source / relative).read_bytes())
        copy.chmod(0o444)
    for folder, _, _ in os.walk(target, topdown=False):
        Path(folder).chmod(0o555)


def frozen_tar(source: Path) -> bytes:
    """The files as a tar that a container's owner cannot change: root's, 0444, folders 0755, no times."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        made: set[str] = set()
        for relative in frozen_files(source):
            for parent in reversed(Path(relative).parents[:-1]):
                if parent.as_posix() not in made:
                    made.add(parent.as_posix())
                    tar.addfile(_entry(parent.as_posix(), 0o755, tarfile.DIRTYPE))
            content = (source / relative).read_bytes()
            entry = _entry(relative, 0o444, tarfile.REGTYPE)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _entry(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.type, entry.uid, entry.gid, entry.mtime = mode, kind, 0, 0, 0
    return entry
