"""Words that a lesson does without: they tell the reader that what he finds hard is easy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from runner.catalog.checks.problem import Problem

_FORBIDDEN = re.compile(r"\b(just|simply|obviously)\b", re.IGNORECASE)


def check_words(file: Path, text: str, first_line: int) -> Iterator[Problem]:
    """The forbidden words of a Markdown text that begins on `first_line`, outside code."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        line = first_line + (token.map[0] if token.map else 0)
        for child in token.children or []:
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            if child.type == "text":
                yield from words_in(file, line, child.content)


def words_in(file: Path, line: int, text: str) -> Iterator[Problem]:
    """The forbidden words of one line without code."""
    for found in _FORBIDDEN.finditer(text):
        yield Problem(file, line, f"says {found[0]!r}: a lesson does without it")


def check_inline(file: Path, line: int, text: str) -> Iterator[Problem]:
    """As `check_words`, for a text of which only the first line's place is known."""
    for problem in check_words(file, text, line):
        yield Problem(problem.file, line, problem.text)
