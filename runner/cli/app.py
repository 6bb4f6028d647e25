"""Opens the app, where there is a terminal to open it in."""

from __future__ import annotations

import os
import sys

from runner.cli.errors import UserError
from runner.cli.output import is_terminal
from runner.cli.plain import is_plain

_BY_COMMANDS = (
    "All of it works by commands as well: `prodrill lesson` lists the lessons and `prodrill list` the katas, "
    "`prodrill start KATA` begins one, `prodrill verify KATA` judges it, `prodrill --help` shows the rest."
)


def open_app(sandbox: str = "auto") -> int:
    """Runs the Textual app until it is left, and gives its exit code. Raises `UserError` where it cannot be drawn."""
    if is_plain():
        raise UserError(f"the app is drawn on a screen, and plain text was asked for. {_BY_COMMANDS}")
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UserError(f"the app needs a terminal, and this is none. {_BY_COMMANDS}")
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise UserError(
            f"the app cannot draw on a terminal of TERM={os.environ['TERM']}. "
            "Set TERM to what your terminal is (xterm-256color fits most), or begin with `prodrill list`."
        )
    from runner.tui.opening import open_app as open_textual_app

    return open_textual_app(sandbox=sandbox)
