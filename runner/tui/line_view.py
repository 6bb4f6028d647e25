"""Many rows of text in a pane: each is styled only when it is seen, none is wrapped, and the reader keeps the place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import RenderOptions
from textual.widget import Widget

R = TypeVar("R")


class LineView(ScrollView, Generic[R], can_focus=True):
    """Shows `rows`; `draw` makes one line of each. Scrolls with arrows, `j k`, pages, `g G`.

    Where it `follows` it stays at the end while rows are added, until the reader scrolls back.
    """

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="lines.down"),
        Binding("k", "scroll_up", "Up", show=False, id="lines.up"),
        Binding("space", "page_down", "Page down", show=False, id="lines.page_down"),
        Binding("b", "page_up", "Page up", show=False, id="lines.page_up"),
        Binding("g", "scroll_home", "Top", show=False, id="lines.top"),
        Binding("G", "scroll_end", "End", show=False, id="lines.end"),
    ]
    DEFAULT_CSS = """
    LineView {
        overflow: auto auto;
        scrollbar-size: 1 1;
        background: $background;
        &:focus { background-tint: $foreground 3%; }
    }
    """

    def __init__(self, draw: Callable[[R], Content], id: str | None = None, follows: bool = False) -> None:
        super().__init__(id=id)
        self.follows = self._may_follow = follows
        self._draw = draw
        self._rows: list[R] = []
        self._widest = 0

    @property
    def rows(self) -> Sequence[R]:
        return self._rows

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.follows = self._may_follow and (self.is_vertical_scroll_end or (self.follows and new_value >= old_value))

    def on_resize(self) -> None:
        self._to_end()

    def _to_end(self) -> None:
        if self.follows:
            self.scroll_end(animate=False, immediate=True, x_axis=False)

    def show(self, rows: Sequence[R]) -> None:
        """Other rows: from the top, or from the end where this view follows what is added."""
        self._rows, self._widest = [], 0
        self._put(rows, 0)
        self.scroll_to(0, 0, animate=False, immediate=True)
        self.follows = self._may_follow
        self.call_after_refresh(self._to_end)

    def add(self, rows: Sequence[R], keep: int) -> None:
        """More rows at the end; the last `keep` stay. One who follows goes along, any other reader stays put."""
        gone = max(0, len(self._rows) + len(rows) - keep)
        self._put(rows, gone)
        if self.follows and not self.is_vertical_scrollbar_grabbed:
            self._to_end()
            self.call_after_refresh(self._to_end)  # a scrollbar that is not there yet lets nothing scroll
        elif gone:
            self.scroll_to(y=max(0, self.scroll_offset.y - gone), animate=False, immediate=True)

    def _put(self, rows: Sequence[R], gone: int) -> None:
        self._rows.extend(rows)
        del self._rows[:gone]
        widths = (cell_len(self._draw(row).plain) for row in rows[-self.size.height - 1 :])
        self._widest = max(self._widest, *widths, 0)
        self._measure()
        self.refresh()

    def _measure(self) -> None:
        """Say how much there is. The whole screen is laid out anew only where a scrollbar comes or goes by it."""
        there = Size(self._widest, len(self._rows))
        has = (self.show_horizontal_scrollbar, self.show_vertical_scrollbar)
        if has != (there.width > self.size.width, there.height > self.size.height):
            self.virtual_size = there
            return
        self.set_reactive(Widget.virtual_size, there)
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.window_virtual_size = there.height
        if self.show_horizontal_scrollbar:
            self.horizontal_scrollbar.window_virtual_size = there.width

    def render_line(self, y: int) -> Strip:
        x, top = self.scroll_offset
        width, index = self.size.width, top + y
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        content = self._draw(self._rows[index])
        length = content.cell_length
        if length > self._widest:
            self._widest = length
            self.call_later(self._measure)
        options = RenderOptions(self._get_style, {"text_wrap": "nowrap", "text_overflow": "clip"})
        content = self._selected(content, index)
        strip = content.render_strips(max(1, length), 1, self.visual_style, options)[0]
        return strip.crop_extend(x, x + width, self.rich_style).apply_offsets(x, index)

    def _selected(self, content: Content, index: int) -> Content:
        selection = self.text_selection
        span = selection.get_span(index) if selection is not None else None
        if span is None:
            return content
        start, end = span
        return content.stylize("reverse", start, len(content.plain) if end == -1 else end)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(self._draw(row).plain for row in self._rows)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
