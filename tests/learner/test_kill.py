"""SIGKILL at random moments: what a command acknowledged is there afterwards, and the file is whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

from runner.learner.snapshot import take_snapshot
from runner.learner.store import Store
from runner.learner.workspace import Workspace, shipped
from tests.learner.making import make_kata, make_report

KILLS = 30
SEED = 20260102

WORKER = """
import sys
from pathlib import Path
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from tests.learner.making import open_kata, make_report

home, round_ = Path(sys.argv[1]), sys.argv[2]
kata = open_kata(home / "katas")
with Store(home / "learner.sqlite3") as store:
    workspace = Workspace(home / "workspace", store)
    folder = workspace.start(kata)
    print("ready", flush=True)
    for number in range(10_000):
        text = f"round {round_} edit {number}\\n" * 50
        for name in ("server.js", "src/app.js", f"src/new-{number}.js"):
            (folder / name).write_text(text)
        snapshot = workspace.snapshot(kata)
        print("edit", snapshot.sha256, flush=True)
        if number % 2:
            seed = int(round_) * 1_000_000 + number
            attempt = store.add_attempt(make_report(seed=seed), snapshot, text.encode())
            print("attempt", attempt, snapshot.sha256, seed, flush=True)
        store.quiz.add("retries", round_, [str(number)], was_right=bool(number % 2))
        print("answer", round_, number, flush=True)
        print("reset", workspace.reset(kata).snapshot_sha256, flush=True)
        if number % 3 == 0:
            print("undo", workspace.undo_reset(kata).snapshot_sha256, flush=True)
"""


def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    kata = make_kata(tmp_path / "katas")
    delays = random.Random(SEED)
    acknowledged: list[list[str]] = []
    for number in range(KILLS):
        said = _killed_after(tmp_path, number, delays.uniform(0, 0.25))
        acknowledged += [line for line in said if line[0] != "edit"]
        with Store(tmp_path / "learner.sqlite3") as store:
            assert store._database.rows("PRAGMA integrity_check") == [("ok",)]
            assert store._database.rows("PRAGMA foreign_key_check") == []
            now = take_snapshot(tmp_path / "workspace" / kata.slug).sha256
            _assert_all_there(store, acknowledged)
            kept = {backup.snapshot_sha256 for backup in store.backups(kata.slug)}
            assert {line[1] for line in said if line[0] == "edit"} <= kept | {now}
    assert sum(line[0] == "attempt" for line in acknowledged) > KILLS
    with Store(tmp_path / "learner.sqlite3") as store:
        workspace = Workspace(tmp_path / "workspace", store)
        left = take_snapshot(workspace.folder(kata))
        workspace.reset(kata)
        assert take_snapshot(workspace.folder(kata)) == shipped(kata)
        workspace.undo_reset(kata)
        assert take_snapshot(workspace.folder(kata)) == left


def _killed_after(home: Path, number: int, delay_s: float) -> list[list[str]]:
    """Runs the worker, kills it `delay_s` after its first line, and returns the whole lines it had printed."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(home), str(number)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    first = worker.stdout.readline()
    kill = threading.Timer(delay_s, worker.send_signal, (signal.SIGKILL,))
    kill.start()
    rest, errors = worker.communicate(timeout=60)
    kill.join()
    assert first == "ready\n", errors
    assert worker.returncode == -signal.SIGKILL, errors
    return [line.split() for line in rest.splitlines(keepends=True) if line.endswith("\n")]


def _assert_all_there(store: Store, acknowledged: list[list[str]]) -> None:
    attempts = {attempt.id: attempt for attempt in store.attempts()}
    kept = {backup.snapshot_sha256 for backup in store.backups("unsafe-retries")}
    answers = store.quiz.of("retries")
    for kind, *values in acknowledged:
        if kind == "attempt":
            attempt = attempts[int(values[0])]
            assert (attempt.snapshot_sha256, attempt.seed) == (values[1], int(values[2]))
        elif kind == "answer":
            last = answers[values[0]]
            assert int(last.given[0]) >= int(values[1]) and last.tries == int(last.given[0]) + 1
        else:
            assert values[0] in kept
    for kind, *values in acknowledged[-6:]:
        if kind == "attempt":
            seed = int(values[2])
            assert store.report(int(values[0])) == make_report(seed=seed)
            assert store.snapshot(int(values[0])).files()["server.js"] == store.histories(int(values[0]))
