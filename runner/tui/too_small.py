"""What is shown while the terminal is too small for any screen: that it is, and that nothing is lost by it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(40, 12)


def is_too_small(size: Size) -> bool:
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmallScreen(ModalScreen[None]):
    """Lies over whatever is open, which goes on beneath; goes by itself once there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "Quit", tooltip="leave; a run under way is ended", id="small.quit")
    ]
    DEFAULT_CSS = "TooSmallScreen { background: $background; } TooSmallScreen Static { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def on_resize(self) -> None:
        self.query_one(Static).update(
            f"Too small: {self.size.width}x{self.size.height}. Prodrill needs {LEAST.width}x{LEAST.height}. "
            "Nothing is lost. q quits."
        )
