"""What a service prints, as lines that are safe to show: no terminal sequences, no control characters, valid text."""

from __future__ import annotations

import re

LINE_LIMIT_BYTES = 8192
_CUT = " … (cut)"
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"
)
# C0 and C1 but for the tab, and what turns text around or breaks lines in it.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def sanitised(raw: bytes) -> str:
    """`raw` as text: invalid UTF-8 replaced, escape sequences and control characters dropped."""
    return _CONTROLS.sub("", _SEQUENCES.sub("", raw.decode("utf-8", "replace")))


class LineSplitter:
    """Cuts one stream into sanitised lines of at most 8 KB; blank ones are left out."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skipping = False

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that `chunk` completes."""
        *whole, rest = chunk.split(b"\n")
        lines = []
        for part in whole:
            if not self._skipping:
                lines.append(self._line(part))
            self._rest.clear()
            self._skipping = False
        if not self._skipping:
            self._rest += rest
            if len(self._rest) > LINE_LIMIT_BYTES:
                lines.append(self._line(b""))
                self._rest.clear()
                self._skipping = True
        return [line for line in lines if line.strip()]

    def end(self) -> list[str]:
        """The last line, where the stream ended without a line feed."""
        line = "" if self._skipping else self._line(b"")
        self._rest.clear()
        return [line] if line.strip() else []

    def _line(self, part: bytes) -> str:
        raw = bytes(self._rest) + part
        if len(raw) <= LINE_LIMIT_BYTES:
            return sanitised(raw)
        return sanitised(raw[:LINE_LIMIT_BYTES]) + _CUT


class Budget:
    """How many bytes of log a service may still write."""

    def __init__(self, log_mb: int) -> None:
        self._left = log_mb * 2**20

    def take(self, chunk: bytes) -> bytes:
        """The part of `chunk` that is within the budget."""
        within = chunk[: max(self._left, 0)]
        self._left -= len(chunk)
        return within

    @property
    def is_spent(self) -> bool:
        return self._left < 0
