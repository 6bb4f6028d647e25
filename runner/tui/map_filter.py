"""Which entries of the map are shown: by how far the learner is, and by what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from runner.tui.desk import CourseMap, Entry, Part, Progress

FILTERS: dict[str, frozenset[Progress]] = {
    "all": frozenset(Progress),
    "open": frozenset({Progress.OPEN, Progress.STARTED, Progress.FAILED}),
    "failed": frozenset({Progress.FAILED}),
    "done": frozenset({Progress.DONE}),
}
"""By name, in the order that the key goes through them."""
Texts = Mapping[tuple[str, str], tuple[str, ...]]
"""What an entry is found by besides its title and slug, by its kind and slug."""


class Found(Struct, frozen=True):
    """An entry to show; `by` is the text it was found by, empty where its title or slug has what was typed."""

    entry: Entry
    by: str = ""


class FoundPart(Struct, frozen=True):
    """A module with those of its entries that are shown; at least one."""

    part: Part
    entries: tuple[Found, ...]


def filter_after(name: str) -> str:
    names = list(FILTERS)
    return names[(names.index(name) + 1) % len(names)]


def shown(course: CourseMap, only: str, typed: str, texts: Texts) -> tuple[FoundPart, ...]:
    """What passes the filter `only` and has every word that was typed, in course order."""
    words = typed.lower().split()
    parts = []
    for part in course.parts:
        wanted = (entry for entry in part.entries if entry.progress in FILTERS[only])
        found = tuple(each for entry in wanted if (each := _match(entry, words, texts)) is not None)
        if found:
            parts.append(FoundPart(part, found))
    return tuple(parts)


def _match(entry: Entry, words: Sequence[str], texts: Texts) -> Found | None:
    own = f"{entry.title} {entry.slug} {entry.slug.replace('-', ' ')}".lower()
    others = texts.get((entry.kind, entry.slug), ())
    everything = " ".join((own, *(text.lower() for text in others)))
    if not all(_has(everything, word) for word in words):
        return None
    missing = [word for word in words if not _has(own, word)]
    by = next((text for text in others if missing and _has(text.lower(), missing[0])), "")
    return Found(entry, by)


def _has(text: str, word: str) -> bool:
    """`retry` finds retries as well, `queues` a queue."""
    for ending in ("ies", "y", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) in text
    return word in text
