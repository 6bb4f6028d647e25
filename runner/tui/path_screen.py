"""Asks for a file's name, over whatever is open."""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

from runner.tui.line_screen import LineScreen


async def ask_for_file(app: App[None], question: str, name: str) -> Path | None:
    """The file named, or None; `~` is the learner's home, and a bare name is in the folder the app was started in.

    Where that cannot be written it is in the learner's home. To be awaited in a worker.
    """
    here = Path.cwd()
    folder = here if os.access(here, os.W_OK) else Path.home()
    typed = await app.push_screen_wait(LineScreen(question, name, f"in {folder}, or a whole path"))
    return folder / Path(typed).expanduser() if typed else None
