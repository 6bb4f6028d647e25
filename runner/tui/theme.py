"""Three themes: dark, light, and the terminal's own colours; every stylesheet uses their variables only."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.theme import Theme


def _scrollbars(ground: str, bar: str) -> dict[str, str]:
    parts = ("background", "background-hover", "background-active", "corner-color")
    return {**{f"scrollbar-{part}": ground for part in parts}, "scrollbar": bar}


DARK = Theme(
    name="prodrill-dark",
    primary="#6cb6ff",
    secondary="#8ddb8c",
    accent="#f0b429",
    foreground="#d8dee6",
    background="#12161c",
    surface="#171c24",
    panel="#202733",
    success="#57c27a",
    warning="#e3b341",
    error="#f47067",
    dark=True,
    variables={
        "footer-key-foreground": "#f0b429",
        "block-cursor-background": "#2f4a6b",
        **_scrollbars("#12161c", "#39424f"),
    },
)
LIGHT = Theme(
    name="prodrill-light",
    primary="#0b5cad",
    secondary="#1a7f37",
    accent="#9a5b00",
    foreground="#1c2128",
    background="#ffffff",
    surface="#f6f8fa",
    panel="#e4e9ef",
    success="#1a7f37",
    warning="#8a5a00",
    error="#c02a22",
    dark=False,
    variables={
        "footer-key-foreground": "#9a5b00",
        "block-cursor-background": "#c8def5",
        "block-cursor-foreground": "#1c2128",
        **_scrollbars("#ffffff", "#c3ccd6"),
    },
)


TERMINAL = Theme(
    name="prodrill-terminal",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    dark=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-text-style": "bold reverse",
        "footer-key-foreground": "ansi_magenta",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_black",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_cyan",
        "screen-selection-foreground": "ansi_black",
        "border-blurred": "ansi_default",
        **_scrollbars("ansi_default", "ansi_blue"),
    },
)
THEMES: dict[str, tuple[Theme, str]] = {
    "dark": (DARK, "light text on a dark ground"),
    "light": (LIGHT, "dark text on a light ground"),
    "terminal": (TERMINAL, "the colours your terminal is set to"),
}
"""By the names that the settings take, each with what it is, in the order that the key goes through them."""


def first_theme(wanted: str = "auto", env: Mapping[str, str] = os.environ) -> str:
    """The name of the theme that is `wanted`; of `auto` light where the terminal says so (`COLORFGBG=0;15`)."""
    if wanted in THEMES:
        return THEMES[wanted][0].name
    background = env.get("COLORFGBG", "").rsplit(";", 1)[-1]
    return LIGHT.name if background in {"7", "15"} else DARK.name


def theme_after(name: str) -> str:
    """The name, as the settings take it, of the theme that follows the one with Textual's `name`."""
    names = list(THEMES)
    place = next((index for index, (theme, _) in enumerate(THEMES.values()) if theme.name == name), -1)
    return names[(place + 1) % len(names)]
