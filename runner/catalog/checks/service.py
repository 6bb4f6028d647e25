"""The shipped service: startable, small, in several files, and with a contract that says what a probe relies on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.content import content_root
from runner.catalog.errors import CatalogError
from runner.catalog.files import walk_files
from runner.catalog.kata import BACKING_VARIABLES, Kata
from runner.catalog.service_folder import entry_file
from runner.catalog.yaml_file import read_text

MIN_LINES, MAX_LINES = 80, 300
SCRIPT_ENDINGS = frozenset({".js", ".mjs", ".ts", ".mts"})
_IMPORT = re.compile(r"""^\s*(?:import|export)\b(?:[^'"\n]*?\bfrom)?\s*['"]([^'"]+)['"]""", re.MULTILINE)
_BUILT_IN = re.compile(
    "assert|async_hooks|buffer|child_process|cluster|crypto|diagnostics_channel|dns|events|fs|https?|http2|net|os|path|"
    "perf_hooks|process|querystring|readline|stream|string_decoder|timers|tls|tty|url|util|v8|vm|worker_threads|zlib"
)


def check_service(kata: Kata) -> Iterator[Problem]:
    """The entry, the package file, the size, the imports and the contract."""
    folder = kata.service_folder
    try:
        entry_file(kata, folder)
    except CatalogError:
        yield Problem(folder / kata.spec.service.entry, None, "the service's entry file is missing")
    yield from _package(folder / "package.json")
    yield from _size(folder)
    yield from check_imports(folder)
    yield from _contract(kata)
    schema = kata.folder / "schema.sql"
    if schema.is_file() and "postgres" not in kata.spec.backing:
        yield Problem(schema, None, "nothing applies it: kata.yaml has no `backing: [postgres]`")


def check_imports(folder: Path) -> Iterator[Problem]:
    """What a service or an answer imports is its own, Node's, or in the toolbox."""
    for file in _scripts(folder):
        for package, line in unknown_imports(file.read_text(encoding="utf-8", errors="replace")):
            yield Problem(file, line, f"imports {package!r}, which katas/package.json does not have")


def unknown_imports(code: str) -> Iterator[tuple[str, int]]:
    """What a script imports that is neither its own, nor Node's, nor in the toolbox; with the line, from 1."""
    toolbox = toolbox_packages()
    for found in _IMPORT.finditer(code):
        name = found[1]
        parts = name.split("/")
        package = "/".join(parts[:2]) if name.startswith("@") else parts[0]
        if name.startswith((".", "node:", "#")) or _BUILT_IN.fullmatch(package) or package in toolbox:
            continue
        yield package, code.count("\n", 0, found.start(1)) + 1


def toolbox_packages() -> frozenset[str]:
    """The npm packages every service and fix may import."""
    try:
        data = json.loads((content_root() / "katas" / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(data.get("dependencies", {}))


def _scripts(folder: Path) -> list[Path]:
    return [folder / each for each in walk_files(folder) if each.suffix in SCRIPT_ENDINGS]


def _package(file: Path) -> Iterator[Problem]:
    try:
        data = json.loads(read_text(file))
    except CatalogError as error:
        yield from_error(error, file)
    except ValueError as error:
        yield Problem(file, getattr(error, "lineno", None), f"not valid JSON: {error}")
    else:
        if not isinstance(data, dict) or data.get("type") != "module":
            yield Problem(file, None, 'should have `"type": "module"`, as services are ES modules')


def _size(folder: Path) -> Iterator[Problem]:
    scripts = _scripts(folder)
    lines = sum(len(file.read_text(encoding="utf-8", errors="replace").splitlines()) for file in scripts)
    if not MIN_LINES <= lines <= MAX_LINES:
        yield Problem(folder, None, f"a service should have {MIN_LINES} to {MAX_LINES} lines, and this has {lines}")
    if len(scripts) < 2:
        yield Problem(folder, None, "a service should be in several files, and this is in one")


def _contract(kata: Kata) -> Iterator[Problem]:
    file = kata.service_folder / "README.md"
    try:
        text = read_text(file)
    except CatalogError:
        return  # said by the check of texts
    needed = {
        "PORT": "where it listens",
        "INSTANCE_ID": "what its health route repeats",
        kata.spec.service.health: "its health route",
        **({kata.spec.service.readiness: "its readiness route"} if kata.spec.service.readiness else {}),
        **{variable: f"where it finds {name}" for name, variable in kata.spec.downstreams.items()},
        **{BACKING_VARIABLES[kind]: f"where it finds {kind}" for kind in kata.spec.backing},
        **dict.fromkeys(kata.spec.service.env, "which kata.yaml sets"),
    }
    for word, meaning in needed.items():
        if not re.search(rf"(?<![\w/]){re.escape(word)}(?!\w)", text):
            yield Problem(file, None, f"the contract should name `{word}`, {meaning}")
