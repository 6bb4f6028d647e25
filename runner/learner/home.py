"""Where the learner's things are: one file of state, and one folder of copies to edit.

`PRODRILL_HOME` moves both, so that a test or a workshop machine can hold several learners; `PRODRILL_WORKSPACE`
moves the copies alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from runner.learner.errors import LearnerError
from runner.learner.store import Store

_WORKSPACE = "workspace"


def data_home() -> Path:
    """The folder of the learner's state: `PRODRILL_HOME`, else what the platform keeps data in."""
    chosen = os.environ.get("PRODRILL_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    # Imported here: it costs a start of `prodrill list` several milliseconds, and is not needed where one chose.
    from platformdirs import user_data_path

    return Path(user_data_path("prodrill", appauthor=False))


def open_store() -> Store:
    """The learner's store, made on first use; raises `LearnerError` where the folder cannot be written."""
    home = data_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LearnerError(
            f"{home} cannot be made ({error.strerror}). Set PRODRILL_HOME to a folder you can write to."
        ) from error
    return Store(home / "learner.sqlite3")


def workspace_root(store: Store) -> Path:
    """The folder that holds one copy a kata: `PRODRILL_WORKSPACE`, else the learner's choice, else a default.

    The default is `~/prodrill`, or `workspace` in `PRODRILL_HOME` where that is set.
    """
    chosen = os.environ.get("PRODRILL_WORKSPACE") or store.setting(_WORKSPACE)
    if chosen:
        return Path(chosen).expanduser().resolve()
    return data_home() / _WORKSPACE if os.environ.get("PRODRILL_HOME") else Path.home() / "prodrill"


def choose_workspace(store: Store, folder: Path) -> Path:
    """Remembers `folder` as the place of the learner's copies, and returns it; nothing is moved."""
    chosen = folder.expanduser().resolve()
    if chosen.exists() and not chosen.is_dir():
        raise LearnerError(f"{chosen} is a file. Choose a folder for your copies.")
    store.set_setting(_WORKSPACE, str(chosen))
    return chosen
