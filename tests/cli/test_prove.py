"""`prodrill prove`: the table, the code, and which part of it a change asks for."""

from __future__ import annotations

import asyncio
import json
import math
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from runner.catalog.loader import all_katas
from runner.cli.engine import Engine
from runner.cli.sampling import Change, changed_files, plan_since
from runner.record.finding import Verdict
from runner.verifier.prove import Cell, Row, cells_of, prove
from runner.verifier.trial import expected
from tests.cli.conftest import Type
from tests.cli.fake_engine import FAILING, report_saying


class FakeProof:
    """Says of every cell what a test lets it say, and remembers what it was asked to prove."""

    def __init__(
        self, *, wrong: bool = False, unclear: bool = False, stop_after: int | None = None, gone_after: float = math.inf
    ) -> None:
        self.asked: list[list[Cell]] = []
        self._gone_after = gone_after
        self._wrong, self._unclear, self._stop_after = wrong, unclear, stop_after

    @property
    def engine(self) -> Engine:
        return Engine(prove=self.prove)

    @property
    def names(self) -> list[tuple[str, str, str, int]]:
        """What was asked, in order."""
        return [(c.kata.slug, c.sandbox, c.answer.name, c.round) for cells in self.asked for c in cells]

    async def prove(
        self, cells: Sequence[Cell], *, jobs: int, until_s: float, on_row: Callable[[Cell, Row], None]
    ) -> list[Row]:
        self.asked.append(list(cells))
        rows: list[Row] = []
        for cell in cells if until_s == math.inf else cells[:2]:
            if len(rows) == self._stop_after:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(5)
            rows.append(self._row(cell) if len(rows) < self._gone_after else self._nothing(cell))
            on_row(cell, rows[-1])
        return rows

    def _nothing(self, cell: Cell) -> Row:
        """As where no engine answers: one criterion after the other is an error of ours."""
        report = report_saying(Verdict.ERROR, Verdict.BLOCKED)
        return structs.replace(self._row(cell), got=(), trouble=("answers-right error",), report=report)

    def _row(self, cell: Cell) -> Row:
        right = expected(cell.kata, cell.answer)
        if self._wrong:
            right |= {"answers-right": Verdict.FAILED, "stays-quick": Verdict.PASSED}
        if self._unclear:
            right |= {"stays-quick": Verdict.INCONCLUSIVE}
        report = report_saying(right["answers-right"], right["stays-quick"])
        got = tuple(name for name, verdict in right.items() if verdict is Verdict.FAILED)
        trouble = tuple(f"{name} {verdict}" for name, verdict in right.items() if verdict is Verdict.INCONCLUSIVE)
        answer = cell.answer
        return Row(
            cell.kata.slug, cell.sandbox, answer.kind, answer.name, cell.round, answer.fails, got, trouble, 1.5, report,
            cell.cpus,
        )  # fmt: skip


_LATER = ("prove", "slow-sum", "--sandbox", "process", "--variant", "later")


def test_what_there_is_no_time_for_is_left_out_and_named(typed: Type) -> None:
    proof = FakeProof()
    done = typed("prove", "slow-sum", "lost-rows", "--sandbox", "process", "--within", "0.5", engine=proof)
    assert done.code == 0
    assert "Not begun, as 0.5 minutes were over: 4 of slow-sum, lost-rows." in done.err


def test_nothing_is_begun_once_the_time_is_over(home: Path) -> None:
    cells = cells_of(all_katas(), ["process"])
    assert cells and asyncio.run(prove(cells, until_s=0.0)) == []


def test_a_row_is_printed_for_each_and_all_right_is_code_0(typed: Type) -> None:
    proof = FakeProof()
    done = typed(*_LATER, "--repeat", "3", engine=proof)
    assert done.code == 0
    row = "right   1.5 s  process  slow-sum  rejected/later  fails stays-quick"
    assert done.out.splitlines()[:3] == [row] * 3
    assert "3 verified, 0 not as named." in done.err
    assert proof.names == [("slow-sum", "process", "later", number) for number in (1, 2, 3)]


def test_the_rounds_of_all_katas_come_one_after_the_other(typed: Type) -> None:
    proof = FakeProof()
    typed("prove", "--sandbox", "process", "--repeat", "2", engine=proof)
    variants = ("broken", "by-hand", "later")
    assert proof.names == [
        (kata, "process", variant, number)
        for number in (1, 2)
        for kata in sorted({name[0] for name in proof.names}, key=[name[0] for name in proof.names].index)
        for variant in variants
    ]


def test_the_sums_say_how_often_it_was_wrong_and_how_often_it_may_be(typed: Type) -> None:
    done = typed("prove", "slow-sum", "--sandbox", "process", "--repeat", "100", engine=FakeProof())
    assert "300 runs: 300 right, 0 wrong, 0 inconclusive" in done.out
    assert "accepted fixes refused       0 of 100 (0 %, below 3 % at 95 %)" in done.out
    assert "faulty services passed       0 of 200 (0 %, below 1.5 % at 95 %)" in done.out
    assert "of 300 verified, about " in done.err


def test_margins_name_the_nearest_on_both_sides(typed: Type) -> None:
    lines = typed("prove", "slow-sum", "--sandbox", "process", engine=FakeProof()).out.splitlines()
    at = lines.index("  slow-sum  stays-quick: limit 0.9 share")
    assert lines[at + 1].strip().startswith("nearest that passed  0.5 (0.56 of it; by-hand, process, 0 loops, seed 7)")
    assert lines[at + 2].strip().startswith("nearest that failed  0.5 (0.56 of it; broken, process, 0 loops, seed 7)")


def test_an_interrupted_matrix_goes_on_where_it_was(typed: Type, home: Path) -> None:
    options = ("prove", "slow-sum", "--sandbox", "process", "--repeat", "2", "--resume", "matrix.jsonl")
    assert typed(*options, engine=FakeProof(stop_after=4)).code == 130
    with (home / "matrix.jsonl").open("ab") as kept:
        kept.write(b'{"kata":"slow-s')
    proof = FakeProof()
    done = typed(*options, engine=proof)
    assert "4 of 6 are in the ledger; 2 are left." in done.err
    assert [name[2:] for name in proof.names] == [("by-hand", 2), ("later", 2)]
    assert "6 runs: 6 right" in done.out
    assert typed(*options, engine=FakeProof()).code == 0
    assert len((home / "matrix.jsonl").read_text().splitlines()) == 7


def test_an_engine_that_is_gone_ends_the_proof_and_costs_the_ledger_nothing(typed: Type, home: Path) -> None:
    line = ("prove", "slow-sum", "--sandbox", "process", "--repeat", "4", "--resume", "matrix.jsonl")
    done = typed(*line, engine=FakeProof(gone_after=5))
    assert done.code == 3 and "3 verifications in a row came to nothing in process" in done.err
    assert "What was seen of answers-right." in done.err and "--resume" in done.err
    kept = [json.loads(row) for row in (home / "matrix.jsonl").read_text().splitlines()[1:]]
    assert len(kept) == 5 and all(one["outcome"] != "error" for row in kept for one in row["judged"])
    proof = FakeProof()
    assert typed(*line, engine=proof).code == 0
    assert not {(row["variant"], row["round"]) for row in kept} & {(name, turn) for _, _, name, turn in proof.names}


def test_one_that_comes_to_nothing_again_and_again_is_told_with_the_sums(typed: Type) -> None:
    done = typed(*_LATER, "--again", "3", engine=FakeProof(gone_after=0))
    assert done.code == 1 and "1 errors" in done.out and "in a row" not in done.err


def test_a_verification_that_came_to_nothing_once_is_kept(typed: Type, home: Path) -> None:
    line = (*_LATER, "--resume", "matrix.jsonl")
    assert typed(*line, engine=FakeProof(gone_after=0)).code == 1
    (row,) = (json.loads(row) for row in (home / "matrix.jsonl").read_text().splitlines()[1:])
    assert row["judged"][0]["outcome"] == "error"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--stress", "1"), ("--stress was not given and is 1 now",)),
        (("--jobs", "2"), ("--jobs was 1 and is 2 now",)),
    ],
)
def test_a_ledger_of_other_options_is_refused(typed: Type, more: tuple[str, ...], words: tuple[str, ...]) -> None:
    typed(*_LATER, "--resume", "matrix.jsonl", engine=FakeProof())
    done = typed(*_LATER, "--resume", "matrix.jsonl", *more, engine=FakeProof())
    assert done.code == 2
    for word in (*words, "cannot be resumed", "Name a new file"):
        assert word in done.err


def test_a_ledger_of_other_sources_or_of_another_machine_is_refused(typed: Type, home: Path) -> None:
    options = (*_LATER, "--resume", "matrix.jsonl")
    typed(*options, engine=FakeProof())
    service = home / "content" / "katas" / "slow-sum" / "service" / "server.js"
    before = service.read_text()
    service.write_text(before + "// changed\n")
    done = typed(*options, engine=FakeProof())
    assert done.code == 2 and "slow-sum changed since" in done.err
    service.write_text(before)
    ledger = home / "matrix.jsonl"
    ledger.write_text(ledger.read_text().replace('"cores":', '"cores":1'))
    done = typed(*options, engine=FakeProof())
    assert done.code == 2 and "another machine" in done.err


def test_what_is_no_ledger_is_refused(typed: Type, home: Path) -> None:
    (home / "notes.txt").write_text("hello\n")
    done = typed(*_LATER, "--resume", "notes.txt", engine=FakeProof())
    assert done.code == 2 and "no ledger" in done.err
    assert (home / "notes.txt").read_text() == "hello\n"


def test_beside_loops_what_is_unclear_is_not_wrong_while_it_is_rare(typed: Type) -> None:
    assert typed(*_LATER, "--stress", "1", engine=FakeProof(unclear=True)).code == 0
    assert typed(*_LATER, "--stress", "1", "--repeat", "3", engine=FakeProof(unclear=True)).code == 1
    assert typed(*_LATER, engine=FakeProof(unclear=True)).code == 1
    assert "beside 1 busy loop." in typed(*_LATER, "--stress", "1", engine=FakeProof()).err


def test_a_quota_is_of_docker_only(typed: Type) -> None:
    done = typed(*_LATER, "--quota", engine=FakeProof())
    assert done.code == 2 and "docker" in done.err
    proof = FakeProof()
    done = typed("prove", "slow-sum", "--sandbox", "docker", "--variant", "later", "--quota", engine=proof)
    assert [cell.cpus for cell in proof.asked[0]] == [None, 0.5]
    assert "docker   half a core  slow-sum" in done.out


def test_a_wrong_row_says_what_was_expected_and_is_code_1(typed: Type) -> None:
    done = typed(*_LATER, engine=FakeProof(wrong=True))
    assert done.code == 1
    assert done.out.startswith("WRONG   1.5 s  process  slow-sum  rejected/later  ")
    assert "expected: fails stays-quick; seed 7" in done.err
    assert "stays-quick: passed: " in done.err and "answers-right: failed: " in done.err


class Unsteady(FakeProof):
    """Wrong the first time only."""

    async def prove(self, cells: Sequence[Cell], **given: Any) -> list[Row]:
        self._wrong = not self.asked
        return await super().prove(cells, **given)


def test_what_is_wrong_once_is_told_and_what_is_wrong_again_is_code_1(typed: Type) -> None:
    proof = Unsteady()
    done = typed(*_LATER, "--again", "3", engine=proof)
    assert done.code == 0
    assert "Unsteady: slow-sum rejected/later in process, seed 7." in done.err
    assert proof.names[1:] == [("slow-sum", "process", "later", number) for number in (1, 2, 3)]
    again = typed(*_LATER, "--again", "3", engine=FakeProof(wrong=True))
    assert again.code == 1 and "Unsteady" not in again.err


def test_figures_as_json_are_all_there_is_on_stdout(typed: Type, home: Path) -> None:
    done = typed(*_LATER, "--json", "-", engine=FakeProof())
    data = json.loads(done.out)
    assert data["schema"] == "prodrill/proof/v1"
    [trial] = data["trials"]
    assert (trial["variant"], trial["seed"], [one["outcome"] for one in trial["judged"]]) == ("later", 7, ["right"] * 2)
    assert data["rates"]["passed_faults"] == {"seen": 0, "of": 1, "share": 0.0, "upper_bound_95": 0.95}
    [variant] = data["variants"]
    assert variant["criteria"]["stays-quick"]["right"] == 1
    typed(*_LATER, "--json", "figures.json", engine=FakeProof())
    assert json.loads((home / "figures.json").read_bytes())["trials"] == data["trials"]


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
