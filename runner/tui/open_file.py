"""A file of the copy while it is edited in the app: what is on the disk, whether that changed, and the unsaved draft.

A draft is kept beside the learner's state whenever there is something unsaved, so that not even a killed app loses it.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from runner.learner.snapshot import write_whole

MOST_BYTES = 2**20
_UNTYPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class CannotEdit(Exception):
    """The file cannot be edited, or not be written; the text says why and what to do."""


class OpenFile:
    """`path` as it was when it was opened or saved last. Raises `CannotEdit`."""

    def __init__(self, path: Path, draft: Path) -> None:
        self.path = path
        self._draft = draft
        self._mode = 0o644
        self._state = (0, 0)
        self.text = ""
        self.read()

    def read(self) -> str:
        """What is on the disk, from now on the text that changes are against."""
        try:
            facts = self.path.stat()
            if facts.st_size > MOST_BYTES:
                raise CannotEdit(f"{self.path.name} has {facts.st_size / 2**20:.1f} MB: use an editor of your own.")
            data = self.path.read_bytes()
        except OSError as error:
            raise CannotEdit(f"{self.path} cannot be read: {error.strerror or error}.") from error
        self.text = self._as_text(data)
        self._mode, self._state = facts.st_mode & 0o777, (facts.st_mtime_ns, facts.st_size)
        return self.text

    def _as_text(self, data: bytes) -> str:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CannotEdit(f"{self.path.name} is no UTF-8 text: use an editor of your own.") from error
        if _UNTYPABLE.search(text):
            raise CannotEdit(f"{self.path.name} holds control characters: use an editor of your own.")
        return text

    def changed_on_disk(self) -> bool:
        """Somebody else wrote another text to it, or removed it."""
        try:
            facts = self.path.stat()
            if (facts.st_mtime_ns, facts.st_size) == self._state:
                return False
            return facts.st_size > MOST_BYTES or self.path.read_bytes() != self.text.encode()
        except OSError:
            return True

    def save(self, text: str) -> None:
        """Write it whole; the draft is no longer needed."""
        try:
            write_whole(self.path, text.encode(), self._mode)
            facts = self.path.stat()
        except OSError as error:
            raise CannotEdit(
                f"{self.path.name} cannot be written: {error.strerror or error}. What you typed is kept as a draft."
            ) from error
        self.text, self._state = text, (facts.st_mtime_ns, facts.st_size)
        self.drop_draft()

    # -- the draft

    def draft(self) -> str | None:
        """What was typed and never saved, if it differs from the file."""
        try:
            text = self._draft.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if text != self.text else None

    def keep_draft(self, text: str) -> None:
        """Best effort: a full disk must not stop the typing."""
        with contextlib.suppress(OSError):
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._draft, text.encode())

    def drop_draft(self) -> None:
        with contextlib.suppress(OSError):
            self._draft.unlink(missing_ok=True)
