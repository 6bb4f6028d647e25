"""The pictures of the README are the app's own, small, and ask nothing of elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.tui.draw import DRAWN, FOLDER, draw, small

README = Path(__file__).parents[2] / "README.md"
LARGEST = 60_000


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"\]\(tests/tui/pictures/([a-z]+)\.svg\)", README.read_text(encoding="utf-8"))
    assert len(shown) >= 4
    assert set(shown) <= set(DRAWN)
    assert {file.stem for file in FOLDER.glob("*.svg")} == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_a_kept_picture_is_small_and_fetches_nothing(name: str) -> None:
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < LARGEST
    assert not re.search(r"url\(['\"]?http|href=|@import|<script", svg)
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_a_screen_is_drawn_with_its_words_unchanged() -> None:
    words = "".join(ElementTree.fromstring(draw("workbench-failed")).itertext()).replace("\u00a0", " ")
    assert "What decided it" in words
    assert re.search(r"round 1, at \d+\.\d\d s: rendering took", words)


def test_digits_are_dropped_from_places_and_not_from_words() -> None:
    assert small('<text x="12.3456">6.18</text>') == '<text x="12.3">6.18</text>'
