"""YAML into typed values, with errors that name the file, the line, the key and what was meant instead."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
import yaml
from msgspec import Struct

from runner.catalog.errors import BadValue, BadYaml, MissingFile, MissingKey, UnknownKey

T = TypeVar("T")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_REQUIRED = re.compile(r"missing required field `([^`]*)`")


class _Loader(_Base):  # type: ignore[misc]  # the C loader where libyaml is present, chosen at run time
    """Safe YAML that refuses a key said twice, which YAML itself would silently let win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {name!r} is there twice", key.start_mark)
            seen.add(name)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def read_text(file: Path) -> str:
    """The file as UTF-8; `MissingFile` or `BadYaml` where it cannot be read as such."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingFile(file, "this file is missing.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadYaml(file, f"cannot be read as UTF-8 text: {error}") from error


def parse_yaml(text: str, file: Path, first_line: int = 1) -> Any:
    """What `text` says; `first_line` is the line of `file` on which it begins."""
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + first_line if mark else None
        raise BadYaml(file, f"not valid YAML: {error.problem or error.context}", line) from None
    except (yaml.YAMLError, ValueError) as error:
        raise BadYaml(file, f"not valid YAML: {error}") from None


def typed(text: str, file: Path, kind: type[T], first_line: int = 1) -> T:
    """`text` as a value of `kind`; raises `BadYaml`, `UnknownKey`, `MissingKey` or `BadValue`."""
    data = parse_yaml(text, file, first_line)
    if not isinstance(data, dict):
        raise BadYaml(file, f"expected keys with values, found {_shown(data)}.", first_line)
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error), data, text, file, kind, first_line) from None


class Item(Struct, frozen=True):
    """One item of a YAML list: the keys it has, and where it begins in `file`."""

    data: dict[str, Any]
    index: int
    text: str
    file: Path
    first_line: int

    @property
    def line(self) -> int:
        return self.line_of()

    def line_of(self, *steps: str | int) -> int:
        """The line of a key in it, or of the item."""
        return _line(self.text, [self.index, *steps], self.first_line) or self.first_line

    def typed(self, kind: type[T]) -> T:
        """The item as a value of `kind`; errors as those of `typed`."""
        try:
            return msgspec.convert(self.data, kind)
        except msgspec.ValidationError as error:
            raise _explained(
                str(error), self.data, self.text, self.file, kind, self.first_line, (self.index,)
            ) from None

    def bad(self, key: str, text: str, *steps: str | int) -> BadValue:
        """An error at `steps` in this item."""
        return BadValue(self.file, key, text, self.line_of(*steps))


def yaml_items(text: str, file: Path, first_line: int) -> list[Item]:
    """A YAML list of mappings, one item each; raises `BadYaml`."""
    data = parse_yaml(text, file, first_line)
    if not isinstance(data, list) or not data:
        raise BadYaml(file, f"expected a list, each item beginning with `- `, found {_shown(data)}.", first_line)
    for index, each in enumerate(data):
        if not isinstance(each, dict):
            line = _line(text, [index], first_line)
            raise BadYaml(file, f"expected keys with values, found {_shown(each)}.", line)
    return [Item(each, index, text, file, first_line) for index, each in enumerate(data)]


def read_typed(file: Path, kind: type[T]) -> T:
    """The YAML file as a value of `kind`; errors as `typed`, and `MissingFile`."""
    return typed(read_text(file), file, kind)


def key_line(file: Path, *steps: str | int) -> int | None:
    """The line of a key in a YAML file that could be read; None where it is not."""
    return _line(read_text(file), list(steps), 1)


def _explained(
    message: str,
    data: Any,
    text: str,
    file: Path,
    kind: type,
    first_line: int,
    above: tuple[int, ...] = (),
) -> BadYaml | UnknownKey | MissingKey | BadValue:
    what, _, place = message.partition(" - at `")
    steps = [name or int(index) for name, index in _STEP.findall(place.rstrip("`"))]
    if found := _UNKNOWN.search(what):
        path = [*steps, found[1]]
        return UnknownKey(file, _dotted(path), _fields_at(kind, steps), _line(text, [*above, *path], first_line))
    if found := _REQUIRED.search(what):
        return MissingKey(file, _dotted([*steps, found[1]]), _line(text, [*above, *steps], first_line))
    value = _at(data, steps)
    told = what.replace("Expected", "should be").replace(", got", ", but is")
    return BadValue(file, _dotted(steps), f"{told}: {_shown(value)}", _line(text, [*above, *steps], first_line))


def _dotted(steps: list[str | int]) -> str:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return shown.lstrip(".") or "(the whole file)"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _at(data: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
    return data


def _fields_at(kind: Any, steps: list[str | int]) -> list[str]:
    """The names allowed at a place, by following the annotations of the structs on the way."""
    for step in steps:
        if isinstance(step, str) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            by_name = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
            kind = by_name.get(step, kind)
        else:
            kind = next(iter(get_args(kind)), kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [field.encode_name for field in msgspec.structs.fields(kind)]
    return []


def _line(text: str, steps: list[str | int], first_line: int) -> int | None:
    """The line of the deepest of `steps` that the document has."""
    node = yaml.compose(text, _Loader)
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair is None:
                break
            key, node = pair
            if step == steps[-1]:
                return int(key.start_mark.line) + first_line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            break
    return int(node.start_mark.line) + first_line if node is not None else None
