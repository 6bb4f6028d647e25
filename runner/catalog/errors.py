"""What can be wrong with content, as one tree.

    CatalogError                 anything wrong with course, katas or answer keys; its text is ready to show
    ├── NoSuchKata               no kata of that name (`name`, `nearest`)
    ├── NoSuchLesson             no lesson of that name (`name`, `nearest`)
    ├── NoSuchAnswer             no answer of that name (`name`, `nearest`)
    ├── NoSuchPage               no page of that name in a lesson (`name`, `nearest`)
    ├── NoSuchBlock              no block of that name or number in a lesson (`name`, `nearest`)
    ├── BadFile                  a file of the content cannot be used as it stands (`file`, `line`)
    │   ├── MissingFile          it is not there
    │   ├── BadYaml              it is not YAML, or says a key twice
    │   ├── UnknownKey           it has a key that means nothing (`key`, `nearest`)
    │   ├── MissingKey           it lacks a key (`key`)
    │   ├── BadValue             a key has a value of the wrong type or out of range (`key`)
    │   └── BadMarkdown          front matter or headings are not as agreed
    ├── BadSlug                  a name that cannot be a kata's
    └── AlreadyThere             a folder that would have to be overwritten

Each text names the thing, the value and the next step, so that a command prints it as it is and ends with
code 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


def nearest_name(name: str, names: Iterable[str]) -> str:
    """The valid name most like `name`, or an empty string where none is like it."""
    by_lower = {valid.lower(): valid for valid in names}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[close[0]] if close else ""


def _suggestion(nearest: str) -> str:
    return f" Did you mean {nearest!r}?" if nearest else ""


class CatalogError(Exception):
    """Anything wrong with the content; `str()` of it is ready to show."""


class _NoSuch(CatalogError):
    what = "thing"
    next_step = ""

    def __init__(self, name: str, names: Iterable[str] = ()) -> None:
        self.name = name
        self.nearest = nearest_name(name, names)
        super().__init__(f"There is no {self.what} {name!r}.{_suggestion(self.nearest)}{self.next_step}")


class NoSuchKata(_NoSuch):
    what = "kata"
    next_step = " `prodrill list` shows all of them."


class NoSuchLesson(_NoSuch):
    what = "lesson"
    next_step = " `prodrill lesson` lists all of them."


class NoSuchAnswer(_NoSuch):
    what = "answer"


class NoSuchPage(_NoSuch):
    what = "page"

    def __init__(self, name: str, names: Iterable[str], lesson: str) -> None:
        pages = list(names)
        self.next_step = f" The lesson {lesson} has: {', '.join(pages)}."
        super().__init__(name, pages)


class NoSuchBlock(_NoSuch):
    what = "block"

    def __init__(self, name: str, names: Iterable[str], lesson: str) -> None:
        blocks = list(names)
        listed = ", ".join(f"{number} ({block})" for number, block in enumerate(blocks, start=1))
        self.next_step = f" The lesson {lesson} has {listed or 'none to try'}."
        super().__init__(name, blocks)


class BadFile(CatalogError):
    """A file of the content that cannot be used; `text` is what is wrong, without the place."""

    def __init__(self, file: Path, text: str, line: int | None = None) -> None:
        self.file = file
        self.line = line
        self.text = text
        super().__init__(f"{file}{f':{line}' if line else ''}: {text}")


class MissingFile(BadFile):
    pass


class BadYaml(BadFile):
    pass


class BadMarkdown(BadFile):
    pass


class UnknownKey(BadFile):
    def __init__(self, file: Path, key: str, valid: Iterable[str], line: int | None = None) -> None:
        self.key = key
        names = list(valid)
        self.nearest = nearest_name(key.rsplit(".", 1)[-1], names)
        help_ = _suggestion(self.nearest) or f" Valid here: {', '.join(names)}."
        super().__init__(file, f"unknown key `{key}`.{help_}", line)


class MissingKey(BadFile):
    def __init__(self, file: Path, key: str, line: int | None = None) -> None:
        self.key = key
        super().__init__(file, f"the key `{key}` is missing; add it.", line)


class BadValue(BadFile):
    def __init__(self, file: Path, key: str, text: str, line: int | None = None) -> None:
        self.key = key
        super().__init__(file, f"`{key}` {text}", line)


class BadSlug(CatalogError):
    pass


class AlreadyThere(CatalogError):
    pass
