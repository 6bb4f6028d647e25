"""Markdown to read in a pane of its own: keys a pager has, links that never crash, code and diagrams never wrapped."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Markdown

from runner.catalog.checks.texts import LESSON_LINK
from runner.tui.links import open_outside
from runner.tui.messages import KataRequested, LessonRequested
from runner.tui.safe import safe_line, safe_text

_FENCE = re.compile(r"^( {0,3}(?:`{3,}|~{3,}))[^\S\n]*(\S*)", re.MULTILINE)


def with_plain_diagrams(markdown: str) -> str:
    """The same where a fenced block names no language: it is a text then, and nobody guesses at its colours."""
    opened = ""

    def named(match: re.Match[str]) -> str:
        nonlocal opened
        marks = match[1].strip()
        if not opened:
            opened = marks
            return match[0] if match[2] else f"{match[1]}text"
        if marks.startswith(opened) and not match[2]:
            opened = ""
        return match[0]

    return _FENCE.sub(named, markdown)


class Reader(VerticalScroll):
    """Scrolls with arrows, `j k`, space, `b`, `g G`; a link to a lesson or a kata is followed inside the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="reader.down"),
        Binding("k", "scroll_up", "Up", show=False, id="reader.up"),
        Binding("space", "page_down", "Page down", show=False, id="reader.page_down"),
        Binding("b", "page_up", "Page up", show=False, id="reader.page_up"),
        Binding("g", "scroll_home", "Top", show=False, id="reader.top"),
        Binding("G", "scroll_end", "End", show=False, id="reader.end"),
        Binding("less_than_sign", "shift(-1)", "Left", tooltip="wide code: to the left", id="reader.left"),
        Binding("greater_than_sign", "shift(1)", "Right", tooltip="wide code: to the right", id="reader.right"),
    ]

    def __init__(self, markdown: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._markdown = with_plain_diagrams(safe_text(markdown))

    def compose(self) -> ComposeResult:
        yield Markdown(self._markdown, open_links=False)

    def on_mount(self) -> None:
        self.call_after_refresh(self.refresh_bindings)

    def bring_into_view(self, fence: int) -> None:
        """Scroll to the beginning of the fenced block with this index."""
        blocks = list(self.query("MarkdownFence").results(Widget))
        if fence < len(blocks):
            self.call_after_refresh(self.scroll_to_widget, blocks[fence], animate=False, top=True)

    def nearest_fence(self, wanted: Collection[int]) -> int | None:
        """Of the fenced blocks with these indexes the first one in view, or the one nearest to it; None of none."""
        view = self.scrollable_content_region
        places = [fence.region for fence in self.query("MarkdownFence").results(Widget)]
        there = [index for index in wanted if index < len(places)]

        def distance(index: int) -> tuple[int, int]:
            place = places[index]
            away = max(view.y - place.bottom + 1, place.y - view.bottom + 1, 0)
            return away, index

        return min(there, key=distance, default=None)

    async def show(self, markdown: str) -> None:
        """Replace the text and go to its top."""
        await self.query_one(Markdown).update(with_plain_diagrams(safe_text(markdown)))
        self.scroll_home(animate=False)
        self.call_after_refresh(self.refresh_bindings)

    @property
    def share(self) -> float:
        """How far down the text the top of the view is, from 0 to 1."""
        return self.scroll_y / self.max_scroll_y if self.max_scroll_y else 0.0

    def go_to(self, share: float) -> None:
        """Back to where `share` was taken, once what is mounted now has its place."""
        self.call_after_refresh(lambda: self.scroll_to(y=round(share * self.max_scroll_y), animate=False))

    @property
    def _wide_blocks(self) -> list[Widget]:
        return [block for block in self.query("MarkdownFence, MarkdownTable").results(Widget) if block.max_scroll_x]

    @property
    def is_wide(self) -> bool:
        """Some code or diagram is wider than the pane."""
        return bool(self._wide_blocks)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "shift" or self.is_wide

    def action_shift(self, way: int) -> None:
        """Code and diagrams are never wrapped: move all that are wider than the screen to one side."""
        for block in self._wide_blocks:
            block.scroll_relative(x=way * max(8, block.size.width // 2), animate=False)

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.follow(event.href)

    def follow(self, href: str) -> None:
        """Lessons, their pages and katas open here, web pages in the browser; anything else is named."""
        path = PurePosixPath(href.split("#")[0])
        if href.startswith(("https://", "http://")):
            open_outside(self.app, href)
        elif "katas" in path.parts[:-1]:
            self.post_message(KataRequested(path.parts[path.parts.index("katas") + 1]))
        elif href.startswith(LESSON_LINK):
            self.post_message(LessonRequested.by_link(href.removeprefix(LESSON_LINK)))
        elif path.suffix == ".md":
            self.post_message(LessonRequested(path.stem, href.partition("#")[2]))
        elif href.startswith("#"):
            self.post_message(LessonRequested("", href[1:]))
        else:
            self.notify(safe_line(href, 300), title="not a link this app follows", markup=False)
