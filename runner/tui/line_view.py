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

R = TypeVar("R")


class LineView(ScrollView, Generic[R], can_focus=True):
    """Shows `rows`; `draw` makes one line of each. Scrolls with arrows, `j k`, pages, `g G`."""

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

    def __init__(self, draw: Callable[[R], Content], id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._rows: list[R] = []
        self._widest = 0

    @property
    def rows(self) -> Sequence[R]:
        return self._rows

    @property
    def is_at_end(self) -> bool:
        return self.is_vertical_scroll_end

    def show(self, rows: Sequence[R]) -> None:
        """Other rows from the top."""
        self._rows, self._widest = [], 0
        self.scroll_to(0, 0, animate=False, immediate=True)
        self._put(rows, 0)

    def add(self, rows: Sequence[R], keep: int) -> None:
        """More rows at the end, of which the last `keep` stay. A reader at the end goes along, any other stays put."""
        at_end, gone = self.is_at_end, max(0, len(self._rows) + len(rows) - keep)
        self._put(rows, gone)
        if at_end and not self.is_vertical_scrollbar_grabbed:
            self.scroll_end(animate=False, immediate=True, x_axis=False)
        elif gone:
            self.scroll_to(y=max(0, self.scroll_offset.y - gone), animate=False, immediate=True)

    def _put(self, rows: Sequence[R], gone: int) -> None:
        self._rows.extend(rows)
        del self._rows[:gone]
        widths = (cell_len(self._draw(row).plain) for row in rows[-self.size.height - 1 :])
        self._widest = max(self._widest, *widths, 0)
        self.virtual_size = Size(self._widest, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        x, top = self.scroll_offset
        width, index = self.size.width, top + y
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        content = self._draw(self._rows[index])
        length = content.cell_length
        if length > self._widest:
            self._widest = length
            self.call_later(self._widen)
        options = RenderOptions(self._get_style, {"text_wrap": "nowrap", "text_overflow": "clip"})
        content = self._selected(content, index)
        strip = content.render_strips(max(1, length), 1, self.visual_style, options)[0]
        return strip.crop_extend(x, x + width, self.rich_style).apply_offsets(x, index)

    def _widen(self) -> None:
        self.virtual_size = Size(self._widest, len(self._rows))

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
