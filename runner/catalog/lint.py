"""Everything about the content that can be checked without running it."""

from __future__ import annotations

from collections.abc import Sequence

from runner.catalog.checks.answers import check_answers
from runner.catalog.checks.course import check_course, check_kata_in_course
from runner.catalog.checks.probes import check_probes
from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.checks.recording import check_recording
from runner.catalog.checks.service import check_service
from runner.catalog.checks.texts import check_criteria, check_texts
from runner.catalog.content import content_root
from runner.catalog.errors import CatalogError, NoSuchKata
from runner.catalog.kata import Kata
from runner.catalog.loader import kata_slugs, load_kata

__all__ = ["Problem", "lint"]

_CHECKS = (
    check_criteria,
    check_probes,
    check_texts,
    check_service,
    check_kata_in_course,
    check_answers,
    check_recording,
)


def lint(slugs: Sequence[str] | None = None) -> list[Problem]:
    """The problems of the katas named, or of all katas and the course; an empty list where all is well.

    Raises `NoSuchKata` for a name that is no folder in `katas/`, and `CatalogError` where there is no such folder.
    """
    readable = kata_slugs()
    katas = content_root() / "katas"
    there = sorted(each.name for each in katas.iterdir() if each.is_dir() and each.name[0] not in "._")
    named = [slug for slug in there if slug != "node_modules"] if slugs is None else list(slugs)
    problems: list[Problem] = []
    for slug in named:
        if slug not in there:
            raise NoSuchKata(slug, there)
        problems += _kata_problems(slug)
    if slugs is None:
        problems += check_course(readable)
    return list(dict.fromkeys(problems))


def _kata_problems(slug: str) -> list[Problem]:
    file = content_root() / "katas" / slug / "kata.yaml"
    try:
        kata: Kata = load_kata(file.parent)
    except CatalogError as error:
        return [from_error(error, file)]
    return [problem for check in _CHECKS for problem in check(kata)]
