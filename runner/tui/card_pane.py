"""A card in the app: numbers beside their limits, charts of both sides, the metric to alert on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ItemGrid, VerticalScroll
from textual.widgets import Static

from runner.reports.card.card import Card
from runner.tui.card_text import alert_text, foot_text, head_text, numbers_text
from runner.tui.overlay_chart import OverlayChart

CHART_WIDTH = 56


class CardPane(VerticalScroll):
    """Empty until `show`; scrolls with the keys a pager has."""

    BINDINGS = [  # noqa: RUF012  as the base declares it
        Binding("j", "scroll_down", "Down", show=False, id="card.down"),
        Binding("k", "scroll_up", "Up", show=False, id="card.up"),
        Binding("space", "page_down", "Page down", show=False, id="card.page_down"),
        Binding("b", "page_up", "Page up", show=False, id="card.page_up"),
    ]

    async def show(self, card: Card) -> None:
        await self.remove_children()
        await self.mount_all(self._parts(card))
        self.scroll_home(animate=False)

    async def say(self, text: str) -> None:
        """A sentence in place of a card."""
        await self.remove_children()
        await self.mount(Static(text, markup=False, classes="card-part"))

    def _parts(self, card: Card) -> ComposeResult:
        yield Static(head_text(card), markup=False, classes="card-part")
        yield Static(numbers_text(card), markup=False, classes="card-part")
        if card.charts:
            yield ItemGrid(*(OverlayChart(each) for each in card.charts), min_column_width=CHART_WIDTH)
        yield Static(alert_text(card), markup=False, classes="card-part")
        yield Static(foot_text(card), markup=False, classes="card-part")
