"""An SVG picture as PNG, drawn by resvg: no browser, nothing fetched."""

from __future__ import annotations

from functools import cache

from runner.reports.card.look import FONTS


class NoFont(Exception):
    """This machine has no font to draw text with, so a PNG would be a picture without words."""

    def __init__(self) -> None:
        super().__init__(
            "this machine has no font to draw text with (DejaVu Sans will do: `fonts-dejavu-core` on Debian). "
            "Write .svg or .html instead: these are drawn with the fonts of whoever looks at them."
        )


def rasterise(svg: str, zoom: int = 2) -> bytes:
    """PNG bytes, `zoom` pixels for each unit of the picture. Raises `NoFont`."""
    from resvg_py import svg_to_bytes

    if not _draws_text():
        raise NoFont
    return bytes(svg_to_bytes(svg_string=svg, zoom=zoom))


@cache
def _draws_text() -> bool:
    from resvg_py import svg_to_bytes

    head = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    word = f'<text x="2" y="15" font-family="{FONTS}">ab</text>'
    return bytes(svg_to_bytes(svg_string=f"{head}{word}</svg>")) != bytes(svg_to_bytes(svg_string=f"{head}</svg>"))
