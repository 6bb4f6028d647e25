"""The course: every lesson is readable, in the syllabus' order, and agrees with the syllabus and the katas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from runner.catalog.blocks import survey_blocks
from runner.catalog.checks.lesson import check_lesson, unknown
from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.checks.texts import check_leftovers
from runner.catalog.content import content_root
from runner.catalog.errors import CatalogError, nearest_name
from runner.catalog.kata import Kata
from runner.catalog.lessons import Lesson, lesson_slugs, load_lesson
from runner.catalog.markdown import fences
from runner.catalog.quiz import is_quiz
from runner.catalog.syllabus import Syllabus, load_syllabus
from runner.catalog.yaml_file import key_line


def check_kata_in_course(kata: Kata) -> Iterator[Problem]:
    """The lesson of a kata is there and leads back to it; its points are the syllabus' points."""
    file = kata.folder / "kata.yaml"
    try:
        lesson = load_lesson(kata.spec.lesson)
        points = load_syllabus().points
    except CatalogError as error:
        yield from_error(error, file)
        return
    if kata.slug not in lesson.katas:
        yield Problem(lesson.file, None, f"should lead to its kata: add {kata.slug!r} to `katas`")
    yield from unknown("point", kata.spec.points, points, Problem(file, None, "points"))
    if points and not kata.spec.points:
        yield Problem(file, None, "`points` should name what the kata makes testable")
    for name, point in points.items():
        if point.kata == kata.slug and name not in kata.spec.points:
            yield Problem(file, None, f"the syllabus has this kata make {name} testable ({point.point}): add it")


def check_course(kata_names: list[str]) -> Iterator[Problem]:
    """The syllabus and every lesson."""
    course = content_root() / "course"
    file = course / "syllabus.yaml"
    try:
        syllabus = load_syllabus()
    except CatalogError as error:
        yield from_error(error, file)
        return
    lessons: dict[str, Lesson] = {}
    for slug in lesson_slugs():
        try:
            lessons[slug] = load_lesson(slug)
        except CatalogError as error:
            yield from_error(error, course / f"{slug}.md")
    yield from _syllabus(file, syllabus, lessons)
    for lesson in lessons.values():
        yield from check_lesson(lesson, syllabus, list(lessons), kata_names)
    if syllabus.complete:
        yield from _complete(file, syllabus, lessons)
    yield from check_leftovers(course)


def _syllabus(file: Path, syllabus: Syllabus, lessons: Mapping[str, Lesson]) -> Iterator[Problem]:
    for index, slug in enumerate(syllabus.lessons):
        if slug in syllabus.lessons[:index]:
            yield Problem(file, key_line(file, "modules"), f"the lesson {slug!r} is there twice")
    for name, point in syllabus.points.items():
        line = key_line(file, "points", name)
        if not point.point.strip():
            yield Problem(file, line, f"the point {name} says nothing")
        if syllabus.documents and not syllabus.document_of(name):
            yield Problem(file, line, f"the point {name} is from none of the `documents`")
        if point.lesson and point.lesson not in (*syllabus.lessons, *lessons):
            nearest = nearest_name(point.lesson, (*syllabus.lessons, *lessons))
            help_ = f" Did you mean {nearest!r}?" if nearest else ""
            text = f"the point {name} names the lesson {point.lesson!r}, which is in no module.{help_}"
            yield Problem(file, line, text)
        elif point.lesson in lessons and name not in lessons[point.lesson].points:
            lesson = lessons[point.lesson]
            text = f"the syllabus has this lesson teach {name}: add it"
            yield Problem(lesson.file, lesson.key_line("points"), text)


def _complete(file: Path, syllabus: Syllabus, lessons: Mapping[str, Lesson]) -> Iterator[Problem]:
    """Nothing is coming any more: every lesson is there, asks questions, and every point is taught."""
    for slug in syllabus.lessons:
        if slug not in lessons:
            yield Problem(file, key_line(file, "modules"), f"the lesson {slug!r} is not in course/")
    for slug, lesson in lessons.items():
        if slug not in syllabus.lessons:
            yield Problem(lesson.file, None, "is in no module of the syllabus: add it there")
    taught = {point for lesson in lessons.values() for point in lesson.points}
    for name, point in syllabus.points.items():
        if name not in taught:
            text = f"no lesson teaches {name} ({point.point}): add it to the `points` of the one that does"
            yield Problem(file, key_line(file, "points", name), text)
    for lesson in lessons.values():
        if not any(is_quiz(fence) for fence in fences(lesson.text)):
            yield Problem(lesson.file, None, "ends without questions: add a block `yaml quiz` on the last page")
    blocks = sum(len(survey_blocks(lesson)[0]) for lesson in lessons.values())
    if blocks < syllabus.min_blocks:
        text = f"over the course there should be {syllabus.min_blocks} blocks to try, and there are {blocks}"
        yield Problem(file, key_line(file, "min_blocks"), text)
