"""What was read from a file is kept until the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.remembered import remembered


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    reads: list[Path] = []

    @remembered
    def read(file: Path) -> str:
        reads.append(file)
        return file.read_text()

    file = tmp_path / "a"
    file.write_text("one")
    assert read(file) == read(file) == "one"
    file.write_text("three")
    assert read(file) == "three"
    assert reads == [file, file]


def test_trouble_is_told_each_time_and_kept_never(tmp_path: Path) -> None:
    read = remembered(lambda file: file.read_text())
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "none")
    (tmp_path / "none").write_text("here")
    assert read(tmp_path / "none") == "here"
