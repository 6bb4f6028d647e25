"""A damaged file, a full disk, a lock that is never let go, and several processes at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from runner.learner import database
from runner.learner.errors import StoreBusy, StoreDamaged, StoreFull
from runner.learner.snapshot import Snapshot
from runner.learner.store import Store
from tests.learner.making import make_report, make_snapshot

WRITER = """
import sys
from pathlib import Path
from runner.learner.store import Store
from tests.learner.making import make_report, make_snapshot

file, who = Path(sys.argv[1]), sys.argv[2]
for number in range(20):
    with Store(file) as store:
        store.add_attempt(make_report(who), make_snapshot(file.parent / who, f"{who} {number}"))
"""

FILLER = """
import os, resource, signal, sys
from pathlib import Path
from runner.learner.errors import StoreError
from runner.learner.store import Store
from tests.learner.making import make_report, make_snapshot

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
home = Path(sys.argv[1])
store = Store(home / "learner.sqlite3")
snapshot = make_snapshot(home / "s", "one")
store.add_attempt(make_report(), snapshot)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    store.add_attempt(make_report(), snapshot, os.urandom(1_000_000))
except StoreError as error:
    print(type(error).__name__, len(store.attempts()))
"""


def test_a_file_that_is_no_database_is_kept_and_the_next_start_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "learner.sqlite3"
    file.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreDamaged, match="workspace was not touched") as caught:
        Store(file)
    assert caught.value.kept.read_bytes() == b"not a database" * 1000
    with Store(file) as store:
        assert store.attempts() == []


def test_damage_found_while_reading_keeps_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "learner.sqlite3"
    with Store(file) as store:
        for number in range(30):
            store.add_attempt(make_report(), make_snapshot(tmp_path / "s", f"{number}"), b"x" * 3000)
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    with Store(file) as store, pytest.raises(StoreDamaged, match=r"\.recover") as caught:
        for number in range(1, 31):
            store.report(number)
            store.snapshot(number)
    assert caught.value.kept.read_bytes() == bytes(content)
    with Store(file) as store:
        assert store.attempts() == []


def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    """The limit on the size of files makes SQLite's writes fail as a full disk does, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", FILLER, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split()[0] in ("StoreFull", "StoreError")
    assert done.stdout.split()[1] == "1"
    with Store(tmp_path / "learner.sqlite3") as store:
        assert len(store.attempts()) == 1


def test_sqlites_own_word_for_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    with Store(tmp_path / "learner.sqlite3") as store:
        store.add_attempt(make_report(), make_snapshot(tmp_path / "s", "one"))
        pages = store._database.rows("PRAGMA page_count")[0][0]
        store._database.rows(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFull, match="disk is full"):
            store.add_attempt(make_report(), Snapshot(b"x" * 500_000, "0" * 64))
        assert len(store.attempts()) == 1
        store._database.rows("PRAGMA max_page_count = 100000")
        store.add_attempt(make_report(), make_snapshot(tmp_path / "s", "two"))
        assert len(store.attempts()) == 2


def test_a_lock_that_is_never_let_go_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    with Store(tmp_path / "learner.sqlite3") as store:
        holder = sqlite3.connect(tmp_path / "learner.sqlite3", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="Close it and try again"):
            store.mark_started("a")
        holder.execute("ROLLBACK")
        holder.close()
        store.mark_started("a")


def test_several_processes_may_create_and_write_one_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "learner.sqlite3"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(file), who], stderr=subprocess.PIPE, text=True)
        for who in ("a", "b", "c")
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    with Store(file) as store:
        assert {who: len(store.attempts(who)) for who in "abc"} == {"a": 20, "b": 20, "c": 20}
        assert store._database.rows("PRAGMA integrity_check") == [("ok",)]
