"""What a kata's workbench can go back to: whether there are attempts, and whether replaced files can be had back."""

from __future__ import annotations

from runner.catalog.kata import Kata
from runner.tui.desk import Desk


class Past:
    """Looked up by `look` and not at every question of the footer, which asks often."""

    def __init__(self, desk: Desk, kata: Kata) -> None:
        self._desk = desk
        self._kata = kata
        self.has_attempts = False
        self.can_undo = False

    def look(self) -> None:
        """To be called when the learner comes to the workbench, and after a run or a change of files. DeskError."""
        records = self._desk.records
        self.has_attempts = bool(records.attempts(self._kata))
        self.can_undo = records.may_change and records.can_undo(self._kata)

    def undo(self) -> str:
        """Put back what the last reset, restore or import replaced, and say so. Raises `DeskError`."""
        try:
            return self._desk.records.undo(self._kata)
        finally:
            self.look()
