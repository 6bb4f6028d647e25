"""A picture in the form that a file's ending asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from runner.reports.card.look import Theme

ENDINGS = (".svg", ".png", ".html")


class UnknownEnding(Exception):
    """A file's ending names no form that can be written."""

    def __init__(self, file: Path) -> None:
        ending = f"the ending {file.suffix!r} does not say" if file.suffix else "there is no ending to say"
        super().__init__(f"{file}: {ending} what to write. End the name with .svg, .png or .html.")


class ToSvg(Protocol):
    def __call__(self, theme: Theme, /) -> str: ...


def picture(file: Path, svg: ToSvg, html: Callable[[Theme | None], str], theme: Theme | None = None) -> bytes:
    """The bytes for `file`; light where no theme is given, and HTML as the reader has it.

    Raises `UnknownEnding`, and `NoFont` for a PNG on a machine without fonts.
    """
    match file.suffix.lower():
        case ".svg":
            return svg(theme or "light").encode()
        case ".html" | ".htm":
            return html(theme).encode()
        case ".png":
            from runner.reports.card.png import rasterise

            return rasterise(svg(theme or "light"))
    raise UnknownEnding(file)


def check_ending(file: Path) -> None:
    """Raises `UnknownEnding` before anything is measured or drawn."""
    if file.suffix.lower() not in (*ENDINGS, ".htm"):
        raise UnknownEnding(file)
