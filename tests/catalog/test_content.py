"""Where the content is found, and that the shipped content can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog import content
from runner.catalog.content import content_root
from runner.catalog.syllabus import load_syllabus


def test_the_environment_decides_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_CONTENT", str(tmp_path))
    assert content_root() == tmp_path.resolve()


def test_a_checkout_is_its_own_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRODRILL_CONTENT", raising=False)
    assert (content_root() / "katas" / "package.json").is_file()


def test_what_a_wheel_brought_along_comes_before_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRODRILL_CONTENT", raising=False)
    (tmp_path / "runner" / "_content").mkdir(parents=True)
    monkeypatch.setattr(content, "__file__", str(tmp_path / "runner" / "catalog" / "content.py"))
    assert content_root() == (tmp_path / "runner" / "_content").resolve()


def test_the_shipped_syllabus_names_every_point_with_its_text() -> None:
    syllabus = load_syllabus()
    assert len(syllabus.points) == 84
    assert all(point.point.strip() for point in syllabus.points.values())
    assert {"the-event-loop", "backpressure", "retries", "shutdown"} <= set(syllabus.lessons)
    assert syllabus.points["A10.1"].kata == "wrong-tool"
