"""What the service printed, newest last; a reader who scrolled up keeps the place."""

from __future__ import annotations

from textual.widgets import Log

from runner.tui.board import LOG_LINES, Board


class LogPane(Log):
    """The last lines only; never parsed as markup, and fed in batches because each write costs a worker."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id, highlight=False, max_lines=LOG_LINES)
        self.border_title = "service log"

    def show(self, board: Board) -> None:
        if board.fresh_lines:
            lines = list(board.fresh_lines)
            board.fresh_lines.clear()
            self.write_lines(lines)
