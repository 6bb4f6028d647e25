"""Where the learner's things are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.learner.errors import LearnerError
from runner.learner.home import data_home, open_store, workspace_root


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PRODRILL_WORKSPACE", raising=False)
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))


def test_prodrill_home_moves_state_and_workspace(tmp_path: Path) -> None:
    with open_store():
        assert (tmp_path / "home" / "learner.sqlite3").is_file()
        assert workspace_root() == tmp_path / "home" / "workspace"


def test_without_it_the_platform_and_the_home_folder_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRODRILL_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert data_home().name == "prodrill"
    assert data_home().is_relative_to(tmp_path / "user")
    assert workspace_root() == tmp_path / "user" / "prodrill"


def test_a_workspace_chosen_in_the_settings_is_used(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f'workspace = "{tmp_path / "mine"}"\n')
    assert workspace_root() == tmp_path / "mine"


def test_the_environment_comes_before_the_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f'workspace = "{tmp_path / "mine"}"\n')
    monkeypatch.setenv("PRODRILL_WORKSPACE", str(tmp_path / "other"))
    assert workspace_root() == tmp_path / "other"


def test_a_file_cannot_be_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PRODRILL_WORKSPACE", str(tmp_path / "file"))
    with pytest.raises(LearnerError, match="is a file"):
        workspace_root()


def test_a_home_that_cannot_be_made_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(LearnerError, match="PRODRILL_HOME"):
        open_store()
