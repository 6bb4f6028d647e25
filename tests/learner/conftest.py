"""A store, a kata and a workspace of their own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.catalog.kata import Kata
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from tests.learner.making import make_kata


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "learner.sqlite3") as opened:
        yield opened


@pytest.fixture
def kata(tmp_path: Path) -> Kata:
    return make_kata(tmp_path / "katas")


@pytest.fixture
def workspace(tmp_path: Path, store: Store) -> Workspace:
    return Workspace(tmp_path / "workspace", store)
