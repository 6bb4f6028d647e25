"""The little of Markdown that the catalogue itself must understand: front matter, sections and code fences.

Headings inside a code fence are text; a parser that splits on `##` alone would cut shell comments in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from runner.catalog.errors import BadMarkdown

_Role = Literal["text", "open", "inside", "close"]
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([^`]*)$")


class Section(Struct, frozen=True):
    """A heading with the text under it; `line` is the heading's line in the file, counted from 1."""

    title: str
    text: str
    line: int


class Fence(Struct, frozen=True):
    """A fenced block; `language` is the first word of its info string, `line` that of its first content."""

    language: str
    lines: tuple[str, ...]
    line: int


def split_front_matter(text: str, file: Path) -> tuple[str, str, int]:
    """The YAML between the first two `---` lines, the text after it, and the line on which that begins."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != "---":
        raise BadMarkdown(file, "should begin with front matter between two lines of `---`.", 1)
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:index]) + "\n", "\n".join(lines[index + 1 :]) + "\n", index + 2
    raise BadMarkdown(file, "the front matter is never closed by a second line of `---`.", 1)


def sections(text: str, level: int, first_line: int = 1) -> tuple[str, list[Section]]:
    """What stands before the first heading of `level`, and the sections under such headings."""
    marker = "#" * level + " "
    heads: list[tuple[str, int, list[str]]] = []
    before: list[str] = []
    for number, line, role in _lines(text, first_line):
        if role == "text" and line.startswith(marker):
            heads.append((line[len(marker) :].strip(" #"), number, []))
        else:
            (heads[-1][2] if heads else before).append(line)
    made = [Section(title, "\n".join(body).strip("\n"), number) for title, number, body in heads]
    return "\n".join(before).strip("\n"), made


def fences(text: str, first_line: int = 1) -> list[Fence]:
    """All closed fenced blocks, in order."""
    found: list[Fence] = []
    language, start, body = "", 0, list[str]()
    for number, line, role in _lines(text, first_line):
        match role:
            case "open":
                info = line.strip().lstrip("`~").split()
                language, start, body = (info[0] if info else ""), number + 1, []
            case "inside":
                body.append(line)
            case "close":
                found.append(Fence(language, tuple(body), start))
            case "text":
                pass
    return found


def _lines(text: str, first_line: int) -> Iterator[tuple[int, str, _Role]]:
    """Each line with its number and its part in a fence, as CommonMark 4.5 has it."""
    fence = ""
    for number, line in enumerate(text.splitlines(), start=first_line):
        mark = _FENCE.match(line)
        if not fence and mark:
            fence = mark[1]
            yield number, line, "open"
        elif fence and mark and not mark[2].strip() and mark[1].startswith(fence):
            fence = ""
            yield number, line, "close"
        else:
            yield number, line, "inside" if fence else "text"
