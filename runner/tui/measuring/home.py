"""A learner made for measuring: a folder of state of their own, with one kata that is already mended."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runner.catalog.answers import load_key, materialise
from runner.catalog.loader import load_kata

KATA, FIX = "blocked-event-loop", "worker-threads"


@contextlib.contextmanager
def fresh_home() -> Iterator[Path]:
    """`PRODRILL_HOME` of a new learner, gone after the block."""
    with tempfile.TemporaryDirectory(prefix="prodrill-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def mended_service(into: Path) -> Path:
    """An accepted fix of the kata that is measured with."""
    kata = load_kata(KATA)
    return materialise(kata, load_key(kata).named(FIX), into)
