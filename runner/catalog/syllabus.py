"""The order of the course, and the points it must teach: `course/syllabus.yaml`.

    modules: [{title: ..., lessons: [slug, ...]}, ...]
    points: {A1.1: {point: ..., kata: slug}, ...}

A point names a kata where it can be met and repaired, and a lesson where one text alone is to teach it.
"""

from __future__ import annotations

from msgspec import Struct

from runner.catalog.content import content_root
from runner.catalog.errors import MissingFile
from runner.catalog.yaml_file import read_typed


class Module(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the course; lessons are names of files in `course/`, in reading order."""

    title: str
    lessons: tuple[str, ...]


class Point(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the course teaches; `kata` names where it is met, if it can be met at all."""

    point: str
    kata: str = ""
    lesson: str = ""


class Syllabus(Struct, frozen=True, forbid_unknown_fields=True):
    modules: tuple[Module, ...] = ()
    points: dict[str, Point] = {}

    @property
    def lessons(self) -> tuple[str, ...]:
        """All lessons in reading order."""
        return tuple(slug for module in self.modules for slug in module.lessons)


def load_syllabus() -> Syllabus:
    """The syllabus; an empty one where the file is missing. Raises the kinds of `BadFile`."""
    try:
        return read_typed(content_root() / "course" / "syllabus.yaml", Syllabus)
    except MissingFile:
        return Syllabus()


def lesson_order() -> tuple[str, ...]:
    """All lessons in reading order."""
    return load_syllabus().lessons
