"""Texts of a kata and of the course: there, not empty, without leftovers, and with links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.content import content_root
from runner.catalog.errors import CatalogError, NoSuchLesson
from runner.catalog.files import walk_files
from runner.catalog.hints import survey_hints
from runner.catalog.kata import Kata
from runner.catalog.lessons import load_lesson
from runner.catalog.syllabus import lesson_order
from runner.catalog.yaml_file import key_line, read_text

_LEFTOVER = re.compile(r"\b(?:TODO|FIXME|XXX)\b|__(?:SLUG|TITLE|LESSON|POINTS)__")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
LESSON_LINK = "lesson:"


def check_texts(kata: Kata) -> Iterator[Problem]:
    """Incident, hints, debrief and contract; nothing left over anywhere in the folder."""
    folder = kata.folder
    for name in ("incident.md", "debrief.md", "service/README.md"):
        yield from _written(folder / name)
        yield from check_links(folder / name, within=folder / "service" if "/" in name else None)
    yield from _hints(kata)
    yield from check_links(folder / "hints.md")
    yield from check_leftovers(folder)


def check_criteria(kata: Kata) -> Iterator[Problem]:
    """No part of a criterion is empty; the sentence is one line of plain words; its page is there."""
    file = kata.folder / "kata.yaml"
    for criterion in kata.criteria:
        for name in ("sentence", "measure", "limit", "why"):
            if not getattr(criterion, name).strip():
                yield Problem(file, None, f"the criterion {criterion.id!r} has an empty `{name}`")
        if "\n" in criterion.sentence.strip():
            yield Problem(file, None, f"the sentence of {criterion.id!r} should be one line")
    for index, criterion in enumerate(kata.criteria):
        if criterion.lesson:
            for wrong in check_lesson_link(criterion.lesson):
                yield Problem(file, key_line(file, "criteria", index, "lesson"), wrong)


def check_leftovers(folder: Path) -> Iterator[Problem]:
    """No empty files, no markers of unfinished work."""
    for relative in walk_files(folder):
        file = folder / relative
        content = file.read_bytes() if file.is_file() else b"link"
        if not content.strip():
            yield Problem(file, None, "is empty")
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), start=1):
            if found := _LEFTOVER.search(line):
                yield Problem(file, number, f"is unfinished: {found[0]}")


def check_links(file: Path, *, within: Path | None = None) -> Iterator[Problem]:
    """Links in the project lead to something there, and to something inside `within` where that is given.

    A link to a lesson may name one of its pages after `#`, by its title as GitHub would.
    """
    if not file.is_file():
        return
    try:
        text = read_text(file)
    except CatalogError as error:
        yield from_error(error, file)
        return
    for link, line in _links(text):
        if link.startswith(LESSON_LINK):
            for wrong in check_lesson_link(link):
                yield Problem(file, line, wrong)
        elif link and not _ELSEWHERE.match(link):
            yield from _check_path(file, link, line, within)


def check_lesson_link(link: str) -> Iterator[str]:
    """What is wrong with a link `lesson:name#page`, or with `name#page`; the page may be left out."""
    slug, _, page = link.removeprefix(LESSON_LINK).partition("#")
    try:
        lesson = load_lesson(slug)
        if page:
            lesson.page_number(page)
    except CatalogError as error:
        coming = isinstance(error, NoSuchLesson) and slug in lesson_order()
        yield f"the link to {link!r} leads nowhere: {'the lesson is not written yet' if coming else error}"


def _check_path(file: Path, link: str, line: int, within: Path | None) -> Iterator[Problem]:
    path, _, fragment = link.partition("#")
    target = (file.parent / unquote(path)).resolve() if path else file.resolve()
    if not target.exists():
        yield Problem(file, line, f"the link to {link!r} leads nowhere")
    elif within and not target.is_relative_to(within.resolve()):
        yield Problem(file, line, f"the link to {link!r} leads out of the folder that a learner gets")
    elif fragment and target.parent == (content_root() / "course").resolve() and target.suffix == ".md":
        for wrong in check_lesson_link(f"{target.stem}#{fragment}"):
            yield Problem(file, line, wrong)


def _written(file: Path) -> Iterator[Problem]:
    try:
        text = read_text(file)
    except CatalogError as error:
        yield from_error(error, file)
    else:
        if not text.strip():
            yield Problem(file, None, "is empty")


def _hints(kata: Kata) -> Iterator[Problem]:
    file = kata.folder / "hints.md"
    try:
        _, problems = survey_hints(kata)
    except CatalogError as error:
        problems = []
        yield from_error(error, file)
    for problem in problems:
        yield from_error(problem, file)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _links(text: str) -> Iterator[tuple[str, int]]:
    """Each link or image of a Markdown text, with the line of the block it is in."""
    body = _without_front_matter(text)
    first = text.count("\n") - body.count("\n") + 1
    for block in _parser().parse(body):
        line = (block.map[0] + first) if block.map else first
        for token in block.children or []:
            target = _target(token)
            if target is not None:
                yield target, line


def _without_front_matter(text: str) -> str:
    parts = text.split("\n---\n", 1)
    return parts[1] if text.startswith("---\n") and len(parts) == 2 else text


def _target(token: Token) -> str | None:
    attribute = {"link_open": "href", "image": "src"}.get(token.type)
    return None if attribute is None else str(token.attrs.get(attribute, ""))
