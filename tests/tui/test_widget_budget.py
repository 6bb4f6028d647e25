"""The budget that lint holds pages to is what Textual really mounts: an estimate that drifts would be worth nothing."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Markdown

from runner.catalog.checks.pages import widgets_of
from runner.catalog.lessons import all_lessons

SAMPLES = [
    "# One\n\ntext\n\n## Two\n\n- a\n- b\n  - c\n\n1. x\n2. y\n\n> quoted\n\n---\n",
    "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n\n```js\nx\n```\n\n    indented\n",
]


class OnePage(App[None]):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        yield Markdown(self.text)


def mounted(text: str) -> int:
    async def count() -> int:
        app = OnePage(text)
        async with app.run_test() as pilot:
            await pilot.pause()
            return len(list(app.query_one(Markdown).walk_children()))

    return asyncio.run(count())


@pytest.mark.parametrize("text", SAMPLES)
def test_the_estimate_is_what_is_mounted(text: str) -> None:
    assert widgets_of(text) == mounted(text)


def test_of_the_largest_pages_of_the_course_as_well() -> None:
    pages = [page.text for lesson in all_lessons() for page in lesson.pages()]
    for text in sorted(pages, key=widgets_of)[-3:]:
        assert abs(widgets_of(text) - mounted(text)) <= 1
