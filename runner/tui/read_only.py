"""What is off where another app is open on the learner's work: every key that would change something.

The store refuses changes by itself then; this keeps the keys out of sight, so that nobody runs into that.
"""

from __future__ import annotations

from runner.tui.desk import Desk

CHANGING = frozenset(
    {"verify", "watch", "edit", "edit_here", "reset", "reset_all", "restore", "undo", "undo_all", "hint", "import"}
)
"""Names of actions, on whatever screen."""


def is_off(desk: Desk, action: str) -> bool:
    return bool(desk.read_only) and action in CHANGING


def titled(desk: Desk, title: str) -> str:
    """A screen's title, which says so where nothing can be changed."""
    return f"{title}  ·  read only" if desk.read_only else title
