"""Opens the learner's editor on their copy: in the terminal with the app standing aside, or in a window beside it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.app import App, SuspendNotSupported

from runner.catalog.files import walk_files
from runner.tui.editor import Editor

TEXT_SUFFIXES = frozenset(
    [
        ".js",
        ".mjs",
        ".cjs",
        ".ts",
        ".mts",
        ".cts",
        ".json",
        ".md",
        ".yaml",
        ".yml",
        ".txt",
        ".sql",
        ".html",
        ".css",
        ".env",
        ".toml",
        ".sh",
    ]
)


def editable_files(folder: Path, entry: str) -> list[Path]:
    """The files of a copy that are text by their name: the entry file first, then by depth and name."""
    files = [file for file in walk_files(folder) if file.suffix in TEXT_SUFFIXES]
    return sorted(files, key=lambda file: (file.as_posix() != entry, len(file.parts), file.as_posix()))


async def open_window(editor: Editor, path: Path, cwd: Path) -> None:
    """Start a windowed editor and leave it be. Raises OSError where it cannot be started."""
    nothing = asyncio.subprocess.DEVNULL
    await asyncio.create_subprocess_exec(
        *editor.command, str(path), cwd=cwd, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )


async def open_in_terminal(app: App[object], editor: Editor, path: Path, cwd: Path) -> int:
    """Give the terminal to the editor until it ends; its exit code.

    Updates are held back meanwhile: a repaint into a suspended driver would fill its queue and block the app.
    Raises OSError where it cannot be started, `SuspendNotSupported` where there is no terminal to give.
    """
    with app.suspend(), app.batch_update(), _interrupts_are_the_editors():
        process = await asyncio.create_subprocess_exec(*editor.command, str(path), cwd=cwd)
        return await process.wait()


@contextmanager
def _interrupts_are_the_editors() -> Iterator[None]:
    """Ctrl-C in the editor reaches our process group too. A handler, not SIG_IGN, which the editor would inherit."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


__all__ = ["SuspendNotSupported", "editable_files", "open_in_terminal", "open_window"]
