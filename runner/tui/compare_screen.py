"""Two attempts side by side: numbers and charts of both, and what changed in the code between them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from runner.reports.card.card import Card
from runner.tui.card_pane import CardPane
from runner.tui.diff_pane import DiffPane
from runner.tui.key_bar import KeyBar
from runner.tui.pane_bar import PaneBar
from runner.tui.safe import safe_line

PANES = {"evidence": "1 Numbers and charts", "code": "2 Code"}


class CompareScreen(Screen[None]):
    HELP = (
        "Two attempts: the older is `before`, drawn shaded; the newer is `after`, drawn as a line. 1 shows the numbers "
        "and the charts, 2 what changed in the files."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "show('evidence')", "Numbers", show=False, id="compare.evidence"),
        Binding("2", "show('code')", "Code", show=False, id="compare.code"),
        Binding("tab", "turn", "Turn", tooltip="numbers and charts, or code", id="compare.turn"),
        Binding("escape,c", "back", "Back", tooltip="back to the attempts", id="compare.back"),
    ]
    CSS_PATH = "success_screen.tcss"

    def __init__(self, title: str, pair: tuple[int, int], card: Card, code: str) -> None:
        super().__init__()
        self._heading = f"Attempt {pair[0]} and attempt {pair[1]} · {title}"
        self._card = card
        self._code = code

    def compose(self) -> ComposeResult:
        yield Static(safe_line(self._heading, 200), classes="title", markup=False)
        yield PaneBar(PANES)
        with ContentSwitcher(initial="evidence"):
            yield CardPane(id="evidence")
            yield DiffPane(id="code")
        yield KeyBar()

    async def on_mount(self) -> None:
        await self.query_one(CardPane).show(self._card)
        self.query_one(DiffPane).show(self._code)
        self.action_show("evidence")

    def action_show(self, pane: str) -> None:
        self.query_one(PaneBar).shown = pane
        self.query_one(ContentSwitcher).current = pane
        self.query_one(f"#{pane}").focus()

    def on_pane_bar_picked(self, event: PaneBar.Picked) -> None:
        self.action_show(event.pane)

    def action_turn(self) -> None:
        self.action_show("code" if self.query_one(PaneBar).shown == "evidence" else "evidence")

    def action_back(self) -> None:
        self.dismiss(None)
