"""Lessons: `course/<name>.md`, Markdown under a front matter that says what is taught and practised.

The front matter has `title`, `minutes`, `points` of the syllabus, `sources` (a text, or `title` and `url`),
`prerequisites` (other lessons) and `katas`.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from runner.catalog.content import content_root
from runner.catalog.errors import BadValue, NoSuchLesson, NoSuchPage
from runner.catalog.markdown import anchor, readable, sections, split_front_matter
from runner.catalog.remembered import remembered
from runner.catalog.syllabus import lesson_order
from runner.catalog.yaml_file import read_text, typed


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a claim of the lesson comes from; `url` may be empty for a book or a talk."""

    title: str
    url: str = ""


class Page(Struct, frozen=True):
    """One screenful to read on: a `##` section, or what comes before the first.

    `name` is what a link to it says after `#`, empty for the opening; `text` the Markdown that readers see; `line`
    counts in the file.
    """

    name: str
    title: str
    text: str
    line: int


class _FrontMatter(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    minutes: int
    points: tuple[str, ...]
    sources: tuple[str | Source, ...] = ()
    prerequisites: tuple[str, ...] = ()
    katas: tuple[str, ...] = ()


class Lesson(Struct, frozen=True):
    """A lesson on disk. `minutes` is reading time; `text` the Markdown from line `text_line` of `file` on."""

    slug: str
    file: Path
    title: str
    minutes: int
    points: tuple[str, ...]
    sources: tuple[Source, ...]
    prerequisites: tuple[str, ...]
    katas: tuple[str, ...]
    text: str
    text_line: int

    def pages(self) -> tuple[Page, ...]:
        """The text split at its `##` headings; the opening is a page of its own under the lesson's title."""
        opening, parts = sections(self.text, 2, self.text_line)
        body = "\n".join(line for line in opening.splitlines() if not line.startswith("# ")).strip("\n")
        first = (Page("", self.title, readable(body), self.text_line),) if body else ()
        return (*first, *(Page(anchor(part.title), part.title, readable(part.text), part.line) for part in parts))

    def key_line(self, key: str) -> int | None:
        """The line of a key of the front matter."""
        for number, line in enumerate(self.file.read_text(encoding="utf-8").splitlines()[: self.text_line], start=1):
            if line.startswith(f"{key}:"):
                return number
        return None

    def page_number(self, name: str) -> int:
        """The index in `pages` of the page with this name; raises `NoSuchPage` with the nearest."""
        names = [page.name for page in self.pages()]
        if name not in names:
            raise NoSuchPage(name, [each for each in names if each], self.slug)
        return names.index(name)


def lesson_slugs() -> list[str]:
    """The names of all lessons in reading order; those the syllabus does not name come last."""
    there = {file.stem for file in (content_root() / "course").glob("*.md") if file.stem != "README"}
    ordered = [slug for slug in lesson_order() if slug in there]
    return [*ordered, *sorted(there - set(ordered))]


def load_lesson(slug: str) -> Lesson:
    """A lesson by name; raises `NoSuchLesson` with the nearest name, or the kinds of `BadFile`."""
    file = content_root() / "course" / f"{slug}.md"
    if not file.is_file() or "/" in slug:
        raise NoSuchLesson(slug, lesson_slugs())
    return _remembered(file)


def read_lesson(file: Path) -> Lesson:
    """The lesson in `file`; raises the kinds of `BadFile`."""
    matter, text, text_line = split_front_matter(read_text(file), file)
    said = typed(matter, file, _FrontMatter, first_line=2)
    if not 1 <= said.minutes <= 240:
        raise BadValue(file, "minutes", f"should be from 1 to 240, but is {said.minutes}")
    return Lesson(
        slug=file.stem,
        file=file,
        title=said.title,
        minutes=said.minutes,
        points=said.points,
        sources=tuple(Source(each) if isinstance(each, str) else each for each in said.sources),
        prerequisites=said.prerequisites,
        katas=said.katas,
        text=text,
        text_line=text_line,
    )


_remembered = remembered(read_lesson)


def all_lessons() -> list[Lesson]:
    """Every lesson in reading order; raises the first error."""
    return [load_lesson(slug) for slug in lesson_slugs()]
