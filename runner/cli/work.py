"""What a command line names, found: a kata, the learner's copy of it, a folder elsewhere; and an attempt being made."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from msgspec import Struct

from runner.catalog.errors import NoSuchKata
from runner.catalog.kata import Kata
from runner.catalog.loader import kata_slugs, load_kata
from runner.cli.errors import UserError, did_you_mean
from runner.cli.output import complain, tell
from runner.cli.params import HERE
from runner.learner.errors import LearnerError
from runner.learner.histories import pack_histories
from runner.learner.home import open_store, workspace_root
from runner.learner.snapshot import Snapshot, unpack
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from runner.record.finding import Verdict
from runner.record.report import Report


class Target(Struct, frozen=True):
    """A service to judge or start: the kata it belongs to, its folder, and whether that is the learner's own copy."""

    kata: Kata
    folder: Path
    is_workspace: bool


class Desk(Struct, frozen=True):
    """The learner's store and workspace, open."""

    store: Store
    workspace: Workspace


@contextlib.contextmanager
def open_desk() -> Iterator[Desk]:
    """The learner's state, made on first use and closed at the end of the block. Raises `LearnerError`."""
    with open_store() as store:
        yield Desk(store, Workspace(workspace_root(), store))


def find_kata(name: str) -> Kata:
    """A kata by its name, by its own folder, or by the learner's copy of it (`.` inside the copy)."""
    if name not in kata_slugs() and Path(name).is_dir():
        with open_desk() as desk:
            kata = _kata_of_copy(desk.workspace, Path(name))
        if kata is not None:
            return kata
        if not (Path(name) / "kata.yaml").is_file():
            raise UserError(_which_kata(Path(name)))
    return load_kata(name)


def find_target(name: str, kata_name: str | None) -> Target:
    """What `KATA|DIR` and `--kata` mean together. Raises `UserError`, `CatalogError` or `LearnerError`."""
    with open_desk() as desk:
        if kata_name is not None:
            kata = load_kata(kata_name)
            folder = _existing_folder(name)
            return Target(kata, folder, _same(folder, desk.workspace.folder(kata)))
        if name in kata_slugs():
            kata = load_kata(name)
            return Target(kata, desk.workspace.started(kata), is_workspace=True)
        if not Path(name).is_dir():
            raise _no_such(name)
        copied = _kata_of_copy(desk.workspace, Path(name))
        if copied is None:
            raise UserError(_which_kata(Path(name)))
        return Target(copied, desk.workspace.folder(copied), is_workspace=True)


class AttemptBeingMade:
    """A verification under way: `source` is what it judges, `histories` the folder it may write to."""

    def __init__(self, source: Path, histories: Path | None, snapshot: Snapshot | None) -> None:
        self.source = source
        self.histories = histories
        self._snapshot = snapshot

    def keep(self, report: Report, *, whole: bool) -> int | None:
        """Writes the attempt down and returns its number; None where there is nothing to keep or it could not be kept.

        Our own faults leave no attempt. What the disk refuses is told, and must not hide the verdict.
        """
        if self._snapshot is None or report.verdict is Verdict.ERROR:
            return None
        histories = pack_histories(self.histories) if self.histories is not None else b""
        try:
            with open_store() as store:
                return store.add_attempt(report, self._snapshot, histories, whole=whole)
        except LearnerError as error:
            complain(f"this attempt could not be kept. {error}")
            return None


@contextlib.asynccontextmanager
async def attempt_on(target: Target) -> AsyncIterator[AttemptBeingMade]:
    """Freezes the learner's copy, so that what is kept is what was judged; a folder elsewhere is judged as it is."""
    if not target.is_workspace:
        yield AttemptBeingMade(target.folder, None, None)
        return
    with open_desk() as desk:
        snapshot = desk.workspace.snapshot(target.kata)
    with tempfile.TemporaryDirectory(prefix="prodrill-attempt-", ignore_cleanup_errors=True) as scratch:
        histories = Path(scratch) / "histories"
        histories.mkdir()
        yield AttemptBeingMade(unpack(snapshot, Path(scratch) / "service"), histories, snapshot)


def available_sandboxes() -> list[str]:
    """The sandboxes that work on this machine."""
    from runner.sandbox.base import NoEngine
    from runner.sandbox.engine import connect

    try:
        client, _ = connect()
    except NoEngine as error:
        tell(f"Only in the process sandbox: {error}.")
        return ["process"]
    client.close()
    return ["docker", "process"]


def _kata_of_copy(workspace: Workspace, folder: Path) -> Kata | None:
    """The kata whose copy `folder` is, or lies in."""
    for candidate in (folder.resolve(), *folder.resolve().parents):
        if _same(candidate.parent, workspace.root) and candidate.name in kata_slugs():
            return load_kata(candidate.name)
    return None


def _existing_folder(name: str) -> Path:
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    what = "is a file" if folder.exists() else "does not exist"
    raise UserError(f"{folder} {what}. With --kata, name the folder that holds the service.")


def _no_such(name: str) -> Exception:
    if "/" in name or Path(name).exists():
        what = "is a file" if Path(name).is_file() else "does not exist"
        return UserError(f"{name} {what}. Name a kata (`prodrill list` shows them) or a folder with --kata.")
    return NoSuchKata(name, kata_slugs())


def _which_kata(folder: Path) -> str:
    if str(folder) == HERE:
        return f"name a kata, for {folder.resolve()} is not one of your copies. `prodrill list` shows all of them."
    near = did_you_mean(folder.resolve().name, kata_slugs())
    if (folder / "kata.yaml").is_file():
        return (
            f"{folder} is a kata itself. To judge the service it ships: "
            f"prodrill verify {folder / 'service'} --kata {folder}"
        )
    return f"{folder} is not one of your copies. Say with --kata NAME which kata it belongs to.{near}"


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
