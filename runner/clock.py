"""The one module that reads the clock, so that a test can hold time still."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def monotonic_s() -> float:
    """Seconds on a clock that never steps back; comparable within one process and its children."""
    return time.monotonic()


def utc_now() -> datetime:
    """The wall clock, for records that people read."""
    return datetime.now(UTC)
