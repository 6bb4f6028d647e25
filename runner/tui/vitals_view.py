"""How the service's process feels now, and lately. For display, never for a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widgets import Static

from runner.record.events import VitalsSampled
from runner.tui.board import Board
from runner.tui.words import megabytes

_BARS = "▁▂▃▄▅▆▇█"
_LABEL, _VALUE = 13, 12
NOTHING_YET = "vitals: shown while the service runs"


class VitalsView(Static):
    """One line where there is little room; a row for each vital, with its last seconds, where there is more."""

    def __init__(self) -> None:
        super().__init__(NOTHING_YET, markup=False)
        self._shown = Content()

    def show(self, board: Board, memory_mb: int) -> None:
        tall = self.size.height >= len(ROWS)
        text = vitals_rows(board, memory_mb, self.size.width) if tall else Content(vitals_text(board, memory_mb))
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)


def vitals_text(board: Board, memory_mb: int) -> str:
    """`loop delay 3 ms  busy 41%  RSS 84/256 MB  CPU 63%  sockets 4  in flight 2`."""
    vitals = board.vitals
    if vitals is None:
        return board.stopped or NOTHING_YET
    short = (("loop delay", 0), ("busy", 1), ("RSS", 2), ("CPU", 3), ("sockets", 4), ("in flight", 5))
    return "  ".join(f"{name} {ROWS[index][1](vitals, memory_mb)}" for name, index in short)


def vitals_rows(board: Board, memory_mb: int, width: int) -> Content:
    """A row a vital: its name, its value, and a bar for each of its last samples."""
    if board.vitals is None and not board.vitals_lately:
        return Content.assemble((board.stopped or NOTHING_YET, "dim"))
    latest = board.vitals or board.vitals_lately[-1]
    rows: list[Content] = []
    for name, told, figure in ROWS:
        value = told(latest, memory_mb)
        past = [figure(sample) for sample in board.vitals_lately][-max(0, width - _LABEL - _VALUE - 1) :]
        top = memory_mb * 2**20 if name == "RSS" else 1.0 if name in ("loop busy", "CPU") else 0.0
        rows.append(
            Content.assemble((f"{name:<{_LABEL}}", "dim"), f"{value:>{_VALUE}} ", (bars(past, top), "$text-primary"))
        )
    if board.vitals is None:
        rows.append(Content.assemble((board.stopped or "the service has ended", "dim")))
    return Content("\n").join(rows)


def bars(values: Sequence[float], top: float = 0.0) -> str:
    """A bar a value, from 0 to `top` or to the highest of them."""
    top = max(top, *values, 1e-9) if values else 1.0
    return "".join(_BARS[min(len(_BARS) - 1, int(max(0.0, value) / top * len(_BARS)))] for value in values)


def _rss(vitals: VitalsSampled, memory_mb: int) -> str:
    return f"{megabytes(vitals.rss_bytes).removesuffix(' MB')}/{memory_mb} MB"


Told = Callable[[VitalsSampled, int], str]
Figure = Callable[[VitalsSampled], float]
ROWS: tuple[tuple[str, Told, Figure], ...] = (
    ("loop delay", lambda v, _: f"{v.loop_delay_ms:.0f} ms", lambda v: v.loop_delay_ms),
    ("loop busy", lambda v, _: f"{v.loop_utilization:.0%}", lambda v: v.loop_utilization),
    ("RSS", _rss, lambda v: v.rss_bytes),
    ("CPU", lambda v, _: f"{v.cpu_share:.0%}", lambda v: v.cpu_share),
    ("open sockets", lambda v, _: f"{v.open_sockets}", lambda v: v.open_sockets),
    ("in flight", lambda v, _: f"{v.in_flight}", lambda v: v.in_flight),
)
