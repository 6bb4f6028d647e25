"""Where the learner's things are: one file of state, and one folder of copies to edit.

`PRODRILL_HOME` moves both, so that a test or a workshop machine can hold several learners; `PRODRILL_WORKSPACE`
moves the copies alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from runner.learner.errors import LearnerError
from runner.learner.store import Store


def data_home() -> Path:
    """The folder of the learner's state: `PRODRILL_HOME`, else what the platform keeps data in."""
    chosen = os.environ.get("PRODRILL_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    # Imported here: it costs a start of `prodrill list` several milliseconds, and is not needed where one chose.
    from platformdirs import user_data_path

    return Path(user_data_path("prodrill", appauthor=False))


def open_store(*, read_only: bool = False) -> Store:
    """The learner's store, made on first use; `read_only` has it refuse every change by `StoreReadOnly`.

    Raises `LearnerError` where the folder cannot be written.
    """
    home = data_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LearnerError(
            f"{home} cannot be made ({error.strerror}). Set PRODRILL_HOME to a folder you can write to."
        ) from error
    return Store(home / "learner.sqlite3", read_only=read_only)


def workspace_root() -> Path:
    """The folder that holds one copy a kata: `PRODRILL_WORKSPACE`, else the settings' choice, else a default.

    The default is `~/prodrill`, or `workspace` in `PRODRILL_HOME` where that is set. Raises `SettingsError`, and
    `LearnerError` where a file was chosen.
    """
    from runner.learner.settings import load_settings

    chosen = load_settings().workspace
    if not chosen:
        return data_home() / "workspace" if os.environ.get("PRODRILL_HOME") else Path.home() / "prodrill"
    folder = Path(chosen).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise LearnerError(f"The workspace {folder} is a file. Choose a folder for your copies.")
    return folder
