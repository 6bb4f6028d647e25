"""What a command's exit code says."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """0 to 3 are prodrill's own; from 128 on, 128 and the number of the signal that ended it, as shells have it."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    OURS_OR_INCONCLUSIVE = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141
