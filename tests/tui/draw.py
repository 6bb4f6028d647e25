"""Draws the pictures of the README from the app itself: `python -m tests.tui.draw [DIR]`.

SVG that asks nothing of elsewhere: no font is fetched, and what a browser need not know is left out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from runner.tui.app import ProdrillApp
from tests.tui.scenes import play

FOLDER = Path(__file__).parent / "pictures"
SIZE = (112, 32)
DRAWN = {
    "map": "map",
    "lesson": "lesson",
    "workbench": "workbench-running",
    "failed": "workbench-failed",
    "solved": "before-after",
}
"""The file of each picture, and the scene it shows."""
_FONTS = '"DejaVu Sans Mono", Menlo, Consolas, monospace'


def draw(scene: str) -> str:
    """One screen as SVG."""
    return small(play(scene, SIZE, _exported))


def _exported(app: ProdrillApp) -> str:
    return app.export_screenshot(title="prodrill")


def small(svg: str) -> str:
    """What Textual exported without fonts of elsewhere, clipping of lines, and digits that nobody sees."""
    svg = re.sub(r"<!--.*?-->|@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<clipPath id=\"[^\"]*-line-\d+\">.*?</clipPath>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#[^)]*-line-\d+\)"', "", svg)
    svg = re.sub(r"terminal-\d+-", "", svg)
    svg = re.sub(r'="(\d+\.\d{2,})"', lambda number: f'="{float(number[1]):.1f}"', svg)
    svg = svg.replace("&#160;", "\u00a0").replace("Fira Code, monospace", _FONTS).replace("arial", "sans-serif")
    return re.sub(r"\n\s*", "\n", svg)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in DRAWN.items():
        file = folder / f"{name}.svg"
        file.write_text(draw(scene), encoding="utf-8")
        print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
