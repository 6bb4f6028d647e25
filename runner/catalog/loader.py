"""Katas from disk: one by name or folder, or all of them in the order they are best met.

Errors are `CatalogError`s (the tree is drawn in `runner.catalog.errors`): `NoSuchKata`, and the kinds of
`BadFile` for a `kata.yaml` that cannot be used.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from runner.catalog.content import content_root
from runner.catalog.errors import BadValue, CatalogError, MissingFile, NoSuchKata, nearest_name
from runner.catalog.kata import BACKING, Criterion, Kata, KataSpec
from runner.catalog.remembered import remembered
from runner.catalog.yaml_file import read_typed

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def kata_slugs() -> list[str]:
    """The names of all katas, sorted, without reading any of them."""
    katas = content_root() / "katas"
    if not katas.is_dir():
        raise CatalogError(
            f"There are no katas in {katas.parent}: it has no katas/ folder. "
            "Unset PRODRILL_CONTENT, or point it at a folder with course/, katas/ and solutions/."
        )
    return sorted(entry.name for entry in katas.iterdir() if (entry / "kata.yaml").is_file())


def load_kata(slug_or_folder: str | Path) -> Kata:
    """A kata by its name, or from any folder that holds a `kata.yaml`.

    Raises `NoSuchKata` with the nearest name, or a `BadFile` that names file, line and key.
    """
    text = str(slug_or_folder)
    if isinstance(slug_or_folder, str) and SLUG.fullmatch(text):
        folder = content_root() / "katas" / text
        if (folder / "kata.yaml").is_file():
            return _read(folder)
    folder = Path(text).expanduser()
    if (folder / "kata.yaml").is_file():
        return _read(folder.resolve())
    if isinstance(slug_or_folder, Path) or os.sep in text:
        raise MissingFile(folder / "kata.yaml", "no kata here: this file is missing.")
    raise NoSuchKata(text, kata_slugs())


def survey() -> tuple[list[Kata], list[CatalogError]]:
    """Every kata that can be read, in course order, and what is wrong with the others."""
    katas: list[Kata] = []
    problems: list[CatalogError] = []
    for slug in kata_slugs():
        try:
            katas.append(_read(content_root() / "katas" / slug))
        except CatalogError as problem:
            problems.append(problem)
    place = _lesson_places()
    last = len(place)
    katas.sort(key=lambda kata: (place.get(kata.spec.lesson, last), kata.spec.difficulty, kata.slug))
    return katas, problems


def all_katas() -> list[Kata]:
    """Every kata, by its lesson's place in the syllabus, then difficulty, then name. Raises the first."""
    katas, problems = survey()
    if problems:
        raise problems[0]
    return katas


def _lesson_places() -> dict[str, int]:
    # Imported here: the syllabus reads lessons, which have no need of katas.
    from runner.catalog.syllabus import lesson_order

    return {slug: place for place, slug in enumerate(lesson_order())}


def _read(folder: Path) -> Kata:
    return Kata(slug=folder.name, folder=folder, spec=_remembered_spec(folder / "kata.yaml"))


def _read_spec(file: Path) -> KataSpec:
    spec = read_typed(file, KataSpec)
    _check_numbers(file, spec)
    _check_names(file, spec)
    _check_criteria(file, spec.criteria)
    return spec


_remembered_spec = remembered(_read_spec)


def _check_numbers(file: Path, spec: KataSpec) -> None:
    limits = spec.limits
    ranges: list[tuple[str, float, float, float]] = [
        ("difficulty", spec.difficulty, 1, 5),
        ("minutes", spec.minutes, 1, 600),
        ("replicas", spec.replicas, 1, 5),
        ("postgres.connections", spec.postgres.connections, 1, 100),
        ("limits.memory_mb", limits.memory_mb, 32, 4096),
        ("limits.heap_mb", limits.heap_mb, 16, limits.memory_mb),
        ("limits.cpus", limits.cpus, 0.1, 8),
        ("limits.pids", limits.pids, 16, 4096),
        ("limits.tmp_mb", limits.tmp_mb, 1, 1024),
        ("limits.log_mb", limits.log_mb, 1, 1024),
    ]
    for key, value, low, high in ranges:
        if not low <= value <= high:
            raise BadValue(file, key, f"should be from {low:g} to {high:g}, but is {value:g}")


def _check_names(file: Path, spec: KataSpec) -> None:
    if not SLUG.fullmatch(spec.lesson):
        raise BadValue(file, "lesson", f"should be the name of a file in course/ without .md: {spec.lesson!r}")
    if not spec.title.strip():
        raise BadValue(file, "title", "should not be empty")
    _check_backing(file, spec)
    for name, variable in spec.downstreams.items():
        if not _ENV_NAME.fullmatch(variable):
            raise BadValue(file, f"downstreams.{name}", f"should name an environment variable: {variable!r}")
    routes = {"service.health": spec.service.health, "service.readiness": spec.service.readiness or "/ready"}
    for key, path in (("service.entry", spec.service.entry), *((key, "." + path) for key, path in routes.items())):
        if not path.strip("./") or ".." in Path(path).parts or Path(path).is_absolute():
            raise BadValue(file, key, f"should be a path inside the service, with no `..`: {path!r}")
    for key, path in routes.items():
        if not path.startswith("/"):
            raise BadValue(file, key, f"should begin with a slash: {path!r}")
    if spec.service.readiness and spec.replicas == 1:
        raise BadValue(file, "service.readiness", "is asked of several `replicas` only, and there is one: leave it out")


def _check_backing(file: Path, spec: KataSpec) -> None:
    for index, kind in enumerate(spec.backing):
        if kind not in BACKING:
            nearest = nearest_name(kind, BACKING)
            hint = f" Did you mean {nearest!r}?" if nearest else ""
            known = " or ".join(BACKING)
            raise BadValue(file, f"backing[{index}]", f"should be {known}, but is {kind!r}.{hint}")
        if kind in spec.backing[:index]:
            raise BadValue(file, f"backing[{index}]", f"is there twice: {kind!r}")


def _check_criteria(file: Path, criteria: tuple[Criterion, ...]) -> None:
    """Ids are usable and unique; needs are earlier criteria, so that there is no circle, and none that runs aside."""
    if not criteria:
        raise BadValue(file, "criteria", "should list at least one criterion")
    earlier: dict[str, Criterion] = {}
    for index, criterion in enumerate(criteria):
        if not SLUG.fullmatch(criterion.id):
            raise BadValue(file, f"criteria[{index}].id", f"should be lower-case words with dashes: {criterion.id!r}")
        if criterion.id in earlier:
            raise BadValue(file, f"criteria[{index}].id", f"is there twice: {criterion.id!r}")
        for need in criterion.needs:
            if need not in earlier:
                raise BadValue(
                    file, f"criteria[{index}].needs", f"should name earlier criteria, and {need!r} is not one"
                )
            if earlier[need].aside:
                raise BadValue(file, f"criteria[{index}].needs", f"should not wait for {need!r}, which runs aside")
        if criterion.aside and not criterion.needs:
            raise BadValue(file, f"criteria[{index}].aside", "should be of a criterion that needs another")
        earlier[criterion.id] = criterion
