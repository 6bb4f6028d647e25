"""Hints: `hints.md`, for each criterion three levels: what to look at, which mechanism, which API.

A level-two heading names the criterion, and three level-three headings under it, `1` to `3`, the levels.
"""

from __future__ import annotations

from runner.catalog.errors import BadMarkdown, nearest_name
from runner.catalog.kata import Kata
from runner.catalog.markdown import Section, sections
from runner.catalog.yaml_file import read_text

LEVELS = 3


def load_hints(kata: Kata) -> dict[str, tuple[str, ...]]:
    """Three texts for each criterion, in the order of `kata.yaml`; raises the first `BadMarkdown`."""
    hints, problems = survey_hints(kata)
    if problems:
        raise problems[0]
    return hints


def survey_hints(kata: Kata) -> tuple[dict[str, tuple[str, ...]], list[BadMarkdown]]:
    """The hints that can be read, and everything wrong with the file."""
    file = kata.folder / "hints.md"
    _, found = sections(read_text(file), 2)
    known = [criterion.id for criterion in kata.criteria]
    by_id = {section.title.strip("`"): section for section in found}
    problems = [
        BadMarkdown(file, _unknown(name, known), section.line) for name, section in by_id.items() if name not in known
    ]
    hints: dict[str, tuple[str, ...]] = {}
    for name in known:
        if name not in by_id:
            problems.append(BadMarkdown(file, f"has no hints for `{name}`: add `## {name}` with `### 1` to `### 3`."))
            continue
        hints[name], wrong = _levels(by_id[name])
        if wrong:
            problems.append(BadMarkdown(file, f"the hints for `{name}` {wrong}", by_id[name].line))
    return hints, problems


def _levels(section: Section) -> tuple[tuple[str, ...], str]:
    """The texts under `### 1` to `### 3`, and what is wrong with them or an empty string."""
    _, levels = sections(section.text, 3)
    numbers = [level.title.split(" ")[0].rstrip(".:") for level in levels]
    texts = tuple(level.text.strip() for level in levels)
    expected = [str(number) for number in range(1, LEVELS + 1)]
    if numbers != expected:
        return texts, f"should have the levels 1, 2 and 3, but have {', '.join(numbers) or 'none'}."
    if not all(texts):
        return texts, f"say nothing at level {texts.index('') + 1}."
    return texts, ""


def _unknown(name: str, known: list[str]) -> str:
    nearest = nearest_name(name, known)
    return f"`{name}` is no criterion of this kata." + (f" Did you mean `{nearest}`?" if nearest else "")
