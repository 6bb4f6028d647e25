"""Changing content for a test."""

from __future__ import annotations

from pathlib import Path


def replace(file: Path, old: str, new: str) -> None:
    """Changes a file of the content; the old text must be there, so that a test never checks an unchanged file."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")
