"""`prodrill prove`: the table, the code, and which part of it a change asks for."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runner.catalog.loader import all_katas
from runner.cli.engine import Engine
from runner.cli.sampling import Change, changed_files, plan_since
from runner.record.finding import Verdict
from runner.verifier.prove import Row
from tests.cli.conftest import Type
from tests.cli.fake_engine import FAILING, report_saying


class FakeProof:
    """Says of every answer what a test lets it say, and remembers what it was asked to prove."""

    def __init__(self, *, wrong: bool = False) -> None:
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...], int]] = []
        self._wrong = wrong

    @property
    def engine(self) -> Engine:
        return Engine(prove=self.prove)

    async def prove(
        self,
        katas: Any,
        sandboxes: Any,
        *,
        answers_root: Path | None,
        variants: Any,
        repeat: int,
        jobs: int,
        on_row: Callable[[Row], None],
    ) -> list[Row]:
        [kata] = katas
        self.asked.append((kata.slug, tuple(sandboxes), tuple(variants), repeat))
        got = ("answers-right",) if self._wrong else ("stays-quick",)
        verdicts = (Verdict.FAILED, Verdict.PASSED) if self._wrong else (Verdict.PASSED, Verdict.FAILED)
        row = Row(
            kata.slug, "process", "rejected", "later", 1, ("stays-quick",), got, (), 1.5, report_saying(*verdicts)
        )
        on_row(row)
        return [row]


def test_what_there_is_no_time_for_is_left_out_and_named(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = FakeProof()
    clock = iter((0.0, 59.0, 61.0))
    monkeypatch.setattr("runner.cli.commands.prove.monotonic_s", lambda: next(clock))
    done = typed("prove", "slow-sum", "lost-rows", "--sandbox", "process", "--within", "1", engine=proof)
    assert (done.code, [asked[0] for asked in proof.asked]) == (0, ["slow-sum"])
    assert "Not proven, as 1 minutes were over: lost-rows." in done.err


def test_a_row_is_printed_for_each_and_all_right_is_code_0(typed: Type) -> None:
    proof = FakeProof()
    done = typed("prove", "slow-sum", "--sandbox", "process", "--repeat", "3", engine=proof)
    assert done.code == 0
    assert done.out.split() == [*("right", "1.5", "s", "process", "slow-sum", "rejected/later", "fails", "stays-quick")]
    assert "1 verified, 0 not as named." in done.err
    assert proof.asked == [("slow-sum", ("process",), (), 3)]


def test_a_wrong_row_says_what_was_expected_and_is_code_1(typed: Type) -> None:
    done = typed("prove", "--sandbox", "process", engine=FakeProof(wrong=True))
    assert done.code == 1
    assert done.out.startswith("WRONG   1.5 s  process  slow-sum  rejected/later  ")
    assert "expected: fails stays-quick; seed 7" in done.err
    assert "stays-quick: passed: " in done.err and "answers-right: failed: " in done.err


class Unsteady(FakeProof):
    """Wrong the first time only."""

    async def prove(self, katas: Any, sandboxes: Any, **given: Any) -> list[Row]:
        self._wrong = not self.asked
        return await super().prove(katas, sandboxes, **given)


def test_what_is_wrong_once_is_told_and_what_is_wrong_again_is_code_1(typed: Type) -> None:
    proof = Unsteady()
    done = typed("prove", "slow-sum", "--sandbox", "process", "--again", "3", engine=proof)
    assert done.code == 0
    assert "Unsteady: slow-sum rejected/later in process, seed 7." in done.err
    assert proof.asked[1] == ("slow-sum", ("process",), ("later",), 3)
    again = typed("prove", "slow-sum", "--sandbox", "process", "--again", "3", engine=FakeProof(wrong=True))
    assert again.code == 1 and "Unsteady" not in again.err


def test_rows_as_json_are_all_there_is_on_stdout(typed: Type, home: Path) -> None:
    done = typed("prove", "slow-sum", "--sandbox", "process", "--json", "-", engine=FakeProof())
    [row] = json.loads(done.out)
    assert (row["right"], row["variant"], row["report"]["seed"]) == (True, "later", 7)
    typed("prove", "slow-sum", "--sandbox", "process", "--json", "rows.json", engine=FakeProof())
    assert json.loads((home / "rows.json").read_bytes()) == [row]


def test_an_answer_that_no_kata_has_is_refused(typed: Type) -> None:
    done = typed("prove", "slow-sum", "--variant", "latr", "--sandbox", "process", engine=FakeProof())
    assert done.code == 2
    assert "'latr'" in done.err and "Did you mean 'later'?" in done.err


def test_a_folder_of_answers_that_is_not_there_is_refused(typed: Type) -> None:
    done = typed("prove", "--answers", "nowhere", engine=FakeProof())
    assert done.code == 2
    assert "nowhere" in done.err


def _planned(*files: str, turn: int = 0) -> dict[str, tuple[str, ...]]:
    return {plan.kata.slug: plan.variants for plan in plan_since(all_katas(), Change(files, turn))}


def test_what_a_change_touches_is_proven_in_full(home: Path) -> None:
    assert _planned("katas/lost-rows/probes.py", turn=1) == {"lost-rows": ()}
    assert _planned("solutions/lost-rows/broken.yaml", turn=1) == {"lost-rows": ()}
    assert _planned("README.md", turn=1) == {}


def test_a_change_of_the_engine_takes_a_sample_of_every_kata(home: Path) -> None:
    sample = ("broken", "by-hand", "later")
    assert _planned("runner/probes/load.py", "katas/slow-sum/kata.yaml") == {"slow-sum": (), "lost-rows": sample}


def test_the_sample_comes_round_to_every_kata_and_every_answer(home: Path) -> None:
    key = home / "content" / "solutions" / "slow-sum" / "rejected"
    (key / "never").mkdir()
    (key / "never" / "answer.yaml").write_bytes((key / "later" / "answer.yaml").read_bytes())
    turns = [_planned("README.md", turn=turn) for turn in range(8)]
    assert {slug for turn in turns for slug in turn} == {"slow-sum", "lost-rows"}
    engine = [_planned("runner/probes/load.py", turn=turn)["slow-sum"] for turn in range(2)]
    assert {name for variants in engine for name in variants} == {"broken", "by-hand", "later", "never"}


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on the PATH")
def test_what_changed_is_read_from_git(home: Path) -> None:
    content = home / "content"

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", "-C", str(content), *identity, *arguments], check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    (content / "katas/slow-sum/kata.yaml").write_text("x")
    (content / "katas/lost-rows/new.md").write_text("x")
    change = changed_files("HEAD")
    assert set(change.files) == {"katas/slow-sum/kata.yaml", "katas/lost-rows/new.md"}
    assert change.turn == 1


@pytest.mark.parametrize("revision", ["HEAD", "--output=x"])
def test_since_without_a_repository_or_a_revision_is_told(typed: Type, revision: str, home: Path) -> None:
    done = typed("prove", "--since", revision, "--sandbox", "process", engine=FakeProof())
    assert done.code == 2
    assert "to prove everything" in done.err
    assert not (home / "content" / "x").exists()


def test_rows_can_be_read_back() -> None:
    row = Row("k", "process", "broken", "broken", 1, (), (), (), 1.0, FAILING)
    assert msgspec.json.decode(msgspec.json.encode(row), type=Row) == row
