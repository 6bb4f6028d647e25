"""Asks for a file's name, over whatever is open."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from runner.tui.safe import safe_line, safe_text


class PathScreen(ModalScreen[Path | None]):
    """The file named, or None; `~` is the learner's home, and a bare name is in the folder of `suggested`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", priority=True, id="path.close"),
    ]

    def __init__(self, question: str, suggested: Path) -> None:
        super().__init__(classes="-modal")
        self._question = safe_text(question)
        self._suggested = suggested

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static(self._question, markup=False)
            yield Input(safe_line(self._suggested.name, 300), select_on_focus=False)
            yield Static(safe_line(f"in {self._suggested.parent}, or a whole path", 300), classes="muted", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        self.dismiss(self._suggested.parent / Path(name).expanduser() if name else None)

    def action_close(self) -> None:
        self.dismiss(None)


def suggested(name: str) -> Path:
    """A file of that name in the folder the app was started in, or at home where that cannot be written."""
    import os

    here = Path.cwd()
    return (here if os.access(here, os.W_OK) else Path.home()) / name
