"""Opens the app, where there is a terminal to open it in."""

from __future__ import annotations

import os
import sys

from runner.cli.errors import UserError
from runner.cli.output import is_terminal


def open_app(sandbox: str = "auto") -> None:
    """Runs the Textual app until it is left. Raises `UserError` without a terminal it could draw on."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UserError(
            "the app needs a terminal, and this is none. "
            "`prodrill list` shows the katas and `prodrill --help` the commands, which work without one."
        )
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise UserError(
            f"the app cannot draw on a terminal of TERM={os.environ['TERM']}. "
            "Set TERM to what your terminal is (xterm-256color fits most), or begin with `prodrill list`."
        )
    from runner.tui.app import open_app as open_textual_app

    open_textual_app(sandbox=sandbox)
