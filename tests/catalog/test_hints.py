"""Hints: three levels for every criterion."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.errors import BadMarkdown
from runner.catalog.hints import load_hints
from runner.catalog.loader import load_kata
from tests.catalog.changing import replace


def test_every_criterion_has_three_levels(root: Path) -> None:
    hints = load_hints(load_kata("slow-scan"))
    assert list(hints) == ["bad-requests-are-refused"]
    assert len(hints["bad-requests-are-refused"]) == 3
    assert hints["bad-requests-are-refused"][0].startswith("Send one request")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("## bad-requests-are-refused", "## bad-requests-are-refsed", "Did you mean `bad-requests-are-refused`"),
        ("### 3", "### 4", "have 1, 2, 4"),
        ("### 2", "more:", "have 1, 3"),
        ("### 1\n", "### 1\n\n### 2\n\n### 3\n\n#### 1\n", "1, 2, 3, 2, 3"),
    ],
)
def test_missing_or_misnamed_hints_are_told(root: Path, old: str, new: str, complaint: str) -> None:
    replace(root / "katas" / "slow-scan" / "hints.md", old, new)
    with pytest.raises(BadMarkdown, match=complaint):
        load_hints(load_kata("slow-scan"))


def test_an_empty_level_is_told(root: Path) -> None:
    (root / "katas" / "slow-scan" / "hints.md").write_text("## bad-requests-are-refused\n### 1\na\n### 2\n### 3\nb\n")
    with pytest.raises(BadMarkdown, match="say nothing at level 2"):
        load_hints(load_kata("slow-scan"))
