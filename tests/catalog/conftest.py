"""A content root of its own for each test: one scaffolded kata, a lesson, a syllabus and a toolbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.scaffold import scaffold

SYLLABUS = """\
modules:
  - title: Requests
    lessons: [slow-scan]
points:
  P1.1: {point: say whose fault a bad request is, kata: slow-scan, lesson: slow-scan}
  P1.2: {point: a thing no kata shows}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The content root, chosen by PRODRILL_CONTENT, with the scaffolded kata `slow-scan`."""
    home = tmp_path / "content"
    (home / "course").mkdir(parents=True)
    (home / "katas").mkdir()
    (home / "course" / "syllabus.yaml").write_text(SYLLABUS)
    (home / "katas" / "package.json").write_text('{"dependencies": {"express": "^5.1.0", "zod": "^4.0.0"}}')
    monkeypatch.setenv("PRODRILL_CONTENT", str(home))
    scaffold("slow-scan")
    return home


@pytest.fixture
def kata_file(root: Path) -> Path:
    return root / "katas" / "slow-scan" / "kata.yaml"
