"""What a service printed in one run: the last lines to show, and all of them in a file."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from runner.record.events import LineLogged
from runner.tui.log_line import LogLine
from runner.tui.safe import safe_line

LOG_LINES = 2_000
MOST_BYTES = 64 * 2**20


@dataclass(slots=True)
class LogBook:
    """`lines` are the last; `total` counts all, so that a reader knows which of them are new to it.

    Where `file` is set each line is written there, up to 64 MB; `trouble` says why that had to end.
    """

    lines: deque[LogLine] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    total: int = 0
    dropped: int = 0
    file: Path | None = None
    trouble: str = ""
    _written: int = 0
    _out: TextIO | None = None

    def take(self, event: LineLogged) -> LogLine:
        """One more line, made safe to show."""
        line = LogLine(event.at_s, event.stream, safe_line(event.text), event.replica)
        self.lines.append(line)
        self.total += 1
        if self.file is not None:
            self._write(line)
        return line

    def since(self, seen: int) -> list[LogLine]:
        """The lines after the first `seen` of the run, as far as they are still here."""
        fresh = min(self.total - seen, len(self.lines))
        return list(self.lines)[len(self.lines) - fresh :] if fresh > 0 else []

    def flush(self) -> None:
        if self._out is not None:
            self._out.flush()

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def _write(self, line: LogLine) -> None:
        text = f"{line.at_s:9.3f} {line.stream} {line.replica + ' | ' if line.replica else ''}{line.text}\n"
        self._written += len(text)
        try:
            if self._out is None:
                assert self.file is not None
                self.file.parent.mkdir(parents=True, exist_ok=True)
                self._out = self.file.open("w", encoding="utf-8", errors="replace")
            if self._written > MOST_BYTES:
                raise OSError(f"it reached {MOST_BYTES // 2**20} MB")
            self._out.write(text)
        except OSError as error:
            self.trouble = f"the log is kept no further in {self.file}: {error.strerror or error}"
            self.file = None
            self.close()
