"""The syllabus against what is there: for every point its lesson and its kata, and what is still coming."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from runner.catalog.lessons import Lesson, all_lessons
from runner.catalog.loader import kata_slugs
from runner.catalog.syllabus import Syllabus, load_syllabus

State = Literal["coming", "taught", "testable"]


class Entry(Struct, frozen=True):
    """One point: `lesson` teaches it first of all, `lessons` are all that do, `kata` makes it testable.

    Names may be empty where the syllabus gives none. State: `coming` while no lesson teaches it, then `taught`, and
    `testable` once its kata is there as well.
    """

    point: str
    text: str
    document: str
    lesson: str
    lessons: tuple[str, ...]
    kata: str
    kata_is_there: bool
    state: State


class Outline(Struct, frozen=True):
    """All points in the syllabus' order; what it names that is not there yet, in that order."""

    entries: tuple[Entry, ...]
    coming_lessons: tuple[str, ...]
    coming_katas: tuple[str, ...]


def load_outline() -> Outline:
    """The outline of the course; raises the kinds of `CatalogError`."""
    return outline_of(load_syllabus(), all_lessons(), kata_slugs())


def outline_of(syllabus: Syllabus, lessons: Collection[Lesson], katas: Collection[str]) -> Outline:
    """Pure, of what was read."""
    there = [lesson.slug for lesson in lessons]
    entries = tuple(_entry(syllabus, name, lessons, katas) for name in syllabus.points)
    coming_katas = dict.fromkeys(entry.kata for entry in entries if entry.kata and not entry.kata_is_there)
    return Outline(entries, tuple(slug for slug in syllabus.lessons if slug not in there), tuple(coming_katas))


def _entry(syllabus: Syllabus, name: str, lessons: Collection[Lesson], katas: Collection[str]) -> Entry:
    point = syllabus.points[name]
    teaching = tuple(lesson.slug for lesson in lessons if name in lesson.points)
    there = point.kata in katas
    return Entry(
        point=name,
        text=point.point,
        document=syllabus.document_of(name),
        lesson=point.lesson or (teaching[0] if teaching else ""),
        lessons=teaching,
        kata=point.kata,
        kata_is_there=there,
        state="coming" if not teaching else "testable" if there else "taught",
    )
