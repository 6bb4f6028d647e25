"""The file of settings: what it may say, and what is said of it where it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.learner.errors import SettingsError
from runner.learner.settings import Settings, load_settings, read_settings, write_template
from runner.learner.settings_file import TEMPLATE, settings_file


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def trouble(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(written(folder, text))
    return str(caught.value)


def test_without_a_file_everything_is_as_it_always_was(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == Settings()


def test_the_file_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    assert write_template(file)
    file.write_text('theme = "light"\n')
    assert not write_template(file)
    assert read_settings(file).theme == "light"


def test_the_new_file_chooses_nothing_and_every_line_of_it_would_be_understood(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, TEMPLATE)) == Settings()
    examples = [line.removeprefix("# ") for line in TEMPLATE.splitlines() if "=" in line or line.startswith("# [")]
    lines = [line for line in examples if not line[0].isupper() and "environment" not in line]
    assert read_settings(written(tmp_path, "\n".join(lines))).keys == {"map.next": "c", "kata.verify": "v,f5"}


def test_an_unknown_setting_is_named_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    said = trouble(tmp_path, '# mine\n\nthem = "dark"\n')
    assert "line 3" in said and "'them'" in said and "Did you mean 'theme'?" in said and str(tmp_path) in said


def test_an_unknown_table_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in trouble(tmp_path, '\n[kyes]\n"map.next" = "c"\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('sandbox = "dokcer"', ("line 1", "auto, docker, process", "Did you mean 'docker'?")),
        ('theme = "blue"', ("auto, dark, light, terminal", "'blue'")),
        ("plain = 1", ("true or false", "1")),
        ("editor = 3", ("text in quotes", "3")),
        ("a = 1\nb = = 2\n", ("not TOML", "line 2")),
        ('keys = "x"', ("a table",)),
        ('[keys]\n\n"map.next" = 3', ("line 3", "map.next")),
        ('[keys]\nmap.next = "c"', ("line 2", "in quotes")),
    ],
)
def test_a_bad_value_is_named_with_what_would_do(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    said = trouble(tmp_path, text)
    assert all(part in said for part in expected), said


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_settings(file)


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path))
    written(tmp_path, 'sandbox = "docker"\ntheme = "light"\nplain = true\n')
    assert settings_file() == tmp_path / "settings.toml"
    settings = load_settings({"PRODRILL_SANDBOX": "process", "PRODRILL_PLAIN": "0"})
    assert (settings.sandbox, settings.theme, settings.plain) == ("process", "light", False)
    for name, value in (("PRODRILL_THEME", "blue"), ("PRODRILL_PLAIN", "maybe")):
        with pytest.raises(SettingsError, match=f"{name}.*{value}"):
            load_settings({name: value})
