"""One run's folder for its servers, with a record of whose it is, so that the next start finds what a kill left."""

from __future__ import annotations

import msgspec

from runner.sandbox.backing.home import run_places
from runner.sandbox.backing.shared_memory import release_below
from runner.sandbox.base import SandboxError
from runner.sandbox.cache import free_bytes, remove_tree
from runner.sandbox.owner import Owner, created_s
from runner.sandbox.reaper import OWNER_FILE, RunRecord, reap_runs

_NEEDED_BYTES = 150 * 2**20
_FULL_BYTES = 4 * 2**20


class RunFolder:
    """`path` holds a folder for each server. All calls block for a moment."""

    def __init__(self, run_id: str) -> None:
        places = run_places()
        for place in places:
            reap_runs(place, before=release_below)
        self.path = places[0] / run_id
        self._require_space()
        self._pids: dict[int, float] = {}
        try:
            self.path.mkdir()
            self.path.chmod(0o711)
            self._write()
        except OSError as error:
            raise SandboxError(
                f"the database's folder {self.path} cannot be made: {error.strerror}; free some space and run it again"
            ) from error

    def _require_space(self) -> None:
        free = free_bytes(self.path.parent)
        if free < _NEEDED_BYTES:
            raise SandboxError(
                f"{self.path.parent} has {free // 2**20} MB left and the database needs {_NEEDED_BYTES // 2**20}; "
                "free some space, or set PRODRILL_CACHE to a folder on another disk"
            )

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be written."""
        return free_bytes(self.path.parent) < _FULL_BYTES

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
