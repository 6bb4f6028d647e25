"""What the app does when a screen asks for what was done: success, attempts, all progress, the certificate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runner.tui.desk import Desk, DeskError
from runner.tui.messages import CertificateRequested, DebriefRequested, HistoryRequested, ProgressRequested
from runner.tui.safe import safe_line

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from runner.tui.verification import Verify

    _Base = App[None]
else:
    _Base = object


class RecordRoutes(_Base):
    """Mixed into the app, which has the desk and the verifier."""

    _desk: Desk
    _verify: Verify

    def on_debrief_requested(self, message: DebriefRequested) -> None:
        from runner.tui.success_screen import SuccessScreen

        def made() -> SuccessScreen:
            kata = self._desk.kata(message.slug)
            return SuccessScreen(self._desk, kata, self._desk.debrief(kata))

        self._opened(made)

    def on_history_requested(self, message: HistoryRequested) -> None:
        from runner.tui.history_screen import HistoryScreen

        self._opened(lambda: HistoryScreen(self._desk, self._desk.kata(message.slug)))

    def on_progress_requested(self, message: ProgressRequested) -> None:
        from runner.tui.progress_screen import ProgressScreen

        self.push_screen(ProgressScreen(self._desk))

    def on_certificate_requested(self, message: CertificateRequested) -> None:
        from runner.tui.certificate_screen import CertificateScreen

        self.push_screen(CertificateScreen(self._desk, self._verify))

    def _opened(self, made: Callable[[], Screen[None]]) -> None:
        try:
            self.push_screen(made())
        except DeskError as error:
            self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)
