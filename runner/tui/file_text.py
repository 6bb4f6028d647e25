"""The text of one file of a copy, ready to show: only its head where it is large, nothing where it is binary."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from textual.content import Content

from runner.tui.safe import safe_text

MOST_BYTES = 2**20
HEAD_BYTES = 64 * 2**10
MOST_HIGHLIGHTED = 200_000


class FileText(Struct, frozen=True):
    """`note` says what of the file is not in `text`, and why; empty where all of it is."""

    text: str
    note: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.note


def read_file(path: Path) -> FileText:
    """The file as text. Trouble is told in the note, never raised."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES if size > MOST_BYTES else MOST_BYTES + 1)
    except OSError as error:
        return FileText("", f"cannot be read: {error.strerror or error}")
    if b"\0" in head:
        return FileText("", f"{size:,} bytes that are no text")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 or len(head) == size:
            return FileText(head.decode("utf-8", "replace"), "not valid UTF-8: what could not be read is shown as �")
        text = head.decode("utf-8", "ignore")  # the head ends within a character
    if len(head) < size:
        return FileText(text, f"{size / 2**20:,.1f} MB: only the first {len(head) // 1024} KB are shown")
    return FileText(text)


def styled_lines(text: str, name: str) -> list[Content]:
    """The lines of a file, highlighted by the language that its name tells where it is not too long for that."""
    safe = safe_text(text)
    if len(safe) > MOST_HIGHLIGHTED:
        return [Content(line) for line in safe.split("\n")]
    # Imported here: Pygments is only needed once a file is looked at.
    from textual.highlight import highlight

    return highlight(safe, language=_language(name), tab_size=4).split("\n", allow_blank=True)


def _language(name: str) -> str:
    known = {"js": "javascript", "mjs": "javascript", "cjs": "javascript", "ts": "typescript", "mts": "typescript"}
    suffix = Path(name).suffix.lstrip(".").lower()
    return known.get(suffix, suffix if suffix in _LANGUAGES else "text")


_LANGUAGES = frozenset(("json", "md", "yaml", "yml", "sql", "html", "css", "sh", "toml", "ts"))
