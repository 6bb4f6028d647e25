"""What `e` and `E` do on the workbench: choose the file, open it in an editor or here, say what went wrong."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from textual.screen import Screen

from runner.catalog.kata import Kata
from runner.tui.desk import Desk, DeskError
from runner.tui.edit_screen import EditScreen
from runner.tui.editing import SuspendNotSupported, editable_files, open_in_terminal, open_window
from runner.tui.editor import Editor, find_editor
from runner.tui.files_screen import FilesScreen
from runner.tui.open_file import CannotEdit, OpenFile
from runner.tui.safe import safe_line


class Editable(Struct):
    """The learner's copy; `chosen` is the file that is being looked at, `last` the one edited last."""

    desk: Desk
    kata: Kata
    folder: Path
    chosen: Path | None = None
    last: Path | None = None


async def edit_copy(screen: Screen[None], copy: Editable, *, here: bool = False) -> Path | None:
    """Open the learner's own editor, or the built-in one where there is none; gives back the file edited."""
    settings = getattr(screen.app, "settings", None)
    editor = None if here or screen.app.is_web else find_editor(chosen=settings.editor if settings else "")
    if editor is not None and editor.opens_folders:
        await _open(screen, editor, copy.folder, copy)
        return copy.last
    file = copy.chosen or await _ask_which(screen, copy)
    if file is None:
        return copy.last
    if editor is None or not await _open(screen, editor, copy.folder / file, copy):
        await edit_here(screen, copy, file)
    return file


async def edit_here(screen: Screen[None], copy: Editable, file: Path) -> None:
    """The built-in editor on a file of the copy, until it is closed."""
    try:
        opened = OpenFile(copy.folder / file, copy.desk.draft_file(copy.kata, file))
    except CannotEdit as error:
        _warn(screen, str(error))
        return

    def keep_copy() -> str:
        try:
            return copy.desk.keep_copy(copy.kata)
        except DeskError as error:
            raise CannotEdit(str(error)) from error

    await screen.app.push_screen_wait(EditScreen(opened, keep_copy))


async def _ask_which(screen: Screen[None], copy: Editable) -> Path | None:
    files = editable_files(copy.folder, copy.kata.spec.service.entry)
    chosen = await screen.app.push_screen_wait(FilesScreen(copy.folder, files, copy.last))
    return chosen.relative_to(copy.folder) if chosen is not None else None


async def _open(screen: Screen[None], editor: Editor, target: Path, copy: Editable) -> bool:
    """False where there is no terminal to give to this editor."""
    try:
        if editor.has_window:
            await open_window(editor, target, copy.folder)
            screen.notify(safe_line(f"{editor.name} opens {target}", 300), markup=False)
        elif code := await open_in_terminal(screen.app, editor, target, copy.folder):
            _warn(screen, f"{editor.name} ended with code {code}.")
    except SuspendNotSupported:
        return False
    except OSError as error:
        why = error.strerror or error
        _warn(screen, f"{editor.name} could not be started: {why}. Set EDITOR to another; E edits here.")
    return True


def _warn(screen: Screen[None], text: str) -> None:
    screen.notify(safe_line(text, 400), severity="warning", timeout=8, markup=False)
