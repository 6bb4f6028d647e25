"""The map's rows from the syllabus, the lessons and the katas that are there, and what the store says of them."""

from __future__ import annotations

from msgspec.structs import replace

from runner.catalog.blocks import blocks_of
from runner.catalog.errors import CatalogError, NoSuchLesson
from runner.catalog.kata import Kata
from runner.catalog.lessons import Lesson, load_lesson
from runner.catalog.loader import survey
from runner.catalog.markdown import fences
from runner.catalog.quiz import question_key, quiz_of
from runner.catalog.syllabus import Syllabus, load_syllabus
from runner.learner.store import Progress as Standing
from runner.learner.store import Reading, Store
from runner.tui.desk import CourseMap, Entry, Page, Part, Progress

LAST_OPENED = "last_opened"


def read_course(store: Store) -> CourseMap:
    """The whole map; what cannot be read is named in `problems`, and the rest is shown. Raises `CatalogError`."""
    syllabus = load_syllabus()
    katas, trouble = survey()
    problems = [str(problem) for problem in trouble]
    readings, standings, answered = store.readings(), store.progress(), store.quiz.lessons()
    parts: list[Part] = []
    for module in syllabus.modules:
        entries: list[Entry] = []
        for slug in module.lessons:
            entry = _lesson_entry(slug, readings.get(slug), problems)
            entries.append(_with_score(entry, store) if slug in answered else entry)
            entries += [kata_entry(k, standings.get(k.slug)) for k in katas if k.spec.lesson == slug]
        parts.append(Part(module.title, tuple(entries)))
    in_course = set(syllabus.lessons)
    others = [kata_entry(k, standings.get(k.slug)) for k in katas if k.spec.lesson not in in_course]
    coming = _coming(syllabus, {kata.slug for kata in katas})
    parts += [Part("More katas", tuple(others))] if others else []
    parts += [Part("Coming", coming)] if coming else []
    kind, _, slug = (store.setting(LAST_OPENED) or "").partition(" ")
    return CourseMap(tuple(parts), tuple(problems), (kind, slug))


def kata_entry(kata: Kata, standing: Standing | None) -> Entry:
    """A kata as the learner stands with it; one that was solved stays solved."""
    return Entry("kata", kata.slug, kata.spec.title, kata.spec.minutes, _kata_progress(standing))


def lesson_pages(lesson: Lesson) -> tuple[Page, ...]:
    """The pages as the app shows them, with what of their code can be tried. Raises the kinds of `BadFile`."""
    by_code = {block.code: block for block in blocks_of(lesson)}
    pages = tuple(
        Page(
            page.title,
            page.text,
            page.name,
            tuple(by_code.get("\n".join(fence.lines) + "\n") for fence in fences(page.text)),
        )
        for page in lesson.pages()
    )
    return pages or (Page(lesson.title, lesson.text),)


def _kata_progress(standing: Standing | None) -> Progress:
    if standing is None:
        return Progress.OPEN
    if standing.first_passed_at is not None:
        return Progress.DONE
    return Progress.FAILED if standing.attempts else Progress.STARTED


def _lesson_entry(slug: str, reading: Reading | None, problems: list[str]) -> Entry:
    try:
        lesson = load_lesson(slug)
    except NoSuchLesson:
        return Entry("lesson", slug, slug.replace("-", " "), 0, Progress.COMING)
    except CatalogError as problem:
        problems.append(str(problem))
        return Entry("lesson", slug, slug.replace("-", " "), 0, Progress.COMING)
    finished = reading is not None and reading.finished_at is not None
    progress = Progress.DONE if finished else Progress.STARTED if reading else Progress.OPEN
    return Entry("lesson", slug, lesson.title, lesson.minutes, progress)


def _with_score(entry: Entry, store: Store) -> Entry:
    """A lesson that was read, with how many of its questions the newest answers got right."""
    if entry.progress is not Progress.DONE:
        return entry
    try:
        questions = quiz_of(load_lesson(entry.slug))
    except CatalogError:
        return entry
    answers = store.quiz.of(entry.slug)
    right = sum(question_key(each) in answers and answers[question_key(each)].was_right for each in questions)
    return replace(entry, note=f"read {right}/{len(questions)}")


def _coming(syllabus: Syllabus, there: set[str]) -> tuple[Entry, ...]:
    """Katas that the syllabus promises and that are not there yet, in its order."""
    promised = dict.fromkeys(point.kata for point in syllabus.points.values() if point.kata)
    return tuple(
        Entry("kata", slug, slug.replace("-", " "), 0, Progress.COMING) for slug in promised if slug not in there
    )
