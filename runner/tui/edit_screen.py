"""The built-in editor: for where there is no other, for the browser, and for who wants to stay in the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from runner.tui.ask_screen import AskScreen
from runner.tui.code_area import CodeArea
from runner.tui.key_bar import KeyBar
from runner.tui.open_file import CannotEdit, OpenFile
from runner.tui.safe import safe_line

LOOK_S = 1.0


class EditScreen(Screen[None]):
    """Edits one file. `keep_copy` keeps the learner's files before what somebody else wrote is overwritten."""

    HELP = (
        "The built-in editor. What you type is kept as a draft until it is saved, even if the app is killed. A file "
        "that changed on the disk meanwhile is not overwritten without asking."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", tooltip="write the file", priority=True, id="edit.save"),
        Binding("ctrl+r", "reload", "Reload", tooltip="what is on the disk", priority=True, id="edit.reload"),
        Binding("escape", "leave", "Close", tooltip="back; asks what is unsaved", priority=True, id="edit.leave"),
    ]
    CSS = """
    EditScreen CodeArea, EditScreen CodeArea:focus { height: 1fr; border: none; padding: 0; }
    EditScreen #edit-state { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, file: OpenFile, keep_copy: Callable[[], str]) -> None:
        super().__init__()
        self._file = file
        self._keep_copy = keep_copy
        self._changed_on_disk = False
        self._typed = file.text
        self._drafted = ""
        self._state = ""

    def compose(self) -> ComposeResult:
        # The name first: a long path is cut at its end.
        path = self._file.path
        yield Static(safe_line(f"{path.name}  in {path.parent}", 300), classes="title", markup=False)
        yield Static(id="edit-state", markup=False)
        yield CodeArea(self._file.text, self._file.path.name)
        yield KeyBar()

    def on_mount(self) -> None:
        self.area.focus()
        draft = self._file.draft()
        if draft is not None:
            self.area.text = draft
            self.notify("What you typed last time and did not save is here again.", markup=False)
        self.set_interval(LOOK_S, self._look)
        self._show_state()

    def on_unmount(self) -> None:
        self._draft()

    @property
    def area(self) -> CodeArea:
        return self.query_one(CodeArea)

    @property
    def is_unsaved(self) -> bool:
        return self._typed != self._file.text

    def on_text_area_changed(self) -> None:
        self._typed = self.area.text
        self._show_state()

    def _look(self) -> None:
        """Keep the draft, and notice what somebody else did to the file: taken in where nothing is unsaved."""
        self._draft()
        self._changed_on_disk = self._file.changed_on_disk()
        if self._changed_on_disk and not self.is_unsaved:
            self._take_in()
        self._show_state()

    def _draft(self) -> None:
        if self.is_unsaved and self._typed != self._drafted:
            self._drafted = self._typed
            self._file.keep_draft(self._drafted)

    def _take_in(self) -> None:
        try:
            text = self._file.read()
        except CannotEdit as error:
            self._complain(error)
            return
        cursor = self.area.cursor_location
        self.area.text = text
        self.area.move_cursor(cursor)
        self._changed_on_disk = False
        self._file.drop_draft()
        self.notify("It changed on the disk; this is what is there now.", markup=False)

    def _show_state(self) -> None:
        if self._changed_on_disk:
            state = "! changed on the disk meanwhile: ctrl+s asks before it overwrites, ctrl+r reloads"
        else:
            state = "● not saved yet" if self.is_unsaved else "saved"
        if state != self._state:
            self._state = state
            self.query_one("#edit-state", Static).update(state, layout=False)

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        await self._save()

    async def _save(self) -> bool:
        try:
            if self._file.changed_on_disk():
                question = "The file changed on the disk since you opened it.\n\nOverwrite it? A copy is kept first."
                if not await self.app.push_screen_wait(AskScreen(question)):
                    return False
                self.notify(safe_line(self._keep_copy(), 300), title="kept", markup=False)
            self._file.save(self.area.text)
        except CannotEdit as error:
            self._complain(error)
            return False
        self._changed_on_disk = False
        self._show_state()
        return True

    @work(exclusive=True, group="save")
    async def action_reload(self) -> None:
        if self.is_unsaved and not await self.app.push_screen_wait(AskScreen("Give up what is not saved?")):
            return
        self._take_in()

    @work(exclusive=True, group="save")
    async def action_leave(self) -> None:
        if self.is_unsaved:
            question = "Save what you changed?\n\nn leaves it as a draft, which is here when you open the file again."
            if await self.app.push_screen_wait(AskScreen(question)) and not await self._save():
                return
        self.dismiss(None)

    def _complain(self, error: Exception) -> None:
        self.notify(safe_line(str(error), 400), severity="error", timeout=10, markup=False)
