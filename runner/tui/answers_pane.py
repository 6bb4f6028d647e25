"""The accepted answers, one at a time, as the way there from the learner's own files."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from runner.tui.diff_pane import DiffPane
from runner.tui.records import AcceptedAnswer
from runner.tui.safe import safe_line

SAME = "Your files are this answer, line for line."


class AnswersPane(Vertical, can_focus=False):
    """Says that it compares until it was filled."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._answers: tuple[AcceptedAnswer, ...] = ()
        self._at = 0
        self.filled = False

    def compose(self) -> ComposeResult:
        yield Static("Comparing the accepted answers with your files …", id="answer-head", markup=False)
        yield DiffPane()

    @property
    def several(self) -> bool:
        return len(self._answers) > 1

    def fill(self, answers: tuple[AcceptedAnswer, ...]) -> None:
        self._answers, self._at, self.filled = answers, 0, True
        self._draw()

    def say(self, text: str) -> None:
        self.query_one("#answer-head", Static).update(text)

    def turn(self) -> None:
        """To the next answer, and from the last to the first."""
        self._at = (self._at + 1) % len(self._answers)
        self._draw()

    def focus(self, scroll_visible: bool = True, from_app_focus: bool = False) -> AnswersPane:
        self.query_one(DiffPane).focus(scroll_visible)
        return self

    def _draw(self) -> None:
        if not self._answers:
            self.say("This kata has no accepted answers to show.")
            return
        answer = self._answers[self._at]
        head = Content("\n").join(
            [
                Content.assemble(
                    (f"{self._at + 1} of {len(self._answers)}: {safe_line(answer.title, 160)}", "bold"),
                    (f"  ({safe_line(answer.approach, 120)})", "dim"),
                ),
                Content(safe_line(answer.why, 400)),
                Content.assemble(("- only in yours", "$text-error"), "   ", ("+ only in the answer", "$text-success")),
            ]
        )
        self.query_one("#answer-head", Static).update(head)
        self.query_one(DiffPane).show(answer.diff, SAME)
