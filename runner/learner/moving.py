"""All of a learner's progress moved at once: written to one file, taken in from one, with what was there kept first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from runner.clock import utc_now
from runner.learner.errors import LearnerError
from runner.learner.progress_export import export_progress
from runner.learner.progress_import import import_progress
from runner.learner.snapshot import Snapshot, take_snapshot
from runner.learner.store import Store
from runner.learner.workspace import Workspace

ENDING = ".prodrill"


class Moved(Struct, frozen=True):
    """What was taken in, and the file that holds what was there before; taking that one in is the undo."""

    attempts: int
    katas: tuple[str, ...]
    kept: Path


def export_all(store: Store, workspace: Workspace, file: Path, slugs: Iterable[str]) -> Path:
    """Writes attempts, progress and the copies of the katas in `slugs` that there are.

    Raises `LearnerError`, also for a file that is there already: it may be the only one that holds something.
    """
    if file.exists():
        raise LearnerError(f"{file} is there already, and was left as it is. Choose another name.")
    return export_progress(store.database, _copies(store, workspace, slugs), file)


def import_all(store: Store, workspace: Workspace, file: Path, slugs: Iterable[str], keep_in: Path) -> Moved:
    """Puts what `file` holds in place of what there is, which is first written to a file in `keep_in`.

    Copies of services that are here and differ are kept as after a reset, and can be undone one by one. Raises
    `BadProgressFile`, with nothing changed, and `LearnerError` where something cannot be written.
    """
    try:
        keep_in.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LearnerError(f"{keep_in} cannot be made ({error.strerror}). Nothing was changed.") from error
    kept = export_all(store, workspace, keep_in / f"before-import-{utc_now():%Y%m%dT%H%M%S%f}{ENDING}", slugs)
    copies = import_progress(store.database, file)
    for slug, files in copies.items():
        workspace.put(slug, files)
    return Moved(len(store.attempts()), tuple(copies), kept)


def _copies(store: Store, workspace: Workspace, slugs: Iterable[str]) -> dict[str, Snapshot]:
    folders = {slug: workspace.root / slug for slug in sorted({*slugs, *store.progress()})}
    return {slug: take_snapshot(folder) for slug, folder in folders.items() if folder.is_dir()}
