"""Blocks of a lesson that can be tried: fences marked `js run NAME` or `ts run NAME`, each with its expectation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from runner.catalog.errors import BadMarkdown, CatalogError, NoSuchBlock, nearest_name
from runner.catalog.expectation import Expected, read_expectation
from runner.catalog.lessons import Lesson
from runner.catalog.markdown import Comment, Fence, comments, fences

MAX_LINES = 45
EXPECT = "expect"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LANGUAGES = ("js", "ts")


class Block(Struct, frozen=True):
    """A script of a lesson, to be run as an ES module; `line` is the file's line of its first line of code."""

    lesson: str
    name: str
    language: Literal["js", "ts"]
    code: str
    file: Path
    line: int
    expected: tuple[Expected, ...]

    @property
    def end(self) -> int:
        """The line of the fence that closes it."""
        return self.line + len(self.code.splitlines())


def blocks_of(lesson: Lesson) -> tuple[Block, ...]:
    """The blocks in reading order; raises the first error."""
    blocks, problems = survey_blocks(lesson)
    if problems:
        raise problems[0]
    return blocks


def find_block(lesson: Lesson, which: str) -> Block:
    """The block with this number, from 1, or this name; raises `NoSuchBlock`."""
    blocks = blocks_of(lesson)
    if which.isdecimal() and 1 <= int(which) <= len(blocks):
        return blocks[int(which) - 1]
    for block in blocks:
        if block.name == which:
            return block
    raise NoSuchBlock(which, [block.name for block in blocks], lesson.slug)


def survey_blocks(lesson: Lesson) -> tuple[tuple[Block, ...], list[CatalogError]]:
    """The blocks that can be read, and everything wrong with others and with their comments."""
    said = comments(lesson.text, lesson.text_line)
    blocks: list[Block] = []
    problems: list[CatalogError] = []
    used: set[Comment] = set()
    for fence in fences(lesson.text, lesson.text_line):
        try:
            if not _can_be_tried(fence, lesson.file):
                continue
            comment = _under(fence, said, lesson)
            used.update([comment] if comment else [])
            blocks.append(_block(lesson, fence, comment, [block.name for block in blocks]))
        except CatalogError as error:
            problems.append(error)
    problems += [BadMarkdown(lesson.file, _unused(comment), comment.line) for comment in said if comment not in used]
    return tuple(blocks), problems


def _can_be_tried(fence: Fence, file: Path) -> bool:
    """Whether the info string says `js run NAME`; raises BadMarkdown for what is nearly that."""
    if len(fence.info) < 2 or fence.info[:2] == ("yaml", "quiz"):
        return False
    language, verb, *names = fence.info
    at = fence.line - 1
    if verb != "run":
        meant = nearest_name(verb, ["run", "quiz"])
        help_ = f" Did you mean {meant!r}?" if meant else ""
        raise BadMarkdown(file, f"after a fence's language only `run NAME` means anything, not {verb!r}.{help_}", at)
    if language not in _LANGUAGES:
        raise BadMarkdown(file, f"only js and ts can be run, not {language!r}", at)
    if len(names) != 1 or not _NAME.fullmatch(names[0]):
        found = " ".join(names) or "nothing"
        raise BadMarkdown(file, f"`{language} run` needs one name of lower-case words with dashes, not {found!r}", at)
    return True


def _under(fence: Fence, said: list[Comment], lesson: Lesson) -> Comment | None:
    """The comment directly under the fence, or after one blank line."""
    lines = lesson.text.splitlines()
    first = fence.end + 1
    blank = first - lesson.text_line < len(lines) and not lines[first - lesson.text_line].strip()
    return next((each for each in said if each.line == first + blank and _is_expectation(each)), None)


def _is_expectation(comment: Comment) -> bool:
    return comment.text.split()[:1] == [EXPECT]


def _block(lesson: Lesson, fence: Fence, comment: Comment | None, earlier: list[str]) -> Block:
    name, at = fence.info[2], fence.line - 1
    if name in earlier:
        raise BadMarkdown(lesson.file, f"a second block is called {name!r}", at)
    if len(fence.lines) > MAX_LINES:
        text = f"the block {name!r} has {len(fence.lines)} lines and should have at most {MAX_LINES}: split it"
        raise BadMarkdown(lesson.file, text, at)
    if not any(line.strip() for line in fence.lines):
        raise BadMarkdown(lesson.file, f"the block {name!r} is empty", at)
    if comment is None:
        raise BadMarkdown(lesson.file, f"the block {name!r} has no `<!-- {EXPECT}` comment under it", fence.end)
    return Block(
        lesson=lesson.slug,
        name=name,
        language="ts" if fence.language == "ts" else "js",
        code="\n".join(fence.lines) + "\n",
        file=lesson.file,
        line=fence.line,
        expected=_expected(comment, lesson.file),
    )


def _expected(comment: Comment, file: Path) -> tuple[Expected, ...]:
    first, _, rest = comment.text.partition("\n")
    if first.split() != [EXPECT]:
        raise BadMarkdown(file, f"`<!-- {EXPECT}` should stand alone on its line", comment.line)
    if not comment.closed:
        raise BadMarkdown(file, "this comment is never closed by `-->`", comment.line)
    return read_expectation(rest, file, comment.line + 1)


def _unused(comment: Comment) -> str:
    word = (comment.text.split() or [""])[0]
    if word == EXPECT:
        return "this expectation belongs to no block: it should stand directly under one marked `js run NAME`"
    meant = nearest_name(word, [EXPECT])
    help_ = f" Did you mean {meant!r}?" if meant else " Remove it: what readers do not see, nobody keeps right."
    return f"nothing reads this comment.{help_}"
