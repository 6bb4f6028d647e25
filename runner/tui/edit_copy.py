"""What `e` does on the workbench: choose the editor, choose the file, open it, and say what went wrong."""

from __future__ import annotations

from pathlib import Path

from textual.screen import Screen

from runner.tui.editing import SuspendNotSupported, editable_files, open_in_terminal, open_window
from runner.tui.editor import Editor, find_editor
from runner.tui.files_screen import FilesScreen
from runner.tui.safe import safe_line


async def edit_copy(screen: Screen[None], folder: Path, entry: str, last: Path | None) -> Path | None:
    """Open the learner's editor on `folder`; gives back the file to begin with next time."""
    settings = getattr(screen.app, "settings", None)
    editor = find_editor(chosen=settings.editor if settings else "")
    if editor is None:
        _warn(screen, f"No editor found: set EDITOR, or editor in your settings, to yours; or open {folder} by hand.")
        return last
    target = folder
    if not editor.opens_folders:
        chosen = await screen.app.push_screen_wait(FilesScreen(folder, editable_files(folder, entry), last))
        if chosen is None:
            return last
        target, last = chosen, chosen.relative_to(folder)
    try:
        await _open(screen, editor, target, folder)
    except OSError as error:
        _warn(screen, f"{editor.name} could not be started: {error.strerror or error}. Set EDITOR to another.")
    except SuspendNotSupported:
        _warn(screen, f"{editor.name} needs a terminal of its own here; open {target} by hand.")
    return last


async def _open(screen: Screen[None], editor: Editor, target: Path, folder: Path) -> None:
    if editor.has_window:
        await open_window(editor, target, folder)
        screen.notify(safe_line(f"{editor.name} opens {target}", 300), markup=False)
        return
    code = await open_in_terminal(screen.app, editor, target, folder)
    if code:
        _warn(screen, f"{editor.name} ended with code {code}.")


def _warn(screen: Screen[None], text: str) -> None:
    screen.notify(safe_line(text, 400), severity="warning", timeout=8, markup=False)
