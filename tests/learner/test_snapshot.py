"""Folders frozen into bytes: the same bytes for the same files, and clear words for what cannot be frozen."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.learner import snapshot as module
from runner.learner.errors import FolderRefused
from runner.learner.snapshot import put_back, take_snapshot, unified_diff, unpack

NAMES = st.lists(st.sampled_from(["a", "b.js", "c d", "é.ts", ".env"]), min_size=1, max_size=3).map("/".join)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def no_name_is_a_folder_of_another(files: dict[str, bytes]) -> bool:
    return not any(other.startswith(f"{name}/") for name in files for other in files)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=6).filter(no_name_is_a_folder_of_another))
@settings(max_examples=60, deadline=None)
def test_what_was_frozen_comes_back_the_same(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        taken = take_snapshot(write(Path(scratch, "one"), files) if files else Path(scratch))
        assert taken.files() == files
        assert take_snapshot(unpack(taken, Path(scratch, "two"))) == taken


def test_the_same_files_give_the_same_bytes_whatever_their_times_and_owners(tmp_path: Path) -> None:
    files = {"server.js": b"1", "src/app.js": b"2"}
    one, two = write(tmp_path / "one", files), write(tmp_path / "two", dict(reversed(files.items())))
    os.utime(two / "server.js", (1, 1))
    (two / "server.js").chmod(0o600)
    assert take_snapshot(one) == take_snapshot(two)


def test_another_byte_gives_another_digest(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", {"a": b"1"}), write(tmp_path / "two", {"a": b"2"})
    assert take_snapshot(one).sha256 != take_snapshot(two).sha256


def test_installed_packages_and_version_control_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"server.js": b"", "node_modules/x/i.js": b"", ".git/HEAD": b"", "src/node_modules/y": b""})
    assert set(take_snapshot(tmp_path).files()) == {"server.js"}


def test_a_link_inside_the_folder_is_kept_as_a_link(tmp_path: Path) -> None:
    write(tmp_path / "one", {"src/app.js": b"x"})
    (tmp_path / "one" / "main.js").symlink_to("src/app.js")
    made = unpack(take_snapshot(tmp_path / "one"), tmp_path / "two")
    assert (made / "main.js").is_symlink()
    assert (made / "main.js").read_bytes() == b"x"


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "src/../../secret", ".."])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, target: str) -> None:
    write(tmp_path / "one", {"src/app.js": b"x"})
    (tmp_path / "one" / "link").symlink_to(target)
    with pytest.raises(FolderRefused, match="leads out"):
        take_snapshot(tmp_path / "one")


def test_a_link_that_leads_out_by_way_of_another_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "one", {"src/app.js": b"x"})
    (tmp_path / "one" / "here").symlink_to(".")
    (tmp_path / "one" / "sly").symlink_to("here/..")
    with pytest.raises(FolderRefused, match="leads out"):
        take_snapshot(tmp_path / "one")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FolderRefused, match=r"pipe is no ordinary file"):
        take_snapshot(tmp_path)


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        with pytest.raises(FolderRefused, match="no ordinary file"):
            take_snapshot(tmp_path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 5)
    write(tmp_path, {f"{number}": b"" for number in range(6)})
    with pytest.raises(FolderRefused, match="more than 5 files"):
        take_snapshot(tmp_path)


def test_too_much_data_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FolderRefused, match="30 MB"):
        take_snapshot(tmp_path)


def test_putting_back_removes_what_is_new_and_leaves_packages_alone(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", {"server.js": b"1", "src/app.js": b"2", "node_modules/x/i.js": b"3"})
    taken = take_snapshot(folder)
    inode = folder.stat().st_ino
    write(folder, {"server.js": b"changed", "extra/deep/new.js": b"new"})
    (folder / "src" / "app.js").unlink()
    put_back(taken, folder)
    assert take_snapshot(folder) == taken
    assert not (folder / "extra").exists()
    assert (folder / "node_modules/x/i.js").read_bytes() == b"3"
    assert folder.stat().st_ino == inode


def test_a_link_in_the_way_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    folder = write(tmp_path / "one", {"server.js": b"1"})
    taken = take_snapshot(folder)
    (tmp_path / "precious").write_text("mine")
    (folder / "server.js").unlink()
    (folder / "server.js").symlink_to("../precious")
    put_back(taken, folder)
    assert (tmp_path / "precious").read_text() == "mine"
    assert (folder / "server.js").read_bytes() == b"1"


def test_a_difference_reads_like_diff_u() -> None:
    before = {"same": b"1\n", "gone.js": b"a\n", "app.js": b"one\ntwo\nthree\n", "bin": b"\0"}
    after = {"same": b"1\n", "new.js": b"b", "app.js": b"one\n2\nthree\n", "bin": b"\0\1"}
    assert unified_diff(before, after) == (
        "--- a/app.js\n+++ b/app.js\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
        "Files a/bin and b/bin differ\n"
        "--- a/gone.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
        "--- /dev/null\n+++ b/new.js\n@@ -0,0 +1 @@\n+b\n\\ No newline at end of file\n"
    )
    assert unified_diff(before, before) == ""
