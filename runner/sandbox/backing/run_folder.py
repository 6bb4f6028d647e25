"""One run's folder for its servers, with a record of whose it is, so that the next start finds what a kill left."""

from __future__ import annotations

import msgspec

from runner.sandbox.backing.home import inner
from runner.sandbox.backing.shared_memory import release_below
from runner.sandbox.base import SandboxError
from runner.sandbox.cache import remove_tree
from runner.sandbox.owner import Owner, created_s
from runner.sandbox.reaper import OWNER_FILE, RunRecord, reap_runs


class RunFolder:
    """`path` holds a folder for each server. All calls block for a moment."""

    def __init__(self, run_id: str) -> None:
        runs = inner("runs")
        reap_runs(runs, before=release_below)
        self.path = runs / run_id
        self._pids: dict[int, float] = {}
        try:
            self.path.mkdir()
            self.path.chmod(0o711)
            self._write()
        except OSError as error:
            raise SandboxError(
                f"the database's folder {self.path} cannot be made: {error.strerror}; free some space and run it again"
            ) from error

    def record(self, pid: int) -> None:
        """Note a process, so that the next start can end it if this one is killed."""
        self._pids[pid] = created_s(pid)
        try:
            self._write()
        except OSError as error:
            raise SandboxError(f"{self.path / OWNER_FILE} cannot be written: {error.strerror}") from error

    def _write(self) -> None:
        part = self.path / f"{OWNER_FILE}.part"
        part.write_bytes(msgspec.json.encode(RunRecord(Owner.current().label, self._pids)))
        part.replace(self.path / OWNER_FILE)

    def remove(self) -> None:
        release_below(self.path)
        remove_tree(self.path)
