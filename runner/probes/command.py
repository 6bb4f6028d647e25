"""How a service's folder is started."""

from __future__ import annotations

from pathlib import Path

from runner.catalog.kata import Kata

_TWINS = (".ts", ".mts", ".mjs", ".cjs")


class NoEntry(Exception):
    """The folder lacks the file to start; the message is for the learner."""


def start_command(kata: Kata, source: Path) -> tuple[str, ...]:
    """`node` and the entry file, or its TypeScript or module twin where the entry is absent. Raises NoEntry."""
    entry = Path(kata.spec.service.entry)
    for candidate in (entry, *(entry.with_suffix(suffix) for suffix in _TWINS)):
        if (source / candidate).is_file():
            return ("node", candidate.as_posix())
    raise NoEntry(
        f"{source} has no {entry}, the file the service is started by. "
        f"Put it back, or start over with `prodrill reset {kata.slug}`."
    )
