"""The names of the panes in one line, with the key that shows each; the one shown is marked."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static


class PaneBar(Static):
    """`[1 Incident]  2 Evidence   3 Log`: brackets as well as colour say which is shown; `panes` holds these words."""

    shown: reactive[str] = reactive("")
    panes: reactive[dict[str, str]] = reactive({})

    class Picked(Message):
        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, panes: dict[str, str]) -> None:
        super().__init__(markup=False)
        self.set_reactive(PaneBar.panes, panes)

    def render(self) -> Content:
        return Content(" ").join(
            Content.assemble((self._label(pane), "bold reverse" if pane == self.shown else "dim"))
            for pane in self.panes
        )

    def _label(self, pane: str) -> str:
        text = self.panes[pane]
        return f"[{text}]" if pane == self.shown else f" {text} "

    def on_click(self, event: Click) -> None:
        end = 0
        for pane in self.panes:
            end += len(self._label(pane)) + 1
            if event.x < end:
                self.post_message(self.Picked(pane))
                return
