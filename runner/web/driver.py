"""Textual's web driver, for a tab that may be gone at any moment: then the app leaves as after a closed terminal."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from textual.drivers.web_driver import WebDriver
from textual.events import AppFocus


class TabDriver(WebDriver):
    """Chosen by `TEXTUAL_DRIVER`; standard input is the app's life line."""

    def start_application_mode(self) -> None:
        """A tab that was opened is in front, where the web driver takes it to be behind and hides the keys."""
        super().start_application_mode()
        self._app.call_later(self._app.post_message, AppFocus())

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():  # the input ended and the app did not: whoever served the tab is gone
            os.kill(os.getpid(), signal.SIGHUP)

    def write(self, data: str) -> None:
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        with suppress(BrokenPipeError):
            super().write_meta(data)
