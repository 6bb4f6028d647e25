"""The main screens at three sizes, as text that a reviewer can read.

After a change that is meant: `PRODRILL_UPDATE_SCREENS=1 pytest tests/tui/test_screens.py` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.scenes import SCENES, play

FOLDER = Path(__file__).parent / "screens"
SIZES = [(80, 24), (100, 30), (160, 50)]
UPDATES = bool(os.environ.get("PRODRILL_UPDATE_SCREENS"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_a_screen_looks_as_it_was_reviewed(name: str, size: tuple[int, int]) -> None:
    kept = FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
    shown = play(name, size) + "\n"
    if UPDATES:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(shown, encoding="utf-8")
    assert kept.is_file(), "write it with PRODRILL_UPDATE_SCREENS=1"
    assert shown.splitlines() == kept.read_text(encoding="utf-8").splitlines()


def test_no_screen_is_kept_that_no_scene_draws() -> None:
    drawn = {f"{name}-{width}x{height}.txt" for name in SCENES for width, height in SIZES}
    assert {file.name for file in FOLDER.iterdir()} == drawn


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.name)
def test_every_kept_screen_fits_its_size_and_ends_with_its_keys(file: Path) -> None:
    width, height = map(int, file.stem.rpartition("-")[2].split("x"))
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    assert lines[-1].endswith(" q Quit")
