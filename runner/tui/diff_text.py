"""A unified diff as styled text: signs and colours for what changed, the code itself highlighted."""

from __future__ import annotations

from pathlib import PurePosixPath

from textual.content import Content
from textual.highlight import highlight

from runner.tui.safe import safe_text

MOST_LINES = 2_000
_WIDEST_TINT = 160
_LANGUAGES = {".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".ts": "typescript", ".json": "json",
              ".sql": "sql", ".md": "markdown"}  # fmt: skip
_SIGNS = {"+": "on $success 15%", "-": "on $error 15%"}
_MARKS = {"+": "bold $text-success", "-": "bold $text-error"}


def diff_text(patch: str) -> Content:
    """All of it, up to 2,000 lines; says so where it was cut."""
    lines = safe_text(patch).splitlines()
    cut = len(lines) - MOST_LINES
    shown: list[Content] = []
    language = ""
    width = min(_WIDEST_TINT, max((len(line) for line in lines[:MOST_LINES]), default=0))
    for line in lines[:MOST_LINES]:
        if line.startswith(("--- ", "+++ ")):
            language = _language(line) or language
            shown.append(Content.assemble((line, "bold")))
        elif line.startswith("@@"):
            shown.append(Content.assemble((line, "$text-primary")))
        else:
            shown.append(_code(line, language, width))
    if cut > 0:
        shown.append(Content.assemble((f"… {cut:,} more lines are not shown", "dim")))
    return Content("\n").join(shown)


def _language(line: str) -> str:
    name = line[4:].split("\t")[0].strip()
    return _LANGUAGES.get(PurePosixPath(name).suffix, "text") if name != "/dev/null" else ""


def _code(line: str, language: str, width: int) -> Content:
    """The tint of a changed line reaches to the longest line's end, so that changes read as blocks."""
    sign, code = line[:1], line[1:]
    shown = highlight(code, language=language) if language and code.strip() else Content(code)
    made = Content.assemble((sign, _MARKS.get(sign, "")), shown, " " * max(0, width - len(line)))
    return made.stylize(_SIGNS[sign]) if sign in _SIGNS else made
