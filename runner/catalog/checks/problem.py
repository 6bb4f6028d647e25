"""A fault of the content, with its place."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from runner.catalog.errors import BadFile, CatalogError


class Problem(Struct, frozen=True, order=True):
    """`line` counts from 1, and is None for what concerns the whole file."""

    file: Path
    line: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.file}{f':{self.line}' if self.line else ''}: {self.text}"


def from_error(error: CatalogError, file: Path) -> Problem:
    """The problem an error tells of; `file` where it names none."""
    if isinstance(error, BadFile):
        return Problem(error.file, error.line, error.text)
    return Problem(file, None, str(error))
