"""One line of Markdown (code, strong, emphasis) as styled text, where a whole Markdown widget would cost too much."""

from __future__ import annotations

from markdown_it import MarkdownIt
from textual.content import Content

from runner.tui.safe import safe_text

_STYLES = {"strong_open": "bold", "em_open": "italic"}
_CODE = "$text-accent"


def inline(text: str) -> Content:
    """`text` without its marks; what is no mark is shown as it stands."""
    parts: list[tuple[str, str]] = []
    styles: list[str] = []
    for token in MarkdownIt("commonmark", {"html": False}).parseInline(safe_text(text).strip())[0].children or []:
        if token.type in _STYLES:
            styles.append(_STYLES[token.type])
        elif token.type in ("strong_close", "em_close"):
            styles.pop()
        elif token.type == "code_inline":
            parts.append((token.content, _CODE))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append((" ", ""))
        else:
            parts.append((token.content, " ".join(styles)))
    return Content.assemble(*parts)
