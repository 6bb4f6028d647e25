"""A folder frozen into bytes: what a verification judged, and what a reset keeps.

The same files give the same digest on every machine: order, times, owners and modes are fixed, and the digest is
taken before compression, which may differ between zlib versions.
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
import io
import os
import re
import stat
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from runner.catalog.files import walk_files
from runner.learner.errors import FolderRefused

MAX_FILES = 3000
MAX_BYTES = 30 * 2**20
_SHOWN_BYTES = 2**20  # difflib is quadratic at worst: a larger file is named, not compared


class Snapshot(Struct, frozen=True):
    """`data` is a tar.gz; `sha256` the hex digest of the tar within."""

    data: bytes
    sha256: str

    def files(self) -> dict[str, bytes]:
        """The regular files by relative POSIX path."""
        return {member.name: content for member, content in _members(self.data) if member.isreg()}


def take_snapshot(folder: Path) -> Snapshot:
    """All files under `folder` but `node_modules`, `.git` and their like.

    Raises `FolderRefused` for over 3000 files or 30 MB, a link that leads out, or anything that is no file.
    """
    tar_bytes = io.BytesIO()
    total = 0
    with tarfile.open(fileobj=tar_bytes, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for count, relative in enumerate(walk_files(folder), start=1):
            entry = _entry(folder, relative)
            if entry is None:
                continue
            info, content = entry
            total += len(content)
            if count > MAX_FILES or total > MAX_BYTES:
                raise FolderRefused(folder, _too_much(folder))
            tar.addfile(info, io.BytesIO(content))
    raw = tar_bytes.getvalue()
    return Snapshot(gzip.compress(raw, compresslevel=6, mtime=0), hashlib.sha256(raw).hexdigest())


def unpack(snapshot: Snapshot, into: Path) -> Path:
    """Writes a snapshot's files into `into`, over what is there, and returns it."""
    into.mkdir(parents=True, exist_ok=True)
    for member, content in _members(snapshot.data):
        target = into / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if member.issym():
            target.unlink(missing_ok=True)
            target.symlink_to(member.linkname)
        else:
            write_whole(target, content, member.mode)
    return into


def put_back(snapshot: Snapshot, folder: Path) -> None:
    """Makes the files of `folder` those of the snapshot, in place, so that open editors and shells stay there.

    Folders a snapshot leaves out (`node_modules`, `.git`) are not touched.
    """
    wanted = {member.name for member, _ in _members(snapshot.data)}
    if folder.is_dir():
        for relative in list(walk_files(folder)):
            if relative.as_posix() not in wanted:
                (folder / relative).unlink(missing_ok=True)
                _remove_empty_parents(folder, relative)
    unpack(snapshot, folder)


def refuse_hostile(snapshot: Snapshot) -> None:
    """Raises ValueError for a snapshot from elsewhere that `take_snapshot` would never have made."""
    names: list[PurePosixPath] = []
    links: dict[str, str] = {}
    total = 0
    try:
        for member, content in _members(snapshot.data):
            names.append(PurePosixPath(member.name))
            total += len(content)
            if member.issym():
                links[member.name] = member.linkname
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ValueError(f"it is no archive of files ({error})") from error
    if len(names) > MAX_FILES or total > MAX_BYTES:
        raise ValueError(f"it holds more than {MAX_FILES} files or {MAX_BYTES // 2**20} MB")
    for name in names:
        _refuse_through(name.as_posix(), [parent.as_posix() for parent in name.parents], links)
    for place, target in links.items():
        steps = _steps(PurePosixPath(place).parent / target)
        if steps is None:
            raise ValueError(f"{place!r} is a link that leads out, to {target!r}")
        _refuse_through(place, steps[:-1], links)


def _steps(path: PurePosixPath) -> list[str] | None:
    """Each folder on the way, as a path from the top; None where the way leads out."""
    steps: list[str] = []
    for part in path.parts:
        if part == "/" or (part == ".." and steps in ([], ["."])):
            return None
        here = os.path.normpath(f"{steps[-1]}/{part}" if steps else part)
        steps.append(here)
    return steps


def _refuse_through(name: str, ways: Iterable[str], links: Mapping[str, str]) -> None:
    through = next((way for way in ways if way in links), None)
    if through is not None:
        raise ValueError(f"{name!r} leads through the link {through!r}")


def write_whole(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Writes a file so that it is at any moment either the old one or the new one."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    draft.write_bytes(content)
    draft.chmod(mode)
    draft.replace(target)


def unified_diff(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """What changed from one set of files to another, as `diff -u` shows it; an empty string where nothing did."""
    parts: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            parts.extend(_file_diff(name, old, new))
    return "".join(parts)


def _file_diff(name: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    heads = ("/dev/null" if old is None else f"a/{name}", "/dev/null" if new is None else f"b/{name}")
    old_text, new_text = _lines_of(old), _lines_of(new)
    if old_text is None or new_text is None:
        yield f"Files {heads[0]} and {heads[1]} differ\n"
        return
    for line in difflib.unified_diff(old_text, new_text, *heads):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines_of(content: bytes | None) -> list[str] | None:
    """The lines with their ends, or None for what is too large or no text."""
    if content is None:
        return []
    if len(content) > _SHOWN_BYTES or b"\0" in content:
        return None
    try:
        return [line for line in re.split(r"(?<=\n)", content.decode()) if line]
    except UnicodeDecodeError:
        return None


def _entry(folder: Path, relative: Path) -> tuple[tarfile.TarInfo, bytes] | None:
    """One member with fixed times, owners and modes; None where the file went away meanwhile."""
    path = folder / relative
    info = tarfile.TarInfo(relative.as_posix())
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            info.type, info.linkname = tarfile.SYMTYPE, _inner_link(folder, relative)
            return info, b""
        if not stat.S_ISREG(mode):
            raise FolderRefused(folder, f"{path} is no ordinary file (a pipe, socket or device). Remove it.")
        if path.stat().st_size > MAX_BYTES:
            raise FolderRefused(folder, _too_much(folder))
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderRefused(folder, f"{path} cannot be read ({error.strerror}). Make it readable.") from error
    info.size = len(content)
    info.mode = 0o755 if mode & stat.S_IXUSR else 0o644
    return info, content


def _inner_link(folder: Path, relative: Path) -> str:
    target = (folder / relative).readlink().as_posix()
    inside = os.path.normpath((relative.parent / target).as_posix())
    leads_out = PurePosixPath(target).is_absolute() or inside.split("/")[0] == ".."
    if leads_out or not (folder / relative).resolve().is_relative_to(folder.resolve()):
        raise FolderRefused(
            folder, f"{folder / relative} is a link that leads out, to {target}. Put the file itself there."
        )
    return target


def _too_much(folder: Path) -> str:
    return (
        f"{folder} holds more than {MAX_FILES} files or {MAX_BYTES // 2**20} MB, which no service here needs. "
        "Remove what does not belong to the service (node_modules and .git are left out anyway)."
    )


def _members(data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """Each member with its content; a name that leads out of the folder is an error of the file, not obeyed."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts or not (member.isreg() or member.issym()):
                raise ValueError(f"a snapshot holds {member.name!r}, which no snapshot may hold")
            content = tar.extractfile(member) if member.isreg() else None
            yield member, content.read() if content else b""


def _remove_empty_parents(folder: Path, relative: Path) -> None:
    for parent in relative.parents:
        if parent == Path() or any((folder / parent).iterdir()):
            return
        (folder / parent).rmdir()
