"""One lesson: its front matter agrees with syllabus and katas; its text, blocks and questions are as agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.catalog.blocks import Block, survey_blocks
from runner.catalog.checks.pages import check_pages
from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.checks.quiz import check_quiz
from runner.catalog.checks.service import unknown_imports
from runner.catalog.checks.texts import check_links
from runner.catalog.checks.words import check_words, words_in
from runner.catalog.errors import nearest_name
from runner.catalog.lessons import Lesson
from runner.catalog.syllabus import Syllabus


def check_lesson(lesson: Lesson, syllabus: Syllabus, slugs: list[str], kata_names: list[str]) -> Iterator[Problem]:
    """`slugs` are the lessons that can be read, in order; `kata_names` the katas that are there."""
    yield from _front_matter(lesson, syllabus, slugs, kata_names)
    if not lesson.text.strip():
        yield Problem(lesson.file, lesson.text_line, "says nothing")
    yield from words_in(lesson.file, 2, lesson.title)
    yield from check_words(lesson.file, lesson.text, lesson.text_line)
    yield from check_links(lesson.file)
    yield from check_pages(lesson)
    blocks, problems = survey_blocks(lesson)
    for error in problems:
        yield from_error(error, lesson.file)
    for block in blocks:
        yield from _imports(block)
    yield from check_quiz(lesson)


def unknown(
    what: str, names: tuple[str, ...], known: Mapping[str, object] | list[str], at: Problem
) -> Iterator[Problem]:
    """A problem at `at` for each name that is not known, with the nearest that is."""
    for name in names:
        if name not in known:
            nearest = nearest_name(name, known)
            help_ = f" Did you mean {nearest!r}?" if nearest else ""
            yield Problem(at.file, at.line, f"there is no {what} {name!r}.{help_}")


def _front_matter(lesson: Lesson, syllabus: Syllabus, slugs: list[str], kata_names: list[str]) -> Iterator[Problem]:
    at = Problem(lesson.file, lesson.key_line("points"), "")
    yield from unknown("point", lesson.points, syllabus.points, at)
    coming = [syllabus.points[name].kata for name in lesson.points if name in syllabus.points]
    at = Problem(lesson.file, lesson.key_line("katas"), "")
    yield from unknown("kata", lesson.katas, [*kata_names, *filter(None, coming)], at)
    line = lesson.key_line("prerequisites")
    known = [*slugs, *syllabus.lessons]
    yield from unknown("lesson", lesson.prerequisites, known, Problem(lesson.file, line, ""))
    order = list(dict.fromkeys((*syllabus.lessons, *slugs)))
    for earlier in lesson.prerequisites:
        if earlier in order and order.index(earlier) >= order.index(lesson.slug):
            yield Problem(lesson.file, line, f"the prerequisite {earlier!r} comes no earlier in the course")
    if not lesson.sources:
        yield Problem(lesson.file, None, "`sources` should say where the claims come from")


def _imports(block: Block) -> Iterator[Problem]:
    for package, line in unknown_imports(block.code):
        at = block.line + line - 1
        yield Problem(block.file, at, f"imports {package!r}, which katas/package.json does not have")
