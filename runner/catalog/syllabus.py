"""The order of the course, and the points it must teach: `course/syllabus.yaml`.

    complete: false
    min_blocks: 18
    documents: {A: title, ...}
    modules: [{title: ..., lessons: [slug, ...]}, ...]
    points: {A1.1: {point: ..., lesson: slug, kata: slug}, ...}

A point names the lesson that teaches it first of all, and a kata where it can be met and repaired. Either may not be
written yet: then it is `coming`. Once the course says that it is complete, no lesson may be.
"""

from __future__ import annotations

from msgspec import Struct

from runner.catalog.content import content_root
from runner.catalog.errors import MissingFile
from runner.catalog.remembered import remembered
from runner.catalog.yaml_file import read_typed


class Module(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the course; lessons are names of files in `course/`, in reading order."""

    title: str
    lessons: tuple[str, ...]


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the course teaches; `kata` names where it is met, if it can be met, `lesson` what teaches it first."""

    point: str
    kata: str = ""
    lesson: str = ""


class Syllabus(Struct, frozen=True, forbid_unknown_fields=True):
    """`documents` are what the points are from, by the letters their ids begin with.

    `complete` has lint demand all lessons, questions in each, and `min_blocks` blocks to try over the course.
    """

    complete: bool = False
    min_blocks: int = 0
    documents: dict[str, str] = {}
    modules: tuple[Module, ...] = ()
    points: dict[str, Point] = {}

    @property
    def lessons(self) -> tuple[str, ...]:
        """All lessons in reading order."""
        return tuple(slug for module in self.modules for slug in module.lessons)

    def document_of(self, point: str) -> str:
        """The title of the document a point is from; an empty string where none is named."""
        return next((title for letter, title in self.documents.items() if point.startswith(letter)), "")


def load_syllabus() -> Syllabus:
    """The syllabus; an empty one where the file is missing. Raises the kinds of `BadFile`."""
    try:
        return _remembered(content_root() / "course" / "syllabus.yaml")
    except MissingFile:
        return Syllabus()


_remembered = remembered(lambda file: read_typed(file, Syllabus))


def lesson_order() -> tuple[str, ...]:
    """All lessons in reading order."""
    return load_syllabus().lessons
