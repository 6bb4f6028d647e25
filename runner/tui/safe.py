"""Makes text that a service, a file or a report brought in safe to show.

A terminal obeys what it is sent: an escape sequence in a log line could wipe the screen. Every sink of the app shows
text that went through here and is never parsed as markup.
"""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x1b\\|\x07|$)"  # OSC, DCS and other strings, up to their end
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that reorder a line
    "\u2028\u2029\ud800-\udfff]"
)


def safe_text(text: str) -> str:
    """`text` without escape sequences, control characters and direction marks; keeps newlines, expands tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN.sub("", _ESCAPES.sub("", text)).expandtabs(4)


def safe_line(text: str, limit: int = 2_000) -> str:
    """One line of `safe_text`, at most `limit` characters; newlines become spaces."""
    line = safe_text(text[: limit * 4]).replace("\n", " ").strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"
