"""The course: every lesson is readable, in the syllabus' order, and agrees with the syllabus and the katas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.checks.texts import check_leftovers, check_links
from runner.catalog.content import content_root
from runner.catalog.errors import CatalogError, nearest_name
from runner.catalog.kata import Kata
from runner.catalog.lessons import Lesson, lesson_slugs, load_lesson
from runner.catalog.markdown import fences
from runner.catalog.syllabus import Syllabus, load_syllabus

DIAGRAM_COLUMNS = 76


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
    yield from _unknown("point", kata.spec.points, points, Problem(file, None, "points"))
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
            lessons.pop(slug, None)
    yield from _syllabus(syllabus, lessons)
    for lesson in lessons.values():
        yield from _lesson(lesson, syllabus, list(lessons), kata_names)
    yield from check_leftovers(course)


def _syllabus(syllabus: Syllabus, lessons: Mapping[str, Lesson]) -> Iterator[Problem]:
    course = content_root() / "course"
    file = course / "syllabus.yaml"
    for index, slug in enumerate(syllabus.lessons):
        if slug in syllabus.lessons[:index]:
            yield Problem(file, None, f"the lesson {slug!r} is there twice")
        if not (course / f"{slug}.md").is_file():
            yield Problem(file, None, f"the lesson {slug!r} is not in course/")
    for name, point in syllabus.points.items():
        if not point.point.strip():
            yield Problem(file, None, f"the point {name} says nothing")
        if not point.lesson:
            continue
        if point.lesson not in lessons:
            yield Problem(file, None, f"the point {name} names the lesson {point.lesson!r}, which is not in course/")
        elif name not in lessons[point.lesson].points:
            yield Problem(lessons[point.lesson].file, None, f"the syllabus has this lesson teach {name}: add it")


def _lesson(lesson: Lesson, syllabus: Syllabus, slugs: list[str], kata_names: list[str]) -> Iterator[Problem]:
    at = Problem(lesson.file, None, "")
    yield from _unknown("point", lesson.points, syllabus.points, at)
    yield from _unknown("kata", lesson.katas, kata_names, at)
    yield from _unknown("lesson", lesson.prerequisites, slugs, at)
    for earlier in lesson.prerequisites:
        if earlier in slugs and slugs.index(earlier) >= slugs.index(lesson.slug):
            yield Problem(lesson.file, None, f"the prerequisite {earlier!r} comes no earlier in the course")
    if not lesson.sources:
        yield Problem(lesson.file, None, "`sources` should say where the claims come from")
    if not lesson.text.strip():
        yield Problem(lesson.file, lesson.text_line, "says nothing")
    yield from check_links(lesson.file)
    for fence in fences(lesson.text, lesson.text_line):
        for number, line in enumerate(fence.lines, start=fence.line):
            if fence.language in ("", "text") and len(line) > DIAGRAM_COLUMNS:
                text = f"a diagram should be at most {DIAGRAM_COLUMNS} columns wide, and this line has {len(line)}"
                yield Problem(lesson.file, number, text)


def _unknown(
    what: str, names: tuple[str, ...], known: Mapping[str, object] | list[str], at: Problem
) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            nearest = nearest_name(name, known)
            help_ = f" Did you mean {nearest!r}?" if nearest else ""
            yield Problem(at.file, at.line, f"there is no {what} {name!r}.{help_}")
