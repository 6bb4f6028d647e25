"""The app: mounts the screens, routes what they ask for, binds the keys that act everywhere."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from msgspec.structs import replace
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Input, TextArea

from runner.learner.settings import Settings
from runner.tui.desk import CourseMap, Desk, DeskError
from runner.tui.map_screen import MapScreen
from runner.tui.messages import KataRequested, LessonRequested
from runner.tui.record_routes import RecordRoutes
from runner.tui.safe import safe_line
from runner.tui.signals import leave_for_certain, leaving_by_signals, terminal_is_gone, write_nowhere
from runner.tui.theme import THEMES, first_theme, theme_after
from runner.tui.too_small import TooSmallScreen, is_too_small
from runner.tui.verification import Verify

if TYPE_CHECKING:
    from runner.tui.lesson_screen import TryOut


def _commands() -> type[Provider]:
    # Imported when first opened: the palette is not needed for the first paint.
    from runner.tui.palette import ValidCommands

    return ValidCommands


@runtime_checkable
class Runs(Protocol):
    """A screen with something under way: `stop` ends it and waits until nothing of it is left."""

    async def stop(self) -> None: ...


class ProdrillApp(RecordRoutes, App[None]):
    """The course and the workbench over one `Desk`; `verify` gives the events of a verification, `try_out` of a try.

    `settings` gives theme, keys and editor. Raises `SettingsError` for keys that cannot hold.
    """

    TITLE = "Prodrill"
    CSS_PATH = "app.tcss"
    COMMANDS = {_commands}  # noqa: RUF012  the base declares no ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?", tooltip="what can be done here", id="app.help"),
        Binding("ctrl+p", "command_palette", "Find", tooltip="all that can be done now, by name", id="app.palette"),
        Binding("T", "theme", "Theme", show=False, tooltip="dark, light, or the terminal's colours", id="app.theme"),
        Binding("q", "quit", "Quit", tooltip="leave; a run under way is ended", id="app.quit"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit_always"),
    ]

    def __init__(
        self, desk: Desk, verify: Verify, try_out: TryOut, kata: str = "", settings: Settings | None = None
    ) -> None:
        super().__init__()
        self._desk = desk
        self._verify = verify
        self._try_out = try_out
        self._first_kata = kata
        self.settings = settings or Settings()
        self._until_left = ExitStack()
        self._help_keys = "question_mark"
        for theme, _ in THEMES.values():
            self.register_theme(theme)
        self.theme = first_theme(self.settings.theme)
        if self.settings.keys:
            from runner.tui.keys import check_keys

            keymap = check_keys(self.settings.keys)
            self.set_keymap(keymap)
            self._help_keys = keymap.get("app.help", self._help_keys)

    def get_default_screen(self) -> Screen[None]:
        return MapScreen(self._desk)

    def on_mount(self) -> None:
        self._until_left.enter_context(leaving_by_signals(self._leave))
        if self._desk.read_only:
            self.notify(safe_line(self._desk.read_only, 400), title="read only", timeout=15, markup=False)
        if self._first_kata:
            self.post_message(KataRequested(self._first_kata))

    def on_unmount(self) -> None:
        self._until_left.close()

    def on_resize(self, event: Resize) -> None:
        """A terminal too small to show anything says so; what is open goes on beneath."""
        covered = isinstance(self.screen, TooSmallScreen)
        if is_too_small(event.size) and not covered:
            self.push_screen(TooSmallScreen())
        elif covered and not is_too_small(event.size):
            self.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is typed, its letters are no commands."""
        typing = isinstance(self.focused, Input | TextArea)
        return not (typing and action in {"help", "theme", "quit"})

    # -- leaving

    def _leave(self, number: int) -> None:
        if terminal_is_gone():
            write_nowhere()
            self._until_left.enter_context(self.batch_update())
        self.call_later(self._quit, 128 + number)

    async def action_quit(self) -> None:
        await self._quit(0)

    async def _quit(self, code: int) -> None:
        """End what is running, then leave; the terminal is given back in every case."""
        try:
            for screen in self.screen_stack:
                if isinstance(screen, Runs):
                    await screen.stop()
        finally:
            if terminal_is_gone():
                leave_for_certain(code)
            self.exit(return_code=code)

    def action_help_quit(self) -> None:
        """Ctrl-C leaves, as it does everywhere else (with text selected it copies instead)."""
        self.call_later(self.action_quit)

    # -- what acts everywhere

    def action_theme(self) -> None:
        self.choose_theme(theme_after(self.theme))

    def choose_theme(self, name: str) -> None:
        """`name` is one that the settings take."""
        self.theme = THEMES[name][0].name
        self.clear_notifications()
        self.notify(f'To keep it: theme = "{name}" in your settings.', title=f"theme: {name}", timeout=4, markup=False)

    def action_help(self) -> None:
        from runner.tui.help_text import help_markdown
        from runner.tui.text_screen import TextScreen

        if not self.screen.is_modal:
            self.push_screen(TextScreen("help", help_markdown(self.screen), opened_by=self._help_keys))

    def course_now(self) -> CourseMap:
        try:
            return self._desk.course_map()
        except DeskError as error:
            self._complain(error)
            return CourseMap(())

    def open_entry(self, kind: str, slug: str) -> None:
        """Open a lesson or a kata, from wherever the learner is."""
        if kind == "lesson":
            self._to_the_map()
        self.post_message(LessonRequested(slug) if kind == "lesson" else KataRequested(slug))

    # -- routes

    def on_kata_requested(self, message: KataRequested) -> None:
        from runner.tui.kata_screen import KataScreen

        try:
            kata = self._desk.kata(message.slug)
        except DeskError as error:
            self._complain(error)
            return
        self._to_the_map()
        self._remember("kata", message.slug)
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
        self._remember("lesson", message.slug)
        self.push_screen(LessonScreen(self._desk, lesson, self._try_out))

    def on_next_requested(self) -> None:
        self._to_the_map()
        if isinstance(self.screen, MapScreen):
            self.call_later(self.screen.action_next)

    def _to_the_map(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def _remember(self, kind: str, slug: str) -> None:
        try:
            self._desk.remember_opened(kind, slug)
        except DeskError as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 600), severity="error", timeout=10, markup=False)
