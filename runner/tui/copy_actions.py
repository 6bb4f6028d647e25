"""What the workbench does besides running: a hint, and the broken service put back."""

from __future__ import annotations

from pathlib import Path

from textual.screen import Screen

from runner.catalog.kata import Kata
from runner.tui.ask_screen import AskScreen
from runner.tui.desk import Desk, DeskError
from runner.tui.hint_text import hint_markdown
from runner.tui.safe import safe_line
from runner.tui.text_screen import TextScreen


def show_hint(screen: Screen[None], desk: Desk, kata: Kata, criterion_id: str) -> None:
    """The hints of a criterion that its rejected attempts have opened."""
    criterion = kata.criterion(criterion_id)
    try:
        hints = desk.hints(kata, criterion.id)
    except DeskError as error:
        _complain(screen, error)
        return
    screen.app.push_screen(TextScreen(f"hint: {criterion.id}", hint_markdown(criterion, hints), opened_by="h"))


async def reset_copy(screen: Screen[None], desk: Desk, kata: Kata, copy: Path | None) -> None:
    """Ask, then put the broken service back; the learner's files are kept."""
    question = f"Put the broken service back?\n\nYour files in {copy} are kept as a copy first."
    if not await screen.app.push_screen_wait(AskScreen(question)):
        return
    try:
        screen.notify(safe_line(desk.reset(kata), 400), markup=False)
    except DeskError as error:
        _complain(screen, error)


def _complain(screen: Screen[None], error: Exception) -> None:
    screen.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)
