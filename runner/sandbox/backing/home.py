"""Where servers keep their files, and whose rights they run with.

PostgreSQL refuses to run as root; a harness that is root gives its servers the rights of nobody. All folders above what
they need must then let anyone through, which `/root` does not: so the place may be another than the cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from runner.sandbox.base import SandboxError
from runner.sandbox.cache import cache_dir, free_bytes, locked, remove_tree

_NOBODY = 65534
_KEPT = 3
_IN_USE_S = 86_400
_MEMORY = Path("/dev/shm")
_PLENTY_BYTES = 1536 * 2**20


def is_root() -> bool:
    return os.geteuid() == 0


def rights() -> dict[str, Any]:
    """The arguments of `subprocess` that take root's rights away; none where there are none to take."""
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if is_root() else {}


def give(path: Path) -> None:
    """Make a path the servers' own."""
    if is_root():
        os.chown(path, _NOBODY, _NOBODY)


def can_be_reached(folder: Path) -> bool:
    """Whether the servers' user can get to what is in `folder`."""
    if not is_root():
        return True
    places = (folder.absolute(), *folder.absolute().parents)
    return all(place.stat().st_mode & stat.S_IXOTH for place in places if place.exists())


def backing_home() -> Path:
    """Where templates and run folders lie: in the cache, or where the cache is closed to others, beside `/var/tmp`.

    SandboxError when there is no such place.
    """
    cache = cache_dir()
    if can_be_reached(cache):
        return _made(cache / "backing")
    name = f"prodrill-{os.geteuid()}-{hashlib.sha256(bytes(cache)).hexdigest()[:8]}"
    for base in (Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/tmp")):
        if base.is_dir() and can_be_reached(base):
            return _made(base / name)
    raise SandboxError(
        f"{cache} is closed to other users, and so is every temporary folder; set PRODRILL_CACHE to a folder that user "
        f"{_NOBODY}, as whom the database runs, can reach"
    )


def run_places() -> list[Path]:
    """Where run folders lie, the first for new ones: in memory where there is plenty, else at home.

    A data directory is some 400 small files, and then as many for each probe: a disk that is busy, or whose file system
    is slow to give inodes, makes that ten times as slow. `PRODRILL_SERVERS` names another folder.
    """
    if named := os.environ.get("PRODRILL_SERVERS"):
        return [_named(Path(named).expanduser().absolute())]
    at_home = inner("runs")
    if not _MEMORY.is_dir() or not can_be_reached(_MEMORY) or not os.access(_MEMORY, os.W_OK):
        return [at_home]
    name = f"prodrill-{os.geteuid()}-{hashlib.sha256(bytes(cache_dir())).hexdigest()[:8]}"
    in_memory = _made(_MEMORY / name)
    is_plenty = min(free_bytes(_MEMORY), psutil.virtual_memory().available) > _PLENTY_BYTES
    return [in_memory, at_home] if is_plenty else [at_home, in_memory]


def _named(folder: Path) -> Path:
    if not can_be_reached(folder):
        raise SandboxError(
            f"PRODRILL_SERVERS is {folder}, which is closed to user {_NOBODY}, as whom the database runs"
        )
    return _made(folder)


def _made(folder: Path) -> Path:
    """`folder`, ours and open for others to pass through. In a folder that all can write, it may be somebody's trap."""
    try:
        folder.mkdir(exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise SandboxError(f"{folder} belongs to somebody else; remove it, or set PRODRILL_CACHE to another folder")
        folder.chmod(0o711)
    except OSError as error:
        raise SandboxError(f"the folder {folder} cannot be made: {error.strerror}; set PRODRILL_CACHE") from error
    return folder


def inner(*names: str) -> Path:
    """A folder below the home, made so that servers can pass through it."""
    folder = backing_home()
    for name in names:
        folder = _made(folder / name)
    return folder


def make_once(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make `folder` by filling another one that takes its name when it is whole; one process at a time.

    Of its siblings of the same kind (the name up to its last dash) the newest few are kept, and those in use.
    """
    if folder.is_dir():
        return
    kind = folder.name.rpartition("-")[0]
    with locked(folder.name):
        if folder.is_dir():
            return
        for half_made in folder.parent.glob(f"{folder.name}.part-*"):
            remove_tree(half_made)
        part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
        try:
            part.chmod(0o711)
            fill(part)
            part.rename(folder)
        finally:
            remove_tree(part)
        _forget_old(folder.parent, kind)


def mark_used(folder: Path) -> None:
    """Keep a folder that `make_once` made for a day from now on, whatever other checkouts make meanwhile."""
    with contextlib.suppress(OSError):
        os.utime(folder)


def forget(folder: Path) -> None:
    """Remove a folder that `make_once` made; nobody sees a part of it."""
    with contextlib.suppress(OSError):
        gone = folder.rename(folder.with_name(f"{folder.name}.part-{secrets.token_hex(4)}"))
        remove_tree(gone)


def _forget_old(parent: Path, kind: str) -> None:
    used = {one: one.stat().st_mtime for one in parent.glob(f"{kind}-*") if ".part-" not in one.name}
    for old in sorted(used, key=lambda one: -used[one])[_KEPT:]:
        if used[old] < time.time() - _IN_USE_S:
            forget(old)


def reachable(programs: Path, key: str, folder: str = "bin") -> Path:
    """An installation (the folder above `folder`) that servers can reach: itself, or a copy made once."""
    if can_be_reached(programs / folder):
        return programs
    copy = inner("programs") / f"{programs.name}-{key}"
    make_once(copy, lambda part: _copy(programs, part, folder))
    return copy / programs.parent.name / programs.name


def _copy(programs: Path, part: Path, folder_of_programs: str) -> None:
    """The installation, and what it finds by its own place: a wheel's libraries lie in a folder beside the package."""
    package = programs.parent
    inside = [programs / name for name in (folder_of_programs, "lib", "share")]
    beside = [package / ".dylibs", package / f"{programs.name}.libs", package.parent / f"{package.name}.libs"]
    for folder in (*inside, *beside):
        if folder.is_dir():
            target = part / folder.relative_to(package.parent)
            shutil.copytree(folder, target, symlinks=True, ignore=shutil.ignore_patterns("*.a", "*.h"))
    for name, _, files in os.walk(part):
        Path(name).chmod(0o755)
        for file in (Path(name) / one for one in files):
            if not file.is_symlink():
                file.chmod(file.stat().st_mode | 0o444)
