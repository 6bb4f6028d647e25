"""Text without what a screen reader spells out: drawn lines, blocks, dots, arrows and marks become ASCII or nothing."""

from __future__ import annotations

_HORIZONTAL = "─━┄┅┈┉╌╍═╴╶╸╺╼╾"
_VERTICAL = "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"
_SIGNS = {
    **dict.fromkeys(_HORIZONTAL, "-"),
    **dict.fromkeys(_VERTICAL, "|"),
    "←": "<-",
    "→": "->",
    "↑": "^",
    "↓": "v",
    "⇒": "=>",
    "◀": "<",
    "◄": "<",
    "►": ">",
    "▶": ">",
    "▲": "^",
    "▼": "v",
    "✓": "+",
    "✗": "x",
    "•": "-",
    "·": "-",
    "…": "...",
}
_TABLE = {
    **dict.fromkeys(range(9472, 9600), "+"),  # corners and crossings
    **dict.fromkeys(range(9600, 9632), "#"),  # blocks
    **dict.fromkeys(range(10240, 10496), ""),  # braille, drawn with and not read
    **{ord(sign): text for sign, text in _SIGNS.items()},
}


def plain_text(text: str) -> str:
    """`text` in words and ASCII signs; letters of any language stay."""
    return text.translate(_TABLE)
