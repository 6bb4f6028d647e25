"""After success: debrief, before/after card, accepted answers beside the learner's own. A stop, not a jump."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from runner.catalog.kata import Kata
from runner.reports.card.card import Card
from runner.tui.answers_pane import AnswersPane
from runner.tui.card_pane import CardPane
from runner.tui.desk import Desk, DeskError
from runner.tui.key_bar import KeyBar
from runner.tui.messages import NextRequested
from runner.tui.pane_bar import PaneBar
from runner.tui.reader import Reader
from runner.tui.safe import safe_line

PANES = {"debrief": "1 Debrief", "before-after": "2 Before and after", "answers": "3 Answers"}


class SuccessScreen(Screen[None]):
    HELP = (
        "What came of a kata you solved. 1 is the debrief: what broke, why a fix holds, what to alert on. 2 sets the "
        "broken service and your fix side by side, measured by the same probes; `o` writes it as a picture or a page. "
        "3 shows how the accepted answers differ from your files; `a` goes to the next of them."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "show('debrief')", "Debrief", show=False, id="success.debrief"),
        Binding("2", "show('before-after')", "Card", show=False, id="success.card"),
        Binding("3", "show('answers')", "Answers", show=False, id="success.answers"),
        Binding("tab", "turn", "Turn", tooltip="the next of the three pages", id="success.turn"),
        Binding("o", "write", "Write card", tooltip="the card as .svg, .png or .html", id="success.write"),
        Binding("a", "answer", "Next answer", tooltip="the next accepted answer", id="success.answer"),
        Binding("n", "next", "Next", tooltip="open what comes next in the course", id="success.next"),
        Binding("escape,d", "back", "Back", tooltip="back to the kata", id="success.back"),
    ]
    CSS_PATH = "success_screen.tcss"

    def __init__(self, desk: Desk, kata: Kata, debrief: str) -> None:
        super().__init__()
        self._desk = desk
        self._kata = kata
        self._debrief = debrief
        self._card: Card | None = None

    def compose(self) -> ComposeResult:
        yield Static(safe_line(f"Solved · {self._kata.spec.title}", 200), classes="title", markup=False)
        yield PaneBar(PANES)
        with ContentSwitcher(initial="debrief"):
            yield Reader(self._debrief, id="debrief")
            yield CardPane(id="before-after")
            yield AnswersPane(id="answers")
        yield KeyBar()

    def on_mount(self) -> None:
        self.action_show("debrief")
        self._prepare()

    @work(exclusive=True, group="prepare")
    async def _prepare(self) -> None:
        pane = self.query_one(CardPane)
        try:
            self._card = self._desk.records.card(self._kata)
            await pane.show(self._card)
        except DeskError as error:
            await pane.say(safe_line(str(error), 600))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        shown = self.query_one(PaneBar).shown
        match action:
            case "write":
                return shown == "before-after" and self._card is not None
            case "answer":
                return shown == "answers" and self.query_one(AnswersPane).several
        return True

    def action_show(self, pane: str) -> None:
        self.query_one(PaneBar).shown = pane
        self.query_one(ContentSwitcher).current = pane
        if pane == "answers" and not self.query_one(AnswersPane).filled:
            self.run_worker(self._fill_answers, thread=True, exclusive=True, group="answers")
        self.query_one(f"#{pane}").focus()
        self.refresh_bindings()

    def _fill_answers(self) -> None:
        """Every accepted fix is written out and compared: too long for a key press."""
        pane = self.query_one(AnswersPane)
        try:
            answers = self._desk.records.answers(self._kata)
        except DeskError as error:
            self.app.call_from_thread(pane.say, safe_line(str(error), 600))
            return
        self.app.call_from_thread(pane.fill, answers)
        self.app.call_from_thread(self.refresh_bindings)

    def on_pane_bar_picked(self, event: PaneBar.Picked) -> None:
        self.action_show(event.pane)

    def action_turn(self) -> None:
        names = list(PANES)
        self.action_show(names[(names.index(self.query_one(PaneBar).shown) + 1) % len(names)])

    def action_answer(self) -> None:
        self.query_one(AnswersPane).turn()

    @work
    async def action_write(self) -> None:
        from runner.tui.path_screen import ask_for_file

        if self._card is None:
            return
        question = (
            "Write the card to which file? Its ending says what: .svg, .png or .html (a page that needs nothing else)."
        )
        file = await ask_for_file(self.app, question, f"{self._kata.slug}-card.html")
        if file is None:
            return
        try:
            self.notify(safe_line(f"Written: {self._desk.records.write_card(self._card, file)}", 400), markup=False)
        except DeskError as error:
            self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)

    def action_next(self) -> None:
        self.post_message(NextRequested())

    def action_back(self) -> None:
        self.dismiss(None)
