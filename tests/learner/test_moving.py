"""Progress as one file: what goes out comes in again, elsewhere; what is bad or hostile changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.catalog.kata import Kata
from runner.learner import archive
from runner.learner.errors import LearnerError
from runner.learner.moving import export_all, import_all
from runner.learner.progress_format import BadProgressFile
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from tests.learner.making import make_report

Entries = dict[str, bytes]


@pytest.fixture
def worked(store: Store, workspace: Workspace, kata: Kata) -> Store:
    """A learner who failed, passed, asked, read, answered, reset, and has an edited copy."""
    folder = workspace.start(kata)
    store.add_attempt(make_report(failed=("charged-once",)), workspace.snapshot(kata), b'{"charged-once": {}}')
    (folder / "server.js").write_text("mended")
    store.add_attempt(make_report(), workspace.snapshot(kata))
    workspace.reset(kata)
    (folder / "server.js").write_text("mended again")
    store.show_hint(kata.slug, "charged-once")
    store.read_to("retries", 3, finished=True)
    store.quiz.add("retries", "which?", ["one", "two"], was_right=True)
    return store


@pytest.fixture
def file(worked: Store, workspace: Workspace, kata: Kata, tmp_path: Path) -> Path:
    return export_all(worked, workspace, tmp_path / "progress.prodrill", [kata.slug])


def everything(store: Store, kata: str) -> object:
    return (
        store.attempts(), [store.report(each.id) for each in store.attempts()], store.histories(1), store.progress(),
        store.rejections(kata), store.hints_shown(kata), store.readings(), store.quiz.of("retries"),
        store.backups(kata), store.backups(kata, undoable=True),
    )  # fmt: skip


def test_what_goes_out_comes_in_on_another_machine(worked: Store, kata: Kata, file: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "elsewhere.sqlite3") as other:
        there = Workspace(tmp_path / "other place", other)
        moved = import_all(other, there, file, [], tmp_path / "kept")
        assert (moved.attempts, moved.katas) == (2, (kata.slug,))
        assert everything(other, kata.slug) == everything(worked, kata.slug)
        assert (there.folder(kata) / "server.js").read_text() == "mended again"
        there.undo_reset(kata)
        assert (there.folder(kata) / "server.js").read_text() == "mended"
        assert other.add_attempt(make_report(), there.snapshot(kata)) == 3


def test_what_was_there_is_kept_and_can_be_taken_in_again(
    worked: Store, workspace: Workspace, kata: Kata, file: Path, tmp_path: Path
) -> None:
    (workspace.folder(kata) / "server.js").write_text("newer than the file")
    worked.add_attempt(make_report(seed=9), workspace.snapshot(kata))
    before = everything(worked, kata.slug)
    moved = import_all(worked, workspace, file, [], tmp_path / "kept")
    assert len(worked.attempts()) == 2
    assert (workspace.folder(kata) / "server.js").read_text() == "mended again"
    assert worked.backups(kata.slug)[-1].reason == "import"
    import_all(worked, workspace, moved.kept, [], tmp_path / "kept")
    assert everything(worked, kata.slug)[:8] == before[:8]  # type: ignore[index]
    assert (workspace.folder(kata) / "server.js").read_text() == "newer than the file"


def test_an_import_of_the_copy_alone_can_be_undone_by_kata(
    worked: Store, workspace: Workspace, kata: Kata, file: Path, tmp_path: Path
) -> None:
    (workspace.folder(kata) / "server.js").write_text("newer than the file")
    import_all(worked, workspace, file, [], tmp_path / "kept")
    assert workspace.can_undo(kata)
    workspace.undo_reset(kata)
    assert (workspace.folder(kata) / "server.js").read_text() == "newer than the file"


def _rewritten(file: Path, change: Callable[[Entries], None]) -> Path:
    with zipfile.ZipFile(file) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    change(entries)
    bad = file.with_name("bad.prodrill")
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in entries.items():
            into.writestr(name, data)
    return bad


def _snapshot_with(*members: tuple[str, str]) -> tuple[str, bytes]:
    """The entry of a snapshot of links (name, target) and of one file behind the last of them."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, target in members:
            info = tarfile.TarInfo(name)
            if target:
                info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info, io.BytesIO())
    digest = hashlib.sha256(raw.getvalue()).hexdigest()
    return f"snapshots/{digest}.tar.gz", gzip.compress(raw.getvalue())


def _set_head(entries: Entries, **fields: object) -> None:
    entries["prodrill.json"] = json.dumps({**json.loads(entries["prodrill.json"]), **fields}).encode()


def _without_snapshots(entries: Entries) -> None:
    _set_head(entries, copies={})
    for name in [name for name in entries if name.startswith("snap")]:
        del entries[name]


BAD: dict[str, tuple[Callable[[Entries], object], str]] = {
    "of a later format": (lambda e: _set_head(e, schema="prodrill/progress/v9"), "v9.*Upgrade prodrill"),
    "with a name that leads out": (lambda e: e.update({"../../etc/passwd": b"x"}), "which no progress file holds"),
    "without its attempts": (lambda e: e.pop("attempts.jsonl"), "attempts.jsonl is missing"),
    "with a line cut off": (lambda e: e.update({"hints.jsonl": b'{"kata": "unsafe'}), "hints.jsonl, line 1"),
    "with a field too many": (
        lambda e: e.update({"lessons.jsonl": b'{"lesson":"x","page":0,"finished_at":null,"also":1}'}),
        "lessons.jsonl, line 1.*also",
    ),
    "with a copy of no kata": (lambda e: _set_head(e, copies={"../../home": "0" * 64}), "is no name of a kata"),
    "with a copy that is not in it": (lambda e: _set_head(e, copies={"unsafe-retries": "0" * 64}), "is missing in it"),
    "with files that were changed": (
        lambda e: e.update({next(n for n in e if n.startswith("snap")): gzip.compress(b"other")}),
        "is not what its name says",
    ),
    "with a link out": (lambda e: e.update([_snapshot_with(("a", "../../etc"))]), "leads out"),
    "with a way through a link": (
        lambda e: e.update([_snapshot_with(("x/up", ".."), ("a", "x/up/../secret"))]),
        "leads through the link",
    ),
    "with a file behind a link": (lambda e: e.update([_snapshot_with(("d", "."), ("d/f", ""))]), "leads through"),
    "with a number too large": (
        lambda e: e.update({"hints.jsonl": b'{"kata":"a","criterion":"b","level":99999999999999999999}'}),
        "hints.jsonl, line 1|do not belong",
    ),
    "with attempts on files it lacks": (_without_snapshots, "do not belong together"),
}  # fmt: skip


@pytest.mark.parametrize("change, says", BAD.values(), ids=BAD.keys())
def test_a_file(
    worked: Store, workspace: Workspace, kata: Kata, file: Path, tmp_path: Path,
    change: Callable[[Entries], object], says: str,
) -> None:  # fmt: skip
    def changed(entries: Entries) -> None:
        change(entries)

    before = everything(worked, kata.slug)
    with pytest.raises(BadProgressFile, match=says) as refused:
        import_all(worked, workspace, _rewritten(file, changed), [], tmp_path / "kept")
    assert str(refused.value).endswith("Nothing was changed.")
    assert everything(worked, kata.slug) == before
    assert (workspace.folder(kata) / "server.js").read_text() == "mended again"


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_what_is_no_zip_is_refused_in_words(store: Store, workspace: Workspace, tmp_path: Path, data: bytes) -> None:
    other = tmp_path / "photo.prodrill"
    other.write_bytes(data)
    with pytest.raises(BadProgressFile, match="no progress file"):
        import_all(store, workspace, other, [], tmp_path / "kept")


def test_a_bomb_is_not_unpacked(
    store: Store, workspace: Workspace, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRY_BYTES", 100_000)
    bad = _rewritten(file, lambda entries: entries.update({"hints.jsonl": b" " * 50_000_000}))
    assert bad.stat().st_size < 200_000
    with pytest.raises(BadProgressFile, match=r"hints\.jsonl is larger than anything prodrill keeps"):
        import_all(store, workspace, bad, [], tmp_path / "kept")


def test_a_place_that_cannot_be_written_is_named_and_leaves_nothing(
    store: Store, workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(LearnerError, match="cannot be written"):
        export_all(store, workspace, tmp_path / "nowhere" / "p.prodrill", [])
    assert not (tmp_path / "nowhere").exists()
