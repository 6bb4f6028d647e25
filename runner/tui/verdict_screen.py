"""One verdict on a page of its own: why it is as it is, and every way on from there."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from runner.catalog.kata import Criterion
from runner.record.finding import Verdict
from runner.record.report import CriterionResult
from runner.tui.evidence_chart import EvidenceChart
from runner.tui.key_bar import KeyBar
from runner.tui.moment import Moment
from runner.tui.safe import safe_line
from runner.tui.series_picker import SeriesPicker
from runner.tui.verdict_text import body_text, head_text, next_text

Wish = Literal["verify", "lesson", "hint"] | None


class Judged(Struct, frozen=True):
    """All that the page says. `rerun` is the command that repeats it; `neighbours` is who else was busy."""

    criterion: Criterion
    result: CriterionResult
    moment: Moment
    rerun: str = ""
    neighbours: tuple[str, ...] = ()


class VerdictScreen(Screen[Wish]):
    """Left with what the learner wants next, or None."""

    HELP = (
        "A verdict and its reasons: the chart of what was measured with its limit, the events that decided it, what "
        "the service printed then, and lines to see it again by hand."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "wish('lesson')", "Lesson", tooltip="the page that explains it", id="verdict.lesson"),
        Binding("h", "wish('hint')", "Hint", tooltip="the next hint", id="verdict.hint"),
        Binding("v", "wish('verify')", "Verify again", tooltip="judge your copy again", id="verdict.verify"),
        Binding("s", "series", "Next chart", tooltip="the next thing that was measured", id="verdict.series"),
        Binding("y", "copy('reproduce')", "Copy", tooltip="copy the line to see it by hand", id="verdict.copy"),
        Binding("Y", "copy('rerun')", "Copy rerun", tooltip="copy the command that runs it again", id="verdict.rerun"),
        Binding("escape", "back", "Back", tooltip="back to the workbench", id="verdict.back"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="verdict.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="verdict.up"),
        Binding("space,pagedown", "page(1)", "Page down", show=False, id="verdict.page_down"),
        Binding("b,pageup", "page(-1)", "Page up", show=False, id="verdict.page_up"),
    ]
    CSS_PATH = "verdict_screen.tcss"

    def __init__(self, judged: Judged, may_verify: bool) -> None:
        super().__init__()
        self._judged = judged
        self._may_verify = may_verify
        self._picker = SeriesPicker()

    def compose(self) -> ComposeResult:
        yield Static(safe_line(f"Verdict  ·  {self._judged.criterion.id}", 200), classes="title", markup=False)
        with VerticalScroll(id="page"):
            yield Static(id="verdict-head", markup=False)
            yield Static(id="verdict-next", markup=False)
            yield Static(id="verdict-series", markup=False)
            yield EvidenceChart()
            yield Static(id="verdict-body", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        judged, finding = self._judged, self._judged.result.finding
        width = self.query_one("#page", VerticalScroll).scrollable_content_region.width
        self.query_one("#verdict-head", Static).update(head_text(judged.criterion, finding, width))
        shown = self._picker.picked(finding.series)
        self.query_one(EvidenceChart).show(shown)
        note = self.query_one("#verdict-series", Static)
        note.update(self._picker.note(finding.series))
        note.display = bool(self._picker.note(finding.series))
        body = body_text(judged.criterion, judged.result, judged.moment, judged.rerun, judged.neighbours, width)
        self.query_one("#verdict-body", Static).update(body)
        todo = next_text(finding, judged.criterion.lesson)
        self.query_one("#verdict-next", Static).update(todo)
        self.query_one("#verdict-next").display = bool(todo.plain)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        finding = self._judged.result.finding
        match action, parameters:
            case "wish", ("lesson",):
                return bool(self._judged.criterion.lesson)
            case "wish", ("hint",):
                return finding.verdict is Verdict.FAILED
            case "wish", ("verify",):
                return self._may_verify
            case "copy", ("reproduce",):
                return bool(finding.reproduce)
            case "copy", ("rerun",):
                return bool(self._judged.rerun)
            case "series", _:
                return self._picker.count(finding.series) > 1
        return True

    def action_wish(self, wish: Wish) -> None:
        self.dismiss(wish)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_series(self) -> None:
        self._picker.next()
        self._draw()

    def action_copy(self, what: str) -> None:
        text = self._judged.rerun if what == "rerun" else self._judged.result.finding.reproduce
        self.app.copy_to_clipboard(text)
        self.notify(safe_line(text, 200), title="copied", markup=False)

    def action_scroll(self, way: int) -> None:
        self.query_one("#page").scroll_relative(y=way, animate=False)

    def action_page(self, way: int) -> None:
        page = self.query_one("#page")
        page.scroll_page_down(animate=False) if way > 0 else page.scroll_page_up(animate=False)
