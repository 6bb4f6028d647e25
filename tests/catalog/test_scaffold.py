"""A scaffolded kata is complete, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.errors import AlreadyThere, BadSlug
from runner.catalog.lint import lint
from runner.catalog.loader import load_kata
from runner.catalog.scaffold import scaffold


def test_a_new_kata_already_passes_lint(root: Path) -> None:
    scaffold("torn-writes")
    assert lint(["torn-writes"]) == []
    assert lint() == []


def test_a_kata_that_the_syllabus_waits_for_gets_its_points(root: Path) -> None:
    assert load_kata("slow-scan").spec.points == ("P1.1",)


@pytest.mark.parametrize(
    "slug", ["", "Slow", "slow_scan", "-slow", "slow-", "1st", "a/b", "..", "ä", "a" * 41, "a--b", "null", "on"]
)
def test_names_that_cannot_be_a_katas_are_refused(root: Path, slug: str) -> None:
    with pytest.raises(BadSlug, match="lower-case words with dashes"):
        scaffold(slug)


@pytest.mark.parametrize("place", ["katas/torn-writes", "solutions/torn-writes", "course/torn-writes.md"])
def test_nothing_is_ever_overwritten(root: Path, place: str) -> None:
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).write_text("mine")
    before = sorted(root.rglob("*"))
    with pytest.raises(AlreadyThere, match=Path(place).name):
        scaffold("torn-writes")
    assert (root / place).read_text() == "mine"
    assert sorted(root.rglob("*")) == before


def test_no_draft_is_left_behind(root: Path) -> None:
    scaffold("torn-writes")
    assert not list(root.rglob(".*"))
