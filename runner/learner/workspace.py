"""The learner's copies, one folder a kata: made, compared, reset and restored, never overwritten without a copy.

Files are replaced in place, each whole at any moment, and only after the copy of what was there is on the disk; a
command killed half-way is made good by `undo_reset` or by running it again.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from runner.catalog.files import copy_files
from runner.catalog.kata import Kata
from runner.catalog.service_folder import entry_file
from runner.clock import utc_now
from runner.learner.errors import NothingToUndo, NotStarted, WorkspaceError
from runner.learner.snapshot import Snapshot, put_back, take_snapshot, unified_diff
from runner.learner.store import Backup, Store

RESET_ALL = "reset-all"
_DRAFT_LIFE_S = 3600


class Workspace:
    """The folder of copies under `root`, with `store` for what is kept. Raises the kinds of `LearnerError`."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root = root
        self._store = store

    def folder(self, kata: Kata) -> Path:
        """Where the learner's copy is, or would be."""
        return self.root / kata.slug

    def has(self, kata: Kata) -> bool:
        """Whether the learner has a copy, so that `start` would only return it."""
        return self.folder(kata).is_dir()

    def start(self, kata: Kata) -> Path:
        """The learner's copy, made if there is none; one that is there is left as it is.

        The copy appears whole or not at all, and two starts at once make one copy.
        """
        folder = self.folder(kata)
        if not self.has(kata):
            try:
                self._make(kata, folder)
            except OSError as error:
                raise WorkspaceError(folder, _trouble(folder, error)) from error
        self._store.mark_started(kata.slug)
        return folder

    def started(self, kata: Kata) -> Path:
        """The learner's copy; raises `NotStarted` where there is none."""
        folder = self.folder(kata)
        if not self.has(kata):
            raise NotStarted(folder, kata.slug)
        return folder

    def snapshot(self, kata: Kata) -> Snapshot:
        """The learner's copy as it is now. Raises also `MissingFile` of the catalogue where the entry file is gone."""
        folder = self.started(kata)
        entry_file(kata, folder)
        return take_snapshot(folder)

    def diff(self, kata: Kata) -> str:
        """What the learner changed in the shipped service, as `diff -u` shows it; empty where nothing."""
        return unified_diff(shipped(kata).files(), take_snapshot(self.started(kata)).files())

    def reset(self, kata: Kata) -> Backup:
        """Puts the shipped service back, and returns the copy kept of what was there."""
        return self._replace(kata, shipped(kata), "reset")

    def reset_all(self, katas: Sequence[Kata]) -> list[Backup]:
        """Puts the shipped service back for every copy that differs from it; returns the copies kept of them."""
        changed = [kata for kata in katas if self.has(kata) and self.diff(kata)]
        return [self._replace(kata, shipped(kata), RESET_ALL) for kata in changed]

    def undo_reset_all(self, katas: Sequence[Kata]) -> list[str]:
        """Undoes `reset_all` for every kata of which nothing was replaced since; returns their names."""
        undone = [kata for kata in katas if self.has(kata) and self._last_reason(kata) == RESET_ALL]
        for kata in undone:
            self.undo_reset(kata)
        return [kata.slug for kata in undone]

    def can_undo(self, kata: Kata) -> bool:
        """Whether a reset, restore or import is left to undo."""
        return self.has(kata) and bool(self._last_reason(kata))

    def _last_reason(self, kata: Kata) -> str:
        undoable = self._store.backups(kata.slug, undoable=True)
        return undoable[-1].reason if undoable else ""

    def put(self, slug: str, files: Snapshot) -> Path:
        """Makes the copy of that name hold these files, which came from elsewhere; what was there is kept first."""
        folder = self.root / slug
        try:
            folder.mkdir(parents=True, exist_ok=True)
            there = take_snapshot(folder)
            if there.sha256 != files.sha256:
                if there.files():
                    self._store.keep(slug, there, "import")
                put_back(files, folder)
        except OSError as error:
            raise WorkspaceError(folder, _trouble(folder, error)) from error
        return folder

    def restore(self, kata: Kata, attempt_id: int) -> Backup:
        """Puts the files of an attempt back, and returns the copy kept of what was there."""
        attempt = self._store.attempt(attempt_id)
        if attempt.kata != kata.slug:
            raise WorkspaceError(self.folder(kata), f"Attempt {attempt_id} is one of {attempt.kata}, not {kata.slug}.")
        return self._replace(kata, self._store.snapshot(attempt_id), "restore")

    def undo_reset(self, kata: Kata) -> Backup:
        """Puts back what the last reset or restore not yet undone replaced; returns the copy kept of what was there."""
        undoable = self._store.backups(kata.slug, undoable=True)
        if not undoable:
            raise NothingToUndo(self.folder(kata), kata.slug)
        kept = self._replace(kata, self._store.kept_files(undoable[-1].snapshot_sha256), "undo")
        self._store.mark_undone(undoable[-1])
        return kept

    def _replace(self, kata: Kata, files: Snapshot, reason: str) -> Backup:
        folder = self.started(kata)
        kept = self._store.keep(kata.slug, take_snapshot(folder), reason)
        try:
            put_back(files, folder)
        except OSError as error:
            step = f" What was there is kept: `prodrill reset {kata.slug} --undo` brings it back."
            raise WorkspaceError(folder, _trouble(folder, error) + step) from error
        return kept

    def _make(self, kata: Kata, folder: Path) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self._remove_old_drafts(kata)
        draft = Path(tempfile.mkdtemp(prefix=f".{kata.slug}.", dir=self.root))
        try:
            copy_files(kata.service_folder, draft)
            draft.chmod(0o755)
            draft.rename(folder)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _remove_old_drafts(self, kata: Kata) -> None:
        """Removes what a start that was killed left; a younger draft may be another start's, still at work."""
        for draft in self.root.glob(f".{kata.slug}.*"):
            with contextlib.suppress(FileNotFoundError):  # another start finished meanwhile
                if utc_now().timestamp() - draft.stat().st_mtime > _DRAFT_LIFE_S:
                    shutil.rmtree(draft, ignore_errors=True)


def shipped(kata: Kata) -> Snapshot:
    """The service as the course ships it."""
    return take_snapshot(kata.service_folder)


def _trouble(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full: {folder} could not be written. Free some space and retry."
    return (
        f"{error.filename or folder} cannot be written ({error.strerror}). "
        "Make it writable, or set PRODRILL_WORKSPACE to another folder."
    )
