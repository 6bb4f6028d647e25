"""Which editor the learner uses, and how it is opened: a terminal editor takes the terminal, a window does not."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

WINDOWED = frozenset(
    [
        "code",
        "code-insiders",
        "codium",
        "cursor",
        "windsurf",
        "zed",
        "zeditor",
        "subl",
        "sublime_text",
        "atom",
        "gedit",
        "gnome-text-editor",
        "kate",
        "kwrite",
        "mousepad",
        "xed",
        "pluma",
        "idea",
        "webstorm",
        "fleet",
        "mate",
        "bbedit",
        "gvim",
        "mvim",
        "macvim",
        "open",
        "xdg-open",
        "notepad",
        "notepad++",
    ]
)
OPENS_FOLDERS = frozenset(
    {"code", "code-insiders", "codium", "cursor", "windsurf", "zed", "zeditor", "subl", "webstorm"}
)
FOUND_IN_ORDER = ("nano", "vim", "vi", "code -w")


class Editor(Struct, frozen=True):
    """A command to run with a path behind it."""

    command: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.command[0]).name.removesuffix(".exe")

    @property
    def has_window(self) -> bool:
        """It opens a window of its own, so the app need not give up the terminal."""
        by_flag = self.name in {"emacs", "emacsclient"} and "-nw" not in self.command and "-t" not in self.command
        return self.name in WINDOWED or (by_flag and bool(os.environ.get("DISPLAY")))

    @property
    def opens_folders(self) -> bool:
        return self.name in OPENS_FOLDERS


def find_editor(
    env: Mapping[str, str] = os.environ, which: Callable[[str], str | None] = shutil.which, chosen: str = ""
) -> Editor | None:
    """The one that was `chosen`, `$VISUAL`, `$EDITOR`, the first of nano, vim, vi and VS Code installed; else None.

    A choice whose program is not there is passed over.
    """
    for wish in (chosen, env.get("VISUAL", ""), env.get("EDITOR", ""), *FOUND_IN_ORDER):
        try:
            command = tuple(shlex.split(wish))
        except ValueError:
            continue
        if command and which(command[0]):
            return Editor(command)
    return None
