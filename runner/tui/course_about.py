"""What a lesson or a kata is about, and what it can be found by: from the catalog, and the store's last verdicts."""

from __future__ import annotations

from collections.abc import Iterable

from runner.catalog.errors import CatalogError
from runner.catalog.lessons import load_lesson
from runner.catalog.loader import load_kata, survey
from runner.catalog.markdown import sections
from runner.catalog.syllabus import Syllabus, load_syllabus
from runner.learner.store import Store
from runner.tui.desk import About, Entry, Progress


def about_entry(store: Store, entry: Entry) -> About:
    """Raises the kinds of `CatalogError` and `StoreError`."""
    syllabus = load_syllabus()
    if entry.progress is Progress.COMING:
        return _about_coming(syllabus, entry)
    if entry.kind == "kata":
        return _about_kata(store, syllabus, entry.slug)
    lesson = load_lesson(entry.slug)
    reading = store.readings().get(entry.slug)
    pages = tuple(page.title for page in lesson.pages())
    return About(_points(syllabus, lesson.points), pages, reading.page if reading else None)


def search_texts() -> dict[tuple[str, str], tuple[str, ...]]:
    """By kind and slug: the points, and the headings of a lesson or the criteria of a kata. Raises `CatalogError`."""
    syllabus = load_syllabus()
    katas, _ = survey()
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for slug in syllabus.lessons:
        try:
            lesson = load_lesson(slug)
        except CatalogError:
            continue  # the map names it
        _, parts = sections(lesson.text, 2)
        headings = (part.title for part in parts)
        found["lesson", slug] = (*_points(syllabus, lesson.points), *headings)
    for kata in katas:
        sentences = (criterion.sentence for criterion in kata.criteria)
        found["kata", kata.slug] = (*_points(syllabus, kata.spec.points), *sentences)
    for name, point in syllabus.points.items():
        if point.kata and ("kata", point.kata) not in found:
            found["kata", point.kata] = (f"{name} {point.point}",)
    return found


def _about_kata(store: Store, syllabus: Syllabus, slug: str) -> About:
    kata = load_kata(slug)
    attempts = store.attempts(slug)
    results = store.report(attempts[-1].id).results if attempts else ()
    verdicts = {result.criterion: result.finding.verdict for result in results}
    return About(
        points=_points(syllabus, kata.spec.points),
        lesson=_title(kata.spec.lesson),
        criteria=tuple((each.sentence, verdicts.get(each.id)) for each in kata.criteria),
        attempts=len(attempts),
    )


def _about_coming(syllabus: Syllabus, entry: Entry) -> About:
    named = {name: point for name, point in syllabus.points.items() if point.kata == entry.slug}
    lessons = [point.lesson for point in named.values() if point.lesson]
    return About(_points(syllabus, named), lesson=_title(lessons[0]) if lessons else "")


def _points(syllabus: Syllabus, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name} {syllabus.points[name].point}" for name in names if name in syllabus.points)


def _title(lesson: str) -> str:
    try:
        return load_lesson(lesson).title
    except CatalogError:
        return lesson
