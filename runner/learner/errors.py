"""What can go wrong with the learner's state, as one tree.

    LearnerError                anything wrong with the learner's files; its text is ready to show
    ├── StoreError              the file of attempts and progress cannot be used (`file`)
    │   ├── StoreBusy           another process held it for too long
    │   ├── StoreFull           the disk is full
    │   ├── StoreDamaged        it is not readable any more; it was kept under another name (`kept`)
    │   ├── StoreTooNew         a newer prodrill wrote it
    │   └── StoreReadOnly       it was opened to be read only
    ├── NoSuchAttempt           no attempt of that number
    ├── SettingsError           the file of settings, or a variable, says what is not understood
    └── WorkspaceError          the learner's copy of a service cannot be used (`folder`)
        ├── NotStarted          there is no copy yet
        ├── FolderRefused       it holds what cannot be snapshotted: too much, a link out, a device
        └── NothingToUndo       no reset or restore is left to undo

Each text names the thing and the next step.
"""

from __future__ import annotations

from pathlib import Path


class LearnerError(Exception):
    """Anything wrong with the learner's files; `str()` of it is ready to show."""


class StoreError(LearnerError):
    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        super().__init__(f"{file}: {text}")


class StoreBusy(StoreError):
    def __init__(self, file: Path) -> None:
        super().__init__(file, "another prodrill has been writing to it for too long. Close it and try again.")


class StoreFull(StoreError):
    def __init__(self, file: Path) -> None:
        super().__init__(
            file, "the disk is full: nothing was written, and what was there is intact. Free some space and retry."
        )


class StoreDamaged(StoreError):
    def __init__(self, file: Path, kept: Path, cause: str) -> None:
        self.kept = kept
        super().__init__(
            file,
            f"it is damaged ({cause}). It was kept as {kept}, and your workspace was not touched. The next command "
            f"begins a new file; `sqlite3 {kept.name} .recover` gets back what can be read of the old one.",
        )


class StoreTooNew(StoreError):
    def __init__(self, file: Path, version: int, known: int) -> None:
        super().__init__(
            file,
            f"a newer prodrill wrote it (format {version}, this one knows {known}). Upgrade prodrill, "
            "or set PRODRILL_HOME to another folder.",
        )


class StoreReadOnly(StoreError):
    def __init__(self, file: Path) -> None:
        super().__init__(file, "another prodrill is open on it, so nothing is changed from here. Close that one first.")


class NoSuchAttempt(LearnerError):
    def __init__(self, attempt_id: int) -> None:
        super().__init__(f"There is no attempt {attempt_id}. `prodrill attempts` lists them.")


class SettingsError(LearnerError):
    pass


class WorkspaceError(LearnerError):
    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        super().__init__(text)


class NotStarted(WorkspaceError):
    def __init__(self, folder: Path, slug: str) -> None:
        super().__init__(folder, f"There is no copy of {slug} in {folder} yet. Run `prodrill start {slug}` first.")


class FolderRefused(WorkspaceError):
    pass


class NothingToUndo(WorkspaceError):
    def __init__(self, folder: Path, slug: str) -> None:
        super().__init__(folder, f"No reset, restore or import of {slug} is left to undo.")
