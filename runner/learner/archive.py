"""A zip from somewhere else, read entry by entry with sizes counted as they come, whatever its headers say."""

from __future__ import annotations

import zipfile
from pathlib import Path

from runner.learner.progress_format import MOST_BYTES, MOST_ENTRIES, MOST_ENTRY_BYTES, BadProgressFile


class Archive:
    """`names` are its entries. Raises `BadProgressFile` for too many or too much, or a name that is there twice."""

    def __init__(self, file: Path, packed: zipfile.ZipFile) -> None:
        self._file = file
        self._packed = packed
        self._left = MOST_BYTES
        listed = packed.namelist()
        self.names = frozenset(listed)
        if len(listed) > MOST_ENTRIES:
            raise BadProgressFile(file, f"it holds {len(listed)} entries; {MOST_ENTRIES} are the most it may.")
        if len(listed) != len(self.names):
            raise BadProgressFile(file, "it holds two entries of one name.")

    def read(self, name: str) -> bytes:
        """One entry, whole."""
        with self._packed.open(name) as entry:
            data = entry.read(min(MOST_ENTRY_BYTES, self._left) + 1)
        self._left -= len(data)
        if len(data) > MOST_ENTRY_BYTES or self._left < 0:
            raise BadProgressFile(self._file, f"{name} is larger than anything prodrill keeps.")
        return data
