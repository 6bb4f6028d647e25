"""What a debrief says that is shown apart from it: the metric to alert on."""

from __future__ import annotations

import re

from runner.catalog.kata import Kata
from runner.catalog.yaml_file import read_text

_SECTION = re.compile(r"^## What to (?:alert on|watch)\s*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_FIRST_ITEM = re.compile(r"^- ", re.MULTILINE)
_LONGEST = 360


def load_debrief(kata: Kata) -> str:
    """`debrief.md` as written. Raises the kinds of `BadFile`."""
    return read_text(kata.folder / "debrief.md")


def metric_to_alert_on(debrief: str) -> str:
    """The first sentences of its section on what to alert on, as plain text; empty where there is no such section."""
    found = _SECTION.search(debrief)
    if found is None:
        return ""
    section = re.split(r"^## ", debrief[found.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    paragraph = _FIRST_ITEM.split(section.strip().split("\n\n")[0].removeprefix("- "))[0]
    kept: list[str] = []
    for sentence in _SENTENCE_END.split(_plain(paragraph)):
        if kept and sum(map(len, kept)) + len(sentence) > _LONGEST:
            break
        kept.append(sentence)
    return " ".join(kept)


def _plain(markdown: str) -> str:
    text = _LINK.sub(r"\1", " ".join(markdown.split()))
    return re.sub(r"\*\*|`|(?<!\w)\*(?=\w)|(?<=[\w.])\*(?!\w)", "", text)
