"""Plain text: what a screen reader is given has no drawn lines, no sign without a word, nothing redrawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runner.learner.home import data_home
from runner.record.finding import Series
from runner.reports.chart import series_sentence
from runner.reports.plain import plain_text
from tests.cli.conftest import Prodrill, Type
from tests.cli.fake_engine import FAILING, PASSING, engine_saying

DRAWN = re.compile("[\x1b\u2190-\u21ff\u2500-\u25ff\u2700-\u27bf\u2800-\u28ff…•]")
COMMANDS = [
    ("list",),
    ("lesson",),
    ("lesson", "streams"),
    ("syllabus",),
    ("start", "slow-sum"),
    ("hint", "slow-sum"),
    ("diff", "slow-sum"),
    ("attempts", "slow-sum"),
    ("attempts", "slow-sum", "--compare", "1", "2"),
    ("debrief", "slow-sum"),
    ("solution", "slow-sum"),
    ("settings",),
    ("doctor",),
    ("--help",),
    ("verify", "--help"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_draws_anything(typed: Type, command: tuple[str, ...]) -> None:
    typed("start", "slow-sum")
    for report in (FAILING, PASSING):
        typed("verify", "slow-sum", engine=engine_saying(report))
    done = typed(*command, "--plain")
    assert done.code in (0, 3)  # 3: what the doctor found on this machine
    assert not DRAWN.search(done.out + done.err), done.out + done.err


def test_a_verification_tells_the_same_story_in_words(typed: Type) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", "--plain", engine=engine_saying(FAILING))
    assert done.code == 1
    assert "passed: answers-right\n" in done.out
    assert "failed: stays-quick\n" in done.out
    assert "because: What was seen of stays-quick." in done.out
    assert "failed slow-sum: 1 passed, 1 failed" in done.out
    assert "failed: stays-quick\n" in done.err
    assert not DRAWN.search(done.out + done.err)


@pytest.mark.parametrize("way", ["before", "after", "environment", "file"])
def test_it_can_be_asked_for_in_four_ways(typed: Type, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    typed("start", "slow-sum")
    line = ["verify", "slow-sum"]
    match way:
        case "before":
            line = ["--plain", *line]
        case "after":
            line = [*line, "--plain"]
        case "environment":
            monkeypatch.setenv("PRODRILL_PLAIN", "1")
        case _:
            (data_home() / "settings.toml").write_text("plain = true\n")
    assert "✓" not in typed(*line, engine=engine_saying(PASSING)).out
    monkeypatch.setenv("PRODRILL_PLAIN", "0")
    assert "✓" in typed("verify", "slow-sum", engine=engine_saying(PASSING)).out


def test_data_for_a_program_stays_as_it_is(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    (home / "work" / "slow-sum" / "server.js").write_text("// a → b ✓\n")
    assert "+// a → b ✓" in typed("diff", "slow-sum", "--plain").out


def test_the_app_is_not_drawn_where_plain_text_is_asked_for(prodrill: Prodrill) -> None:
    done = prodrill("--plain")
    assert done.returncode == 2 and "plain text was asked for" in done.stderr and "prodrill list" in done.stderr


def test_signs_become_ascii_and_letters_of_any_language_stay() -> None:
    assert plain_text("┌─┐ a → b ✓ ⣿é日") == "+-+ a -> b + é日"


def test_a_chart_becomes_a_sentence() -> None:
    series = Series("delay", "ms", ((0.0, 1.0), (2.0, 9.0), (3.0, 4.0)), 20.0, "prompt")
    assert series_sentence(series) == "delay in ms: 3 values in 3.0 s, from 1 to 9, the last 4, prompt 20."
    assert series_sentence(Series("delay", "ms", ())) == "delay in ms: nothing was measured."
