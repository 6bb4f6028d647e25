"""Lines: whatever the bytes and however they are cut, what comes out is safe, short text."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from runner.sandbox.lines import Budget, LineSplitter, sanitised


@given(st.lists(st.binary(max_size=200)))
def test_no_control_character_gets_through(chunks: list[bytes]) -> None:
    splitter = LineSplitter()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.end()
    for line in lines:
        assert not [one for one in line if unicodedata.category(one) == "Cc" and one != "\t"]
        assert len(line.splitlines()) == 1


@given(st.binary(max_size=400), st.integers(1, 50))
def test_how_the_bytes_are_cut_makes_no_difference(data: bytes, size: int) -> None:
    whole, pieces = LineSplitter(), LineSplitter()
    at_once = whole.feed(data) + whole.end()
    cut = [line for at in range(0, len(data), size) for line in pieces.feed(data[at : at + size])] + pieces.end()
    assert cut == at_once


def test_a_sequence_that_never_ends_takes_its_line_alone() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"\x1b]0;title without end\nnext\n") == ["next"]


def test_a_long_line_is_cut_once_and_the_next_one_is_whole() -> None:
    splitter = LineSplitter()
    lines = [line for _ in range(5) for line in splitter.feed(b"x" * 5000)]
    lines += splitter.feed(b"\nnext\n")
    assert [line[-5:] for line in lines] == ["(cut)", "next"]


def test_colours_and_links_leave_their_text() -> None:
    assert sanitised(b"\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07") == "red link"


def test_a_budget_gives_what_is_left_and_then_nothing() -> None:
    budget = Budget(1)
    assert len(budget.take(b"x" * 2**20)) == 2**20
    assert not budget.is_spent
    assert budget.take(b"xx") == b""
    assert budget.is_spent
