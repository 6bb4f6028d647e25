"""The pages of a lesson: named once, small enough to open at once, diagrams that fit, the questions on the last."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt

from runner.catalog.checks.problem import Problem
from runner.catalog.lessons import Lesson
from runner.catalog.markdown import fences
from runner.catalog.quiz import is_quiz

DIAGRAM_COLUMNS = 76
MAX_WIDGETS = 120
_CELL_PADDING, _CELL_LEVEL = 3, 4
QUIZ_PAGE = "Check yourself"
# What Textual's Markdown mounts for each: a list item has a row, a bullet and a column, a fence a label of its own.
_WIDGETS = {
    "heading_open": 1,
    "hr": 1,
    "paragraph_open": 1,
    "blockquote_open": 1,
    "bullet_list_open": 1,
    "ordered_list_open": 1,
    "list_item_open": 3,
    "table_open": 2,
    "th_open": 1,
    "td_open": 1,
    "fence": 2,
    "code_block": 2,
}


def check_pages(lesson: Lesson) -> Iterator[Problem]:
    """Names, size, diagrams and tables of all pages, and where the questions are."""
    pages = lesson.pages()
    for index, page in enumerate(pages):
        if page.name in [earlier.name for earlier in pages[:index]]:
            yield Problem(lesson.file, page.line, f"a second page is called {page.title!r}; a link needs one name")
        widgets = widgets_of(page.text)
        if widgets > MAX_WIDGETS:
            text = f"the page {page.title!r} needs {widgets} widgets and may have {MAX_WIDGETS}: split it"
            yield Problem(lesson.file, page.line, text)
    yield from _fences(lesson)
    yield from _tables(lesson)
    yield from _quiz_page(lesson)


def widgets_of(text: str) -> int:
    """How many widgets the app needs to show this Markdown."""
    return sum(_WIDGETS.get(token.type, 0) for token in MarkdownIt("commonmark").enable("table").parse(text))


def _fences(lesson: Lesson) -> Iterator[Problem]:
    for fence in fences(lesson.text, lesson.text_line):
        for number, line in enumerate(fence.lines, start=fence.line):
            if fence.language in ("", "text") and len(line) > DIAGRAM_COLUMNS:
                text = f"a diagram should be at most {DIAGRAM_COLUMNS} columns wide, and this line has {len(line)}"
                yield Problem(lesson.file, number, text)


def _tables(lesson: Lesson) -> Iterator[Problem]:
    """No table is wider than a diagram may be, however its cells are broken into lines."""
    columns: list[int] = []
    at, line = -1, 0
    for token in MarkdownIt("commonmark").enable("table").parse(lesson.text):
        match token.type:
            case "table_open":
                columns, line = [], (token.map or [0])[0] + lesson.text_line
            case "tr_open":
                at = -1
            case "th_open" | "td_open":
                at += 1
                columns += [0] * (at + 1 - len(columns))
            case "inline" if columns and token.level == _CELL_LEVEL:
                columns[at] = max(columns[at], *(len(word.strip("`*")) for word in token.content.split() or [""]))
            case "table_close":
                width = sum(columns) + _CELL_PADDING * len(columns)
                if width > DIAGRAM_COLUMNS:
                    text = f"a table should fit {DIAGRAM_COLUMNS} columns, and the words of this one need {width}"
                    yield Problem(lesson.file, line, text)
                columns = []


def _quiz_page(lesson: Lesson) -> Iterator[Problem]:
    """The questions are on the last page, and that page is called as everywhere."""
    last = lesson.pages()[-1] if lesson.pages() else None
    places = [fence.line - 1 for fence in fences(lesson.text, lesson.text_line) if is_quiz(fence)]
    for line in places:
        if last is None or last.title != QUIZ_PAGE or line < last.line:
            yield Problem(lesson.file, line, f"the questions belong on the last page, under `## {QUIZ_PAGE}`")
    for page in lesson.pages():
        if page.title == QUIZ_PAGE and not places:
            yield Problem(lesson.file, page.line, "this page should hold the questions: a block `yaml quiz`")
