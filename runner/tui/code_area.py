"""A text area for code, coloured by Pygments: the native parsers that Textual can use are not needed, nor trusted."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.content import Content
from textual.timer import Timer
from textual.widgets import TextArea

from runner.tui.file_text import MOST_HIGHLIGHTED, styled_lines

SETTLE_S = 0.15


class CodeArea(TextArea):
    """Colours follow a moment after the typing; a line that changed meanwhile is plain until then."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, soft_wrap=False, tab_behavior="indent", show_line_numbers=True)
        self.indent_width = 2
        self._file_name = name
        self._coloured: dict[int, tuple[str, Text]] = {}
        self._settling: Timer | None = None

    def on_mount(self) -> None:
        self._colour()

    def on_text_area_changed(self) -> None:
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE_S, self._colour)

    def get_line(self, line_index: int) -> Text:
        plain = super().get_line(line_index)
        known, styled = self._coloured.get(line_index, ("", plain))
        return styled.copy() if known == plain.plain else plain

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.call_later(self._colour)

    def _colour(self) -> None:
        text = self.document.text
        if len(text) > MOST_HIGHLIGHTED:
            return
        lines = self.document.lines
        styled = styled_lines("\n".join(lines), self._file_name)
        self._coloured = {
            index: (line, self._as_text(content))
            for index, (line, content) in enumerate(zip(lines, styled, strict=False))
            if content.plain == line
        }
        super().notify_style_update()  # forgets the lines that were drawn
        self.refresh()

    def _as_text(self, content: Content) -> Text:
        """Rich's text, which the area draws, with the colours of the theme."""
        text = Text(end="", no_wrap=True)
        for part, style in content.render(self.visual_style, end="", parse_style=self._get_style):
            full = style.rich_style
            text.append(part, Style(color=full.color, bold=full.bold, italic=full.italic, underline=full.underline))
        return text
