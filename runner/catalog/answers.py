"""The answer key of a kata: fixes that must pass, fixes that must not, and what the shipped service fails.

    solutions/<slug>/broken.yaml         fails: [criterion-id, ...]
    solutions/<slug>/accepted/<name>/    answer.yaml (title, approach, why, remove) and the files that differ
    solutions/<slug>/rejected/<name>/    answer.yaml (title, why, fails, remove) and the files that differ

`fails` names exactly the criteria that must come out `failed`; those that need one come out `blocked` and
are not listed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from runner.catalog.content import content_root
from runner.catalog.errors import AlreadyThere, BadValue, MissingFile, NoSuchAnswer
from runner.catalog.files import copy_files
from runner.catalog.kata import Kata
from runner.catalog.yaml_file import read_typed

Kind = Literal["broken", "accepted", "rejected"]


class Answer(Struct, frozen=True):
    """One answer: the shipped service itself (`broken`), or a fix as an overlay over it.

    `fails` is empty for an accepted one; `remove` holds paths of the shipped service that the fix deletes.
    """

    name: str
    kind: Kind
    title: str
    why: str
    fails: tuple[str, ...]
    folder: Path
    remove: tuple[str, ...] = ()
    approach: str = ""


class AnswerKey(Struct, frozen=True):
    """All answers of one kata, each kind sorted by name."""

    slug: str
    folder: Path
    broken: Answer
    accepted: tuple[Answer, ...]
    rejected: tuple[Answer, ...]

    @property
    def all(self) -> tuple[Answer, ...]:
        return (self.broken, *self.accepted, *self.rejected)

    def named(self, name: str) -> Answer:
        """The answer `name` or `kind/name`; raises `NoSuchAnswer` with the nearest name."""
        for answer in self.all:
            if name in (answer.name, f"{answer.kind}/{answer.name}"):
                return answer
        raise NoSuchAnswer(name, [answer.name for answer in self.all])


class _AcceptedFile(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    approach: str
    why: str
    remove: tuple[str, ...] = ()


class _RejectedFile(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    why: str
    fails: tuple[str, ...]
    remove: tuple[str, ...] = ()


class _BrokenFile(Struct, frozen=True, forbid_unknown_fields=True):
    fails: tuple[str, ...]


def load_key(kata: Kata, answers_root: Path | None = None) -> AnswerKey:
    """The answer key of a kata; `answers_root` is another folder laid out as `solutions/` is.

    Raises the kinds of `BadFile`. How many answers there are is `lint`'s business.
    """
    folder = (answers_root or content_root() / "solutions") / kata.slug
    if not folder.is_dir():
        raise MissingFile(folder, f"there is no answer key for {kata.slug!r} here.")
    return AnswerKey(
        slug=kata.slug,
        folder=folder,
        broken=_broken(kata, folder),
        accepted=tuple(_accepted(kata, each) for each in _folders(folder / "accepted")),
        rejected=tuple(_rejected(kata, each) for each in _folders(folder / "rejected")),
    )


def materialise(kata: Kata, answer: Answer, into: Path) -> Path:
    """Writes the whole service of an answer into the new or empty folder `into`, and returns it."""
    if into.exists() and any(into.iterdir()):
        raise AlreadyThere(f"{into} is not empty; give a new or an empty folder.")
    copy_files(kata.service_folder, into, skip=frozenset(answer.remove))
    if answer.kind != "broken":
        copy_files(answer.folder, into, skip=frozenset({"answer.yaml"}))
    return into


def _folders(parent: Path) -> list[Path]:
    return sorted(each for each in parent.iterdir() if each.is_dir()) if parent.is_dir() else []


def _broken(kata: Kata, folder: Path) -> Answer:
    file = folder / "broken.yaml"
    fails = read_typed(file, _BrokenFile).fails
    _check_fails(kata, file, fails)
    return Answer(
        name="broken",
        kind="broken",
        title="The service as it is shipped",
        why="It is broken in the way the incident tells.",
        fails=fails,
        folder=folder,
    )


def _accepted(kata: Kata, folder: Path) -> Answer:
    file = folder / "answer.yaml"
    said = read_typed(file, _AcceptedFile)
    _check_remove(kata, file, said.remove)
    return Answer(folder.name, "accepted", said.title, said.why, (), folder, said.remove, said.approach)


def _rejected(kata: Kata, folder: Path) -> Answer:
    file = folder / "answer.yaml"
    said = read_typed(file, _RejectedFile)
    _check_remove(kata, file, said.remove)
    _check_fails(kata, file, said.fails)
    return Answer(folder.name, "rejected", said.title, said.why, said.fails, folder, said.remove)


def _check_fails(kata: Kata, file: Path, fails: tuple[str, ...]) -> None:
    if not fails:
        raise BadValue(file, "fails", "should name at least one criterion; an answer that fails none is accepted")
    known = [criterion.id for criterion in kata.criteria]
    for name in fails:
        if name not in known:
            raise BadValue(file, "fails", f"names {name!r}, which is no criterion of {kata.slug}: {', '.join(known)}")


def _check_remove(kata: Kata, file: Path, remove: tuple[str, ...]) -> None:
    for path in remove:
        if ".." in Path(path).parts or not (kata.service_folder / path).is_file():
            raise BadValue(file, "remove", f"names {path!r}, which the shipped service does not have")
