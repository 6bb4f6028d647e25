"""The app: mounts the screens, routes what they ask for, binds the keys that act everywhere."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from runner.catalog.blocks import Block
from runner.catalog.kata import Kata
from runner.record.events import Event
from runner.record.tries import TryEvent
from runner.tui.desk import Desk, DeskError
from runner.tui.heap import settle
from runner.tui.map_screen import MapScreen
from runner.tui.messages import KataRequested, LessonRequested
from runner.tui.record_routes import RecordRoutes
from runner.tui.safe import safe_line
from runner.tui.theme import DARK, LIGHT, first_theme
from runner.tui.verification import Verify

if TYPE_CHECKING:
    from runner.tui.lesson_screen import TryOut


class ProdrillApp(RecordRoutes, App[None]):
    """The course and the workbench over one `Desk`; `verify` gives the events of a verification, `try_out` of a try."""

    TITLE = "Prodrill"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?", tooltip="this page", id="app.help"),
        Binding("T", "theme", "Theme", show=False, tooltip="dark or light", id="app.theme"),
        Binding("q", "quit", "Quit", tooltip="leave; a run under way is ended", id="app.quit"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit_always"),
    ]

    def __init__(self, desk: Desk, verify: Verify, try_out: TryOut, kata: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._verify = verify
        self._try_out = try_out
        self._first_kata = kata
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = first_theme()

    def get_default_screen(self) -> Screen[None]:
        return MapScreen(self._desk)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                loop.add_signal_handler(getattr(signal, name), self._leave)
        if self._first_kata:
            self.post_message(KataRequested(self._first_kata))

    def _leave(self) -> None:
        self.action_help_quit()

    async def action_quit(self) -> None:
        """End what is running, then leave; the terminal is given back in every case."""
        from runner.tui.certificate_screen import CertificateScreen
        from runner.tui.kata_screen import KataScreen
        from runner.tui.lesson_screen import LessonScreen

        try:
            for screen in self.screen_stack:
                if isinstance(screen, KataScreen | LessonScreen | CertificateScreen):
                    await screen.stop()
        finally:
            self.exit()

    def action_help_quit(self) -> None:
        """Ctrl-C leaves, as it does everywhere else (with text selected it copies instead)."""
        self.call_later(self.action_quit)

    def action_theme(self) -> None:
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_help(self) -> None:
        from runner.tui.help_text import help_markdown
        from runner.tui.text_screen import TextScreen

        if not self.screen.is_modal:
            self.push_screen(TextScreen("help", help_markdown(self.screen), opened_by="question_mark"))

    def on_kata_requested(self, message: KataRequested) -> None:
        from runner.tui.kata_screen import KataScreen

        try:
            kata = self._desk.kata(message.slug)
        except DeskError as error:
            self._complain(error)
            return
        self._to_the_map()
        self.push_screen(KataScreen(self._desk, kata, self._verify))

    def on_lesson_requested(self, message: LessonRequested) -> None:
        from runner.tui.lesson_screen import LessonScreen

        try:
            lesson = self._desk.lesson(message.slug)
        except DeskError as error:
            self._complain(error)
            return
        names = [page.name for page in lesson.pages]
        if message.page and message.page in names:
            lesson = replace(lesson, place=names.index(message.page))
        self.push_screen(LessonScreen(self._desk, lesson, self._try_out))

    def on_next_requested(self) -> None:
        self._to_the_map()
        if isinstance(self.screen, MapScreen):
            self.call_later(self.screen.action_next)

    def _to_the_map(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)


def open_app(kata: str = "", sandbox: str = "auto") -> None:
    """Run the app over the learner's own state until it is left; `kata` is opened at once.

    `sandbox` is `auto`, `docker` or `process`.
    Raises `LearnerError` where the learner's folder or file of state cannot be used.
    """
    from runner.learner.home import open_store, workspace_root
    from runner.tui.learner_desk import LearnerDesk

    with open_store() as store:
        desk = LearnerDesk(store, workspace_root(store), sandbox)
        settle()
        ProdrillApp(desk, _verifier_in(sandbox), _trier_in(sandbox), kata).run()


def _trier_in(sandbox: str) -> TryOut:
    def tried(block: Block) -> AsyncIterator[TryEvent]:
        from runner.verifier.tryout import TryRequest, try_out

        return try_out(TryRequest(block.name, block.code, block.language, sandbox))

    return tried


def _verifier_in(sandbox: str) -> Verify:
    def verified(kata: Kata, source: Path, histories: Path) -> AsyncIterator[Event]:
        # Imported here: nothing of the engine is needed for the first paint.
        from runner.verifier import VerifyRequest, verify

        return verify(VerifyRequest(kata=kata, source=source, sandbox=sandbox, histories=histories))

    return verified
