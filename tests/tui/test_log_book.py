"""All lines of a run in a file, the last of them at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.record.events import LineLogged
from runner.tui import log_book
from runner.tui.log_book import LOG_LINES, LogBook


def filled(book: LogBook, count: int) -> LogBook:
    for n in range(count):
        book.take(LineLogged(n / 10, "stdout", f"line {n}"))
    book.flush()
    return book


def test_what_is_not_held_any_more_is_in_the_file(tmp_path: Path) -> None:
    book = filled(LogBook(file=tmp_path / "logs" / "x.log"), LOG_LINES + 500)
    assert book.total == LOG_LINES + 500 and len(book.lines) == LOG_LINES
    assert book.file is not None
    kept = book.file.read_text().splitlines()
    assert len(kept) == LOG_LINES + 500 and kept[0].split() == ["0.000", "stdout", "line", "0"]
    book.close()


def test_a_reader_gets_what_is_new_to_it_as_far_as_it_is_held() -> None:
    book = filled(LogBook(), 5)
    assert [line.text for line in book.since(3)] == ["line 3", "line 4"]
    assert book.since(5) == []
    filled(book, LOG_LINES)
    assert len(book.since(0)) == LOG_LINES


def test_a_file_that_cannot_be_written_or_grew_too_long_is_told_and_the_lines_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in the way").write_text("")
    book = filled(LogBook(file=tmp_path / "in the way" / "x.log"), 3)
    assert "kept no further" in book.trouble and book.total == 3
    monkeypatch.setattr(log_book, "MOST_BYTES", 100)
    book = filled(LogBook(file=tmp_path / "x.log"), 30)
    assert "it reached 0 MB" in book.trouble and book.total == 30
