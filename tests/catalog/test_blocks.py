"""Blocks to try: reading them with their expectations, and every way in which either can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.blocks import blocks_of, find_block
from runner.catalog.errors import CatalogError, NoSuchBlock
from runner.catalog.expectation import (
    Bound,
    ErrorExpected,
    ExitExpected,
    LineExpected,
    MoreExpected,
    SeriesExpected,
    read_expectation,
)
from runner.catalog.lessons import load_lesson
from runner.catalog.lint import lint
from tests.catalog.changing import replace

LESSON = "course/slow-scan.md"
EVERY_KIND = """\
- line: 'fired (\\d+) ms late'
  at_least: 100
  at_most: 5000
- more: ['without: (\\d+)', 'with: (\\d+)']
  times: 2
- series: loop delay
  max: {at_least: 100}
  count: {at_least: 5, at_most: 50}
- exit: 1
- error: Unhandled
"""


def test_a_block_has_its_code_its_place_and_its_expectation(root: Path) -> None:
    lesson = load_lesson("slow-scan")
    (block,) = blocks_of(lesson)
    lines = lesson.file.read_text().splitlines()
    assert (block.name, block.language) == ("where-it-fails", "js")
    assert lines[block.line - 1] == block.code.splitlines()[0]
    assert lines[block.end - 1] == "```"
    assert block.expected == (
        LineExpected("SyntaxError$"),
        LineExpected(r"parsed 2, of these wrong (\d+)", at_least=1),
    )


def test_a_block_is_found_by_number_or_name_and_the_nearest_is_told(root: Path) -> None:
    lesson = load_lesson("slow-scan")
    assert find_block(lesson, "1") == find_block(lesson, "where-it-fails")
    with pytest.raises(NoSuchBlock, match=r"Did you mean 'where-it-fails'\?.*has 1 \(where-it-fails\)"):
        find_block(lesson, "where-it-fall")
    with pytest.raises(NoSuchBlock):
        find_block(lesson, "2")


def test_every_kind_of_expectation_is_read() -> None:
    assert read_expectation(EVERY_KIND, Path("x.md"), 1) == (
        LineExpected(r"fired (\d+) ms late", at_least=100, at_most=5000),
        MoreExpected((r"without: (\d+)", r"with: (\d+)"), times=2),
        SeriesExpected("loop delay", max=Bound(at_least=100), count=Bound(at_least=5, at_most=50)),
        ExitExpected(1),
        ErrorExpected("Unhandled"),
    )


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("- lyne: a\n", 1, "unknown key `lyne`. Did you mean 'line'"),
        ("- line: a\n- line: a\n  at_leest: 3\n", 3, "unknown key `at_leest`. Did you mean 'at_least'"),
        ("- series: a\n  max: {at_lest: 3}\n", 2, "unknown key `max.at_lest`. Did you mean 'at_least'"),
        ("- line: a\n  error: b\n", 1, "says both `line` and `error`"),
        ("- line: (\n", 1, "is no regular expression"),
        ("- exit: 0\n- line: no group\n  at_least: 1\n", 2, "should have one group with the number, and has 0"),
        ("- more: ['(a)', 'b']\n", 1, "should have one group"),
        ("- more: ['(a)']\n", 1, "should be"),
        ("- more: ['(a)', '(b)']\n  times: 0\n", 2, "should be above 0"),
        ("- series: a\n", 1, "should have a `max`, `min`, `last` or `count`"),
        ("- exit: 300\n", 1, "from 0 to 255"),
        ("- exit: one\n", 1, "should be"),
        ("line: a\n", 1, "expected a list"),
        ("", 1, "expected a list"),
        ("- just text\n", 1, "expected keys with values"),
        ("- line: 'a\n", 2, "not valid YAML"),
    ],
)
def test_what_is_wrong_with_an_expectation_is_told_with_its_line(text: str, line: int, complaint: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read_expectation(text, Path("x.md"), 11)
    assert complaint in str(caught.value)
    assert getattr(caught.value, "line", None) == line + 10


@pytest.mark.parametrize(
    ("old", "new", "at", "complaint"),
    [
        ("```js run where-it-fails", "```js rum where-it-fails", "```js rum", "not 'rum'. Did you mean 'run'"),
        ("```js run where-it-fails", "```py run where-it-fails", "```py run", "only js and ts can be run, not 'py'"),
        ("```js run where-it-fails", "```js run", "```js run", "needs one name"),
        ("```js run where-it-fails", "```js run It_Fails", "```js run", "needs one name"),
        ("<!-- expect\n", "Then.\n\n<!-- expect\n", "```\nThen", "has no `<!-- expect` comment under it"),
        ("<!-- expect\n", "Then.\n\n<!-- expect\n", "<!-- expect", "belongs to no block"),
        ("<!-- expect\n", "<!-- expact\n", "<!-- expact", "nothing reads this comment. Did you mean 'expect'"),
        ("## Practice", "<!-- a note -->\n\n## Practice", "<!-- a note", "nothing reads this comment. Remove it"),
        ("<!-- expect\n", "<!-- expect - line: a\n", "<!-- expect -", "should stand alone on its line"),
        ("- line: 'SyntaxError$'", "- lines: 'SyntaxError$'", "- lines", "Did you mean 'line'"),
        ("const parsed = [];", "import 'left-pad';", "import 'left", "imports 'left-pad', which katas/package.json"),
        ("const parsed = [];", "// a\n" * 40, "```js run", "lines and should have at most 45: split it"),
    ],
)
def test_lint_tells_what_is_wrong_with_a_block(root: Path, old: str, new: str, at: str, complaint: str) -> None:
    file = root / LESSON
    replace(file, old, new)
    text = file.read_text()
    line = text[: text.index(at)].count("\n") + 1
    told = [str(problem) for problem in lint() if complaint in str(problem)]
    assert told and told[0].startswith(f"{file}:{line}:")


def test_a_second_block_of_a_name_is_told(root: Path) -> None:
    file = root / LESSON
    replace(
        file,
        "## Practice",
        "```ts run where-it-fails\nlet a: number;\n```\n\n<!-- expect\n- exit: 0\n-->\n\n## Practice",
    )
    assert "a second block is called 'where-it-fails'" in "\n".join(map(str, lint()))
    replace(file, "```ts run where-it-fails", "```ts run again")
    assert lint() == []
    assert [block.language for block in blocks_of(load_lesson("slow-scan"))] == ["js", "ts"]
