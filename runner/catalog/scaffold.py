"""A new kata that is complete from the start: an honest small example to change, which already passes `lint`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import yaml

from runner.catalog.content import content_root
from runner.catalog.errors import AlreadyThere, BadSlug
from runner.catalog.files import walk_files
from runner.catalog.loader import SLUG
from runner.catalog.syllabus import load_syllabus

_TEMPLATE = Path(__file__).parent / "template"
MAX_SLUG = 40


def scaffold(slug: str, root: Path | None = None) -> tuple[Path, ...]:
    """Writes a kata, its answer key and a lesson draft under `root` (the content root), and returns the three places.

    Raises `BadSlug` for a name that cannot be a kata's, and `AlreadyThere` rather than overwrite anything.
    """
    if not SLUG.fullmatch(slug) or len(slug) > MAX_SLUG or not isinstance(yaml.safe_load(slug), str):
        raise BadSlug(
            f"{slug!r} cannot name a kata: use lower-case words with dashes, at most {MAX_SLUG} characters, "
            "as in `slow-leak`, and no word that YAML reads as something else (`null`, `yes`)."
        )
    home = root or content_root()
    places = (home / "katas" / slug, home / "solutions" / slug, home / "course" / f"{slug}.md")
    for place in places:
        if place.exists():
            raise AlreadyThere(f"{place} is already there; choose another name, or remove it first.")
    words = _words(slug)
    for source, place in zip(("kata", "key", "lesson.md"), places, strict=True):
        _write(_TEMPLATE / source, place, words)
    return places


def _words(slug: str) -> dict[str, str]:
    points = load_syllabus().points
    named = [name for name, point in points.items() if point.kata == slug] or list(points)[:1]
    return {
        "__SLUG__": slug,
        "__TITLE__": slug.replace("-", " ").capitalize(),
        "__LESSON__": slug,
        "__POINTS__": f"[{', '.join(named)}]",
    }


def _write(source: Path, place: Path, words: dict[str, str]) -> None:
    """Writes one file or folder of the template, which appears whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        if source.is_file():
            (draft / "one").write_text(_filled(source, words), encoding="utf-8")
            (draft / "one").rename(place)
            return
        for relative in walk_files(source):
            target = draft / "all" / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(source / relative, words), encoding="utf-8")
        (draft / "all").rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _filled(file: Path, words: dict[str, str]) -> str:
    text = file.read_text(encoding="utf-8")
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text
