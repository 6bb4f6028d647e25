"""The criteria of a kata with their verdicts as they come: a glyph, the sentence, a word."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runner.catalog.kata import Criterion
from runner.tui.board import Board
from runner.tui.safe import safe_line
from runner.tui.words import VERDICT_GLYPHS, VERDICT_STYLES

ROWS_FOR_SENTENCES = 30
LINES = 3


class CriteriaList(OptionList, inherit_bindings=False):
    """One option a criterion; page keys are left to the pane beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", show=False, id="criteria.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="criteria.up"),
        Binding("enter", "select", "Evidence", show=False, id="criteria.select"),
    ]

    def __init__(self, criteria: tuple[Criterion, ...]) -> None:
        super().__init__(*(Option(Content(c.id), id=c.id) for c in criteria), markup=False, compact=True)
        self._criteria = criteria
        self._shown: dict[str, Content] = {}

    @property
    def chosen(self) -> str:
        """The id of the criterion under the cursor."""
        return self._criteria[self.highlighted or 0].id

    def choose(self, criterion: str) -> None:
        self.highlighted = [c.id for c in self._criteria].index(criterion)

    def show(self, board: Board) -> None:
        """Redraw the rows that changed; sentences are cut to a line where the terminal is low."""
        in_full = self.screen.size.height >= ROWS_FOR_SENTENCES
        for criterion in self._criteria:
            row = criterion_row(criterion, board, self.size.width, in_full)
            if row != self._shown.get(criterion.id):
                self._shown[criterion.id] = row
                self.replace_option_prompt(criterion.id, row)


def criterion_row(criterion: Criterion, board: Board, width: int, in_full: bool) -> Content:
    """The sentence on one line, or on three where there is room; the verdict's word at the end of the first."""
    glyph, style, word = _state(criterion.id, board)
    room = max(20, width - len(word) - 4)
    sentence = safe_line(criterion.sentence, 400)
    lines = _wrap(sentence, room) if in_full else [_cut(sentence, room)]
    first = Content.assemble((f"{glyph} ", style), lines[0].ljust(room), (f"  {word}", style))
    return Content("\n").join([first, *(Content(f"  {line}") for line in lines[1:])])


def _state(criterion: str, board: Board) -> tuple[str, str, str]:
    result = board.results.get(criterion)
    if result is not None:
        verdict = result.finding.verdict
        return VERDICT_GLYPHS[verdict], VERDICT_STYLES[verdict], verdict.value
    if board.probing == criterion:
        return "▶", "$text-primary bold", f"round {board.round}" if board.round > 1 else "probing"
    return "·", "dim", "waiting" if board.running and not board.by_hand else ""


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _wrap(text: str, width: int) -> list[str]:
    import textwrap

    lines = textwrap.wrap(text, width) or [""]
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], _cut(" ".join(lines[LINES - 1 :]), width)]
