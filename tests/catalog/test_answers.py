"""The answer key, and the whole service of an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.answers import load_key, materialise
from runner.catalog.errors import AlreadyThere, BadValue, MissingFile, NoSuchAnswer, UnknownKey
from runner.catalog.files import walk_files
from runner.catalog.loader import load_kata
from tests.catalog.changing import replace


def test_a_key_holds_the_broken_the_accepted_and_the_rejected(root: Path) -> None:
    key = load_key(load_kata("slow-scan"))
    assert [answer.name for answer in key.accepted] == ["by-hand", "results-not-exceptions", "zod"]
    assert len(key.rejected) == 4
    assert key.broken.fails == ("bad-requests-are-refused",)
    assert key.all[0] is key.broken
    assert key.named("rejected/ascii-only") is key.named("ascii-only")
    with pytest.raises(NoSuchAnswer, match="Did you mean 'ascii-only'"):
        key.named("ascii_only")


def test_an_answer_is_the_service_with_its_overlay(root: Path, tmp_path: Path) -> None:
    kata = load_kata("slow-scan")
    folder = materialise(kata, load_key(kata).named("by-hand"), tmp_path / "made")
    assert list(walk_files(folder)) == list(walk_files(kata.service_folder))
    assert "BadRequest" in (folder / "src/items.js").read_text()
    assert (folder / "server.js").read_bytes() == (kata.service_folder / "server.js").read_bytes()


def test_the_broken_answer_is_the_service_itself(root: Path, tmp_path: Path) -> None:
    kata = load_kata("slow-scan")
    folder = materialise(kata, load_key(kata).broken, tmp_path / "made")
    for relative in walk_files(kata.service_folder):
        assert (folder / relative).read_bytes() == (kata.service_folder / relative).read_bytes()


def test_removed_files_are_left_out(root: Path, tmp_path: Path) -> None:
    kata = load_kata("slow-scan")
    answer = root / "solutions/slow-scan/accepted/by-hand"
    replace(answer / "answer.yaml", "why:", "remove: [server.js, src/log.js]\nwhy:")
    (answer / "server.ts").write_text("export {};\n")
    folder = materialise(kata, load_key(kata).named("by-hand"), tmp_path / "made")
    names = {path.as_posix() for path in walk_files(folder)}
    assert "server.ts" in names
    assert not {"server.js", "src/log.js", "answer.yaml"} & names


def test_a_folder_with_something_in_it_is_never_written_to(root: Path, tmp_path: Path) -> None:
    kata = load_kata("slow-scan")
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(AlreadyThere):
        materialise(kata, load_key(kata).broken, tmp_path)


def test_a_read_only_installation_gives_writable_copies(root: Path, tmp_path: Path) -> None:
    kata = load_kata("slow-scan")
    (kata.service_folder / "server.js").chmod(0o444)
    folder = materialise(kata, load_key(kata).broken, tmp_path / "made")
    assert (folder / "server.js").stat().st_mode & 0o200


@pytest.mark.parametrize(
    ("old", "new", "error", "complaint"),
    [
        ("fails: [bad-requests-are-refused]", "fails: [bad]", BadValue, "names 'bad', which is no criterion"),
        ("fails: [bad-requests-are-refused]", "fails: []", BadValue, "at least one"),
        ("why:", "remove: [nothing.js]\nwhy:", BadValue, "'nothing.js'"),
        ("why:", "remove: [../kata.yaml]\nwhy:", BadValue, "kata.yaml"),
        ("title:", "approach: x\ntitle:", UnknownKey, "approach"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused(
    root: Path, old: str, new: str, error: type[Exception], complaint: str
) -> None:
    replace(root / "solutions/slow-scan/rejected/ascii-only/answer.yaml", old, new)
    with pytest.raises(error, match=complaint):
        load_key(load_kata("slow-scan"))


def test_another_root_of_the_same_layout_may_be_given(root: Path, tmp_path: Path) -> None:
    kata = load_kata("slow-scan")
    (root / "solutions").rename(tmp_path / "elsewhere")
    assert load_key(kata, tmp_path / "elsewhere").folder == tmp_path / "elsewhere" / "slow-scan"
    with pytest.raises(MissingFile, match="no answer key for 'slow-scan'"):
        load_key(kata)
