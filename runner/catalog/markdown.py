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
    """A fenced block; `info` are the words of its info string, `line` is that of its first content."""

    info: tuple[str, ...]
    lines: tuple[str, ...]
    line: int

    @property
    def language(self) -> str:
        """The first word of the info string, or an empty string."""
        return self.info[0] if self.info else ""

    @property
    def end(self) -> int:
        """The line of the fence that closes it."""
        return self.line + len(self.lines)


class Comment(Struct, frozen=True):
    """An HTML comment that begins a line; `line` is that of `<!--`, `end` that of `-->`, or of the text's end."""

    text: str
    line: int
    end: int
    closed: bool


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
    info, start, body = tuple[str, ...](), 0, list[str]()
    for number, line, role in _lines(text, first_line):
        match role:
            case "open":
                info, start, body = tuple(line.strip().lstrip("`~").split()), number + 1, []
            case "inside":
                body.append(line)
            case "close":
                found.append(Fence(info, tuple(body), start))
            case "text":
                pass
    return found


def comments(text: str, first_line: int = 1) -> list[Comment]:
    """The HTML comments outside code; one that is never closed ends with the text."""
    found: list[Comment] = []
    start, body = 0, list[str]()
    number = first_line
    for number, line, role in _lines(text, first_line):
        if not start and role == "text" and line.lstrip().startswith("<!--"):
            start, body = number, []
        if start:
            body.append(line)
            if "-->" in line:
                found.append(_comment(body, start, number))
                start = 0
    return [*found, _comment(body, start, number)] if start else found


def readable(text: str) -> str:
    """`text` as a reader sees it: without comments and the questions' data, code marked by its language alone."""
    hidden: set[int] = set()
    for comment in comments(text):
        hidden.update(range(comment.line, comment.end + 1))
    shown = dict(enumerate(text.splitlines(), start=1))
    for fence in fences(text):
        if fence.info[:2] == ("yaml", "quiz"):
            hidden.update(range(fence.line - 1, fence.end + 1))
        elif len(fence.info) > 1:
            opening = shown[fence.line - 1]
            shown[fence.line - 1] = opening[: opening.index(fence.language) + len(fence.language)]
    lines = [line for number, line in shown.items() if number not in hidden]
    return "\n".join(_without_gaps(lines, text)).strip("\n")


def _without_gaps(lines: list[str], text: str) -> list[str]:
    """Where something was taken out between two blank lines, one of these goes as well."""
    if len(lines) == len(text.splitlines()):
        return lines
    kept: list[str] = []
    for _, line, role in _lines("\n".join(lines), 1):
        if line.strip() or role != "text" or not kept or kept[-1].strip():
            kept.append(line)
    return kept


def anchor(title: str) -> str:
    """A heading's name in a link, as GitHub makes it: `The pool, a thread` is `the-pool-a-thread`."""
    plain = re.sub(r"[^\w\- ]", "", title.replace("`", "").strip().lower())
    return plain.replace(" ", "-")


def _comment(lines: list[str], start: int, end: int) -> Comment:
    text, closing, _ = "\n".join(lines).strip().removeprefix("<!--").partition("-->")
    return Comment(text, start, end, bool(closing))


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
