"""How a line of a service reads, and which lines a filter passes."""

from __future__ import annotations

import pytest

from runner.tui.log_filter import FilterError, LogFilter
from runner.tui.log_line import LogLine, line_content, reading_of


def a_line(text: str, stream: str = "stdout", replica: str = "") -> LogLine:
    return LogLine(0.0, stream, text, replica)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ('{"time":"2026-01-02T03:04:05.678Z","level":30,"msg":"up","port":3000}', "03:04:05.678 info  up port=3000"),
        ('{"ts":1767323045.5,"severity":"WARNING","message":"slow","ms":12}', "03:04:05.500 warn  slow ms=12"),
        ('{"time":1767323045678,"level":60,"msg":"gone"}', "03:04:05.678 fatal gone"),
        ('{"msg":"x","nested":{"a":[1,2]},"who":"Ünal"}', 'x nested={"a":[1,2]}  who=Ünal'),
        ('{"level":true,"time":"noon","event":"odd"}', "noon odd"),
        ("plain [/foo] text", "plain [/foo] text"),
        ("{not json", "{not json"),
        ("[1,2]", "[1,2]"),
    ],
)
def test_json_reads_as_time_level_message_and_pairs_and_the_rest_as_it_is(text: str, reads: str) -> None:
    assert reading_of(a_line(text)).plain == reads


def test_a_level_is_found_in_plain_text_and_nothing_is_said_by_colour_alone() -> None:
    assert reading_of(a_line("2026 ERROR it broke")).level == "error"
    assert reading_of(a_line("no terrors here")).level == ""
    assert line_content(a_line("it broke", "stderr")).plain.startswith("! it broke")
    assert line_content(a_line("up", replica="replica-2")).plain == "  replica-2 | up"


def test_what_json_hides_is_no_way_to_the_terminal() -> None:
    hidden = line_content(a_line('{"msg":"a\\u001b[2Jb","\\u001b[2Jk":"\\u0007"}')).plain
    assert all(ord(character) >= 0x20 for character in hidden)
    assert line_content(a_line("{" * 9_000)).plain.count("{") == 9_000


@pytest.mark.parametrize(
    ("typed", "passed"),
    [
        ("", [0, 1, 2, 3]),
        ("POOL", [1]),
        ("pool 14", [1]),
        ("pool 15", []),
        ("level:warn", [1, 2]),
        ("level:e", [1]),
        ("stream:stderr", [3]),
        ("replica-2", [2]),
    ],
)
def test_a_filter_passes_what_has_its_words_and_is_grave_enough(typed: str, passed: list[int]) -> None:
    lines = [
        a_line('{"level":"info","msg":"up"}'),
        a_line('{"level":"error","msg":"pool exhausted","waiting":14}'),
        a_line('{"level":40,"msg":"slow"}', replica="replica-2"),
        a_line("trace: at x", "stderr"),
    ]
    wanted = LogFilter.read(typed)
    assert [index for index, line in enumerate(lines) if wanted.passes(line)] == passed
    assert wanted.is_empty == (typed == "")


@pytest.mark.parametrize(("typed", "says"), [("level:loud", "level 'loud'"), ("stream:", "stream ''")])
def test_a_filter_for_what_there_is_not_says_what_there_is(typed: str, says: str) -> None:
    with pytest.raises(FilterError, match=says):
        LogFilter.read(typed)
