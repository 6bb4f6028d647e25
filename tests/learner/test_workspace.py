"""The learner's copies: made once, never overwritten without a copy kept, and always to be had back."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.catalog.errors import MissingFile
from runner.catalog.kata import Kata
from runner.learner import workspace as module
from runner.learner.errors import NothingToUndo, NotStarted, WorkspaceError
from runner.learner.snapshot import Snapshot, take_snapshot
from runner.learner.store import Store
from runner.learner.workspace import Workspace, shipped
from tests.learner.making import make_kata, make_report


def test_a_start_copies_the_service(workspace: Workspace, store: Store, kata: Kata) -> None:
    folder = workspace.start(kata)
    assert folder == workspace.root / "unsafe-retries"
    assert take_snapshot(folder) == shipped(kata)
    assert store.progress()[kata.slug].started_at is not None


def test_a_second_start_changes_nothing(workspace: Workspace, kata: Kata) -> None:
    assert not workspace.has(kata)
    folder = workspace.start(kata)
    (folder / "server.js").write_text("mine")
    assert workspace.has(kata)
    assert workspace.start(kata) == folder
    assert (folder / "server.js").read_text() == "mine"


def test_many_starts_at_once_make_one_whole_copy(workspace: Workspace, kata: Kata) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(workspace.start, [kata] * 8, timeout=30))
    assert set(folders) == {workspace.folder(kata)}
    assert take_snapshot(workspace.folder(kata)) == shipped(kata)
    assert [path.name for path in workspace.root.iterdir()] == [kata.slug]


def test_what_a_killed_start_left_is_removed_later(workspace: Workspace, kata: Kata) -> None:
    old, young = workspace.root / f".{kata.slug}.old", workspace.root / f".{kata.slug}.young"
    for draft in (old, young):
        draft.mkdir(parents=True)
    os.utime(old, (1, 1))
    workspace.start(kata)
    assert not old.exists()
    assert young.exists()


def test_without_a_copy_the_next_step_is_named(workspace: Workspace, kata: Kata) -> None:
    with pytest.raises(NotStarted, match="Run `prodrill start unsafe-retries` first"):
        workspace.snapshot(kata)
    with pytest.raises(NotStarted):
        workspace.reset(kata)


def test_a_missing_entry_file_is_named_with_the_way_back(workspace: Workspace, kata: Kata) -> None:
    (workspace.start(kata) / "server.js").unlink()
    with pytest.raises(MissingFile, match=r"server\.js.*prodrill reset unsafe-retries"):
        workspace.snapshot(kata)


@pytest.mark.parametrize("name", ["server.ts", "server.mjs"])
def test_another_ending_of_the_entry_file_is_as_good(workspace: Workspace, kata: Kata, name: str) -> None:
    folder = workspace.start(kata)
    (folder / "server.js").rename(folder / name)
    assert name in workspace.snapshot(kata).files()


def test_the_difference_is_against_the_shipped_service(workspace: Workspace, kata: Kata) -> None:
    folder = workspace.start(kata)
    assert workspace.diff(kata) == ""
    (folder / "src" / "app.js").write_text("export const app = 2;\n")
    assert "-export const app = 1;\n+export const app = 2;\n" in workspace.diff(kata)


def test_a_reset_keeps_a_copy_and_can_be_undone(workspace: Workspace, store: Store, kata: Kata) -> None:
    folder = workspace.start(kata)
    (folder / "server.js").write_text("mine")
    (folder / "fix.ts").write_text("also mine")
    mine = take_snapshot(folder)
    kept = workspace.reset(kata)
    assert take_snapshot(folder) == shipped(kata)
    assert store.kept_files(kept.snapshot_sha256) == mine
    workspace.undo_reset(kata)
    assert take_snapshot(folder) == mine


def test_undoing_goes_back_step_by_step_and_loses_nothing(workspace: Workspace, store: Store, kata: Kata) -> None:
    folder = workspace.start(kata)
    states: list[Snapshot] = []
    for number in range(3):
        (folder / "server.js").write_text(f"version {number}")
        states.append(take_snapshot(folder))
        workspace.reset(kata)
    (folder / "server.js").write_text("newest")
    newest = take_snapshot(folder)
    for state in reversed(states):
        workspace.undo_reset(kata)
        assert take_snapshot(folder) == state
    with pytest.raises(NothingToUndo):
        workspace.undo_reset(kata)
    assert newest.sha256 in {backup.snapshot_sha256 for backup in store.backups(kata.slug)}


def test_an_attempt_can_be_restored_and_that_undone(workspace: Workspace, store: Store, kata: Kata) -> None:
    folder = workspace.start(kata)
    (folder / "server.js").write_text("first try")
    tried = workspace.snapshot(kata)
    attempt = store.add_attempt(make_report(), tried)
    (folder / "server.js").write_text("second try")
    workspace.restore(kata, attempt)
    assert take_snapshot(folder) == tried
    workspace.undo_reset(kata)
    assert (folder / "server.js").read_text() == "second try"


def test_an_attempt_of_another_kata_is_not_restored(
    workspace: Workspace, store: Store, kata: Kata, tmp_path: Path
) -> None:
    other = make_kata(tmp_path / "others", "abrupt-shutdown")
    workspace.start(kata)
    workspace.start(other)
    attempt = store.add_attempt(make_report(), workspace.snapshot(kata))
    with pytest.raises(WorkspaceError, match="one of unsafe-retries, not abrupt-shutdown"):
        workspace.restore(other, attempt)


def test_a_full_disk_at_a_reset_says_that_the_copy_is_kept(
    workspace: Workspace, store: Store, kata: Kata, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace.start(kata)
    (folder / "server.js").write_text("mine")
    mine = take_snapshot(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "put_back", full)
    with pytest.raises(WorkspaceError, match=r"disk is full.*prodrill reset unsafe-retries --undo"):
        workspace.reset(kata)
    assert store.kept_files(store.backups(kata.slug)[-1].snapshot_sha256) == mine


def test_a_workspace_that_is_a_file_says_what_to_set(tmp_path: Path, store: Store, kata: Kata) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="PRODRILL_WORKSPACE"):
        Workspace(tmp_path / "file", store).start(kata)
