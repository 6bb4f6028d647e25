"""The colours of a card, light and dark; orange and blue stay apart for the colour-blind, and lines differ in dash."""

from __future__ import annotations

from typing import Literal

Theme = Literal["light", "dark"]

COLOURS: dict[Theme, dict[str, str]] = {
    "light": {
        "ground": "#ffffff",
        "panel": "#f6f8fa",
        "edge": "#d5dbe3",
        "ink": "#1c2128",
        "quiet": "#57606a",
        "before": "#bc4c00",
        "after": "#0b5cad",
        "limit": "#7a5200",
        "good": "#1a7f37",
        "bad": "#c02a22",
        "unsure": "#7a5200",
    },
    "dark": {
        "ground": "#12161c",
        "panel": "#1a2029",
        "edge": "#323b47",
        "ink": "#e2e8ef",
        "quiet": "#9aa7b5",
        "before": "#f0883e",
        "after": "#6cb6ff",
        "limit": "#e3b341",
        "good": "#57c27a",
        "bad": "#f47067",
        "unsure": "#e3b341",
    },
}
FONTS = (
    "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'Segoe UI', 'Noto Sans', Roboto, Ubuntu,"
    " 'DejaVu Sans', 'Nimbus Sans', FreeSans, sans-serif"
)

_RULES = """\
text {{ font-family: {fonts}; fill: {ink}; }}
.quiet {{ fill: {quiet}; }} .strong {{ font-weight: 700; }}
.ground {{ fill: {ground}; }} .panel {{ fill: {panel}; stroke: {edge}; stroke-width: 1; }}
.rule {{ stroke: {edge}; stroke-width: 1; fill: none; }}
.before {{ stroke: {before}; stroke-width: 2; stroke-dasharray: 5 3; fill: none; stroke-linejoin: round; }}
.after {{ stroke: {after}; stroke-width: 2.4; fill: none; stroke-linejoin: round; }}
.dot-before {{ fill: none; stroke: {before}; stroke-width: 1.6; }} .dot-after {{ fill: {after}; }}
.bar-before {{ fill: none; stroke: {before}; stroke-width: 1.6; }} .bar-after {{ fill: {after}; }}
.limit {{ stroke: {limit}; stroke-width: 1.6; stroke-dasharray: 2 3; fill: none; }}
.limit-then {{ stroke: {limit}; stroke-width: 1; stroke-dasharray: 1 5; fill: none; }}
.tick {{ stroke: {limit}; stroke-width: 2; }}
.of-limit {{ fill: {limit}; stroke: {panel}; stroke-width: 4; paint-order: stroke; }}
.good {{ stroke: {good}; }} .bad {{ stroke: {bad}; }} .unsure {{ stroke: {unsure}; }}
.mark {{ stroke-width: 2.6; fill: none; stroke-linecap: round; stroke-linejoin: round; }}
"""


def svg_style(theme: Theme) -> str:
    """The rules that colour what `chart_svg` and `svg` draw."""
    return _RULES.format(fonts=FONTS, **COLOURS[theme])
