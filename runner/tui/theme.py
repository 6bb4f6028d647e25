"""Two themes, one dark and one light; every stylesheet of the app uses their variables only."""

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


def first_theme(env: Mapping[str, str] = os.environ) -> str:
    """Light where the terminal says that its background is (`COLORFGBG=0;15`), else dark."""
    background = env.get("COLORFGBG", "").rsplit(";", 1)[-1]
    return LIGHT.name if background in {"7", "15"} else DARK.name
