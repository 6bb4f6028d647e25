"""The prose of the content, word by word with its place: what is read, without code, links' targets and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt

from runner.catalog.content import content_root
from runner.catalog.kata import KataSpec
from runner.catalog.lessons import all_lessons, read_lesson
from runner.catalog.loader import kata_slugs
from runner.catalog.quiz import Choice, placed_quiz
from runner.catalog.yaml_file import key_line, read_typed

_PARSER = MarkdownIt("commonmark").enable("table")
_WORD = re.compile(r"(?<![\w.@/-])[A-Za-z]+(?:['’][a-z]+)*(?![\w/@]|\.\w)")
_KATA_TEXTS = ("incident.md", "hints.md", "debrief.md", "service/README.md")


class Word(msgspec.Struct, frozen=True):
    """A word as it is written; `line` counts in the file."""

    text: str
    file: Path
    line: int


def all_words() -> Iterator[Word]:
    """Every word of the lessons and of the katas' texts and criteria."""
    for lesson in all_lessons():
        yield from lesson_words(lesson.file)
    for slug in kata_slugs():
        folder = content_root() / "katas" / slug
        for name in _KATA_TEXTS:
            yield from markdown_words((folder / name).read_text(encoding="utf-8"), folder / name)
        yield from _kata_words(folder / "kata.yaml")


def lesson_words(file: Path) -> Iterator[Word]:
    """The words of one lesson: its title, its pages, its questions."""
    lesson = read_lesson(file)
    yield from markdown_words(lesson.text, file, lesson.text_line)
    yield from markdown_words(lesson.title, file, 2)
    for placed in placed_quiz(lesson):
        question = placed.question
        texts = [question.ask]
        if isinstance(question, Choice):
            texts += [text for option in question.options for text in (option.text, option.because)]
        else:
            texts += [*question.order, question.because]
        for text in texts:
            yield from (Word(word.text, file, placed.line) for word in markdown_words(text, file))


def markdown_words(text: str, file: Path, first_line: int = 1) -> Iterator[Word]:
    """The words of a Markdown text, outside code, comments and addresses."""
    for token in _PARSER.parse(text):
        line = first_line + (token.map[0] if token.map else 0)
        for child in token.children or []:
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            if child.type == "text" and "://" not in child.content:
                yield from (Word(found[0], file, line) for found in _WORD.finditer(child.content))


def _kata_words(file: Path) -> Iterator[Word]:
    spec = read_typed(file, KataSpec)
    line = key_line(file, "criteria") or 1
    for text in (spec.title, *(t for c in spec.criteria for t in (c.sentence, c.measure, c.limit, c.why))):
        yield from (Word(word.text, file, line) for word in markdown_words(text, file))
