"""Criteria and probes are one to one and in the same order; read from the source, which is never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from runner.catalog.checks.problem import Problem
from runner.catalog.errors import CatalogError, nearest_name
from runner.catalog.kata import Kata
from runner.catalog.yaml_file import read_text


class FoundProbe(Struct, frozen=True):
    """A function under `@probe("criterion")`, the fixtures it asks for, and whether a judge belongs to it."""

    criterion: str
    function: str
    line: int
    judged: bool
    fixtures: tuple[str, ...] = ()


def found_probes(source: str) -> list[FoundProbe]:
    """The probes in the order of the file; raises SyntaxError."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    judged = {
        decorator.value.id
        for function in functions
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Attribute) and decorator.attr == "judge" and isinstance(decorator.value, ast.Name)
    }
    return [
        FoundProbe(criterion, function.name, function.lineno, function.name in judged, _arguments(function))
        for function in functions
        for decorator in function.decorator_list
        if (criterion := _criterion_of(decorator)) is not None
    ]


def check_probes(kata: Kata) -> Iterator[Problem]:
    """Every criterion has one probe with a judge, in the order of `kata.yaml`."""
    file = kata.folder / "probes.py"
    try:
        probes = found_probes(read_text(file))
    except CatalogError as error:
        yield Problem(file, None, getattr(error, "text", str(error)))
        return
    except SyntaxError as error:
        yield Problem(file, error.lineno, f"not valid Python: {error.msg}")
        return
    except ValueError as error:  # a NUL byte
        yield Problem(file, None, f"not valid Python: {error}")
        return
    yield from _matched(file, [criterion.id for criterion in kata.criteria], probes)
    yield from _right_copies(file, kata.spec.replicas, probes)


def _right_copies(file: Path, replicas: int, probes: list[FoundProbe]) -> Iterator[Problem]:
    right, wrong = ("replicas", "service") if replicas > 1 else ("service", "replicas")
    for probe in probes:
        if wrong in probe.fixtures:
            said = f"kata.yaml says `replicas: {replicas}`, so it should ask for `{right}`"
            yield Problem(file, probe.line, f"the probe {probe.criterion!r} asks for `{wrong}`; {said}")


def _matched(file: Path, wanted: list[str], probes: list[FoundProbe]) -> Iterator[Problem]:
    names = [probe.criterion for probe in probes]
    for index, probe in enumerate(probes):
        if probe.criterion not in wanted:
            nearest = nearest_name(probe.criterion, wanted)
            help_ = f" Did you mean {nearest!r}?" if nearest else ""
            yield Problem(file, probe.line, f"the probe {probe.criterion!r} is for no criterion.{help_}")
        if probe.criterion in names[:index]:
            yield Problem(file, probe.line, f"there is a second probe for {probe.criterion!r}")
        if not probe.judged:
            yield Problem(
                file, probe.line, f"the probe {probe.criterion!r} has no judge: add `@{probe.function}.judge`"
            )
    for name in wanted:
        if name not in names:
            yield Problem(file, None, f'no probe for the criterion {name!r}: add `@probe("{name}", ...)`')
    if sorted(names) == sorted(wanted) and names != wanted:
        yield Problem(file, None, f"the probes should be in the order of kata.yaml: {', '.join(wanted)}")


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs))


def _criterion_of(decorator: ast.expr) -> str | None:
    if not isinstance(decorator, ast.Call) or not decorator.args:
        return None
    called, first = decorator.func, decorator.args[0]
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return first.value if name == "probe" and isinstance(first, ast.Constant) and isinstance(first.value, str) else None
