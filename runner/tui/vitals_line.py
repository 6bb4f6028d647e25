"""How the service's process feels now. For display, never for a verdict."""

from __future__ import annotations

from textual.widgets import Static

from runner.tui.board import Board
from runner.tui.words import megabytes


class VitalsLine(Static):
    """One line; `-` where nothing is known, so that it never jumps."""

    def __init__(self) -> None:
        super().__init__(vitals_text(None, 0), markup=False)
        self._text = ""

    def show(self, board: Board, memory_mb: int) -> None:
        text = vitals_text(board, memory_mb)
        if text != self._text:
            self._text = text
            self.update(text, layout=False)


def vitals_text(board: Board | None, memory_mb: int) -> str:
    """`loop delay 3 ms · busy 41 % · memory 84 of 256 MB · handles 12 · CPU 63 %`."""
    vitals = board.vitals if board else None
    if vitals is None:
        return (board.stopped if board else "") or "vitals: shown while the service runs"
    return " · ".join(
        (
            f"loop delay {vitals.loop_delay_ms:.0f} ms",
            f"busy {vitals.loop_utilization:.0%}",
            f"RSS {megabytes(vitals.rss_bytes).removesuffix(' MB')}/{memory_mb} MB",
            f"handles {vitals.handles}",
            f"CPU {vitals.cpu_share:.0%}",
        )
    )
