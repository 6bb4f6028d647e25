"""Writes the site: a folder of files that open without a server, and link to one another."""

from __future__ import annotations

from pathlib import Path

from runner.catalog.lessons import all_lessons
from runner.catalog.loader import all_katas
from runner.catalog.outline import load_outline
from runner.catalog.syllabus import load_syllabus
from runner.site.pages import Course, index_page, katas_page, lesson_page, syllabus_page

MARK = ".prodrill-course"
"""In a folder that an export made, so that the next one knows it may write there."""


class NotOurs(Exception):
    """The folder holds something that no export wrote; nothing of it was touched."""


def load_course() -> Course:
    """The whole course; raises the first `CatalogError`."""
    lessons = {lesson.slug: lesson for lesson in all_lessons()}
    katas = {kata.slug: kata for kata in all_katas()}
    return Course(load_syllabus(), load_outline(), lessons, katas)


def site_files(course: Course) -> dict[str, str]:
    """Every file of the site by its path."""
    return {
        "index.html": index_page(course),
        "syllabus.html": syllabus_page(course),
        "katas.html": katas_page(course),
        **{f"lessons/{lesson.slug}.html": lesson_page(course, lesson) for lesson in course.lessons.values()},
    }


def export_course(folder: Path) -> list[Path]:
    """Writes the site into `folder`, made where it is not there, and returns what was written.

    Raises `NotOurs` where the folder holds other things, and the kinds of `CatalogError` and `OSError`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not (folder / MARK).is_file():
        raise NotOurs(f"{folder} holds other files. Name a new or an empty folder.")
    files = site_files(load_course())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Written by `prodrill export course`, which may write here again.\n", encoding="utf-8")
    for old in folder.glob("lessons/*.html"):
        old.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
