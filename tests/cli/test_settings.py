"""`prodrill settings`, and that every command goes by them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.learner.home import workspace_root
from tests.cli.conftest import Prodrill, Type
from tests.cli.fake_engine import PASSING, engine_saying


def write(home: Path, text: str) -> Path:
    file = home / "state" / "settings.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def test_the_file_is_made_at_first_use_and_its_place_is_printed(typed: Type, home: Path) -> None:
    done = typed("settings", "--init")
    assert done.code == 0
    assert Path(done.out.strip()) == home / "state" / "settings.toml"
    assert "Written just now" in done.err
    assert "stays as it is" in typed("settings", "--init").err
    assert "All of it is understood" in typed("settings", "--check").err


def test_checking_writes_nothing(typed: Type, home: Path) -> None:
    assert "no such file" in typed("settings", "--check").err
    assert not (home / "state" / "settings.toml").exists()


def test_what_holds_is_told_for_a_script_as_well(typed: Type, home: Path) -> None:
    write(home, 'theme = "light"\n[keys]\n"map.next" = "c"\n')
    told = json.loads(typed("settings", "--json").out)
    assert (told["theme"], told["sandbox"], told["keys"]) == ("light", "auto", {"map.next": "c"})


@pytest.mark.parametrize("command", [("settings", "--check"), ("list",), ("verify", "slow-sum"), ("settings",)])
def test_a_file_that_is_not_understood_ends_every_command_in_a_sentence(
    typed: Type, home: Path, command: tuple[str, ...]
) -> None:
    file = write(home, 'sandbocks = "docker"\n')
    done = typed(*command)
    assert done.code == 2 and not done.out
    assert f"{file}, line 1: there is no setting 'sandbocks'. Did you mean 'sandbox'?" in done.err.replace("\n  ", " ")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('"map.nxt" = "c"', "Did you mean 'map.next'?"),
        ('"map.next" = "contrl+v"', "no key 'contrl+v'"),
        ('"map.next" = "f"', "map.next and map.filter"),
        ('"map.next" = "q"', "app.quit"),
        ('"kata.verify" = "up"', "needed for moving about"),
    ],
)
def test_keys_that_cannot_hold_are_refused_by_name(typed: Type, home: Path, keys: str, said: str) -> None:
    write(home, f"[keys]\n{keys}\n")
    done = typed("settings", "--check")
    assert done.code == 2
    assert said in done.err.replace("\n  ", " ")


def test_the_names_of_keys_are_listed_with_what_they_do(typed: Type) -> None:
    listed = typed("settings", "--keys").out
    assert "map.next" in listed and "kata.verify" in listed and "app.quit" in listed
    (row,) = [line for line in listed.splitlines() if line.startswith("map.next ")]
    assert row.split()[1] == "n" and "go on" in row


def test_a_flag_comes_before_the_environment_and_that_before_the_file(
    typed: Type, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, 'sandbox = "docker"\n')
    typed("start", "slow-sum")

    def asked(*flags: str) -> str:
        engine = engine_saying(PASSING)
        typed("verify", "slow-sum", *flags, engine=engine)
        return str(engine.requests[-1].sandbox)

    assert asked() == "docker"
    monkeypatch.setenv("PRODRILL_SANDBOX", "process")
    assert asked() == "process"
    assert asked("--sandbox", "auto") == "auto"
    monkeypatch.setenv("PRODRILL_SANDBOX", "dokcer")
    assert "PRODRILL_SANDBOX" in typed("verify", "slow-sum").err


def test_the_workspace_of_the_file_is_where_copies_go(typed: Type, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRODRILL_WORKSPACE")
    write(home, f'workspace = "{home / "mine"}"\n')
    assert workspace_root() == home / "mine"
    typed("start", "slow-sum")
    assert (home / "mine" / "slow-sum" / "server.js").is_file()


def test_without_a_terminal_the_app_says_what_to_do(prodrill: Prodrill) -> None:
    done = prodrill()
    assert done.returncode == 2 and "needs a terminal" in done.stderr and "prodrill verify KATA" in done.stderr
