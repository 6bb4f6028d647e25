"""What `prodrill bench` is told and tells; its figures are not for a test."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from runner.catalog.kata import Kata
from runner.catalog.loader import load_kata
from runner.verifier import bench
from runner.verifier.prove import Cell, Row
from tests.cli.conftest import Type


def test_of_one_kata_only_what_it_costs_is_measured(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def main(sandboxes: Sequence[str], katas: Sequence[Kata], *, as_json: bool, doing: bench.Doing) -> int:
        doing("slow-sum")
        doing("")
        asked.append((tuple(sandboxes), tuple(kata.slug for kata in katas), as_json))
        return 1

    monkeypatch.setattr(bench, "main", main)
    done = typed("bench", "--kata", "slow-sum", "--sandbox", "process", "--json")
    assert (done.code, asked) == (1, [(("process",), ("slow-sum",), True)])
    assert "Measuring in process" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kata", "slow-sun"], "Did you mean 'slow-sum'"),
        (["app", "--kata", "slow-sum"], "leave --kata and --sandbox out"),
        (["app", "--sandbox", "process"], "leave --kata and --sandbox out"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is(typed: Type, arguments: list[str], said: str) -> None:
    done = typed("bench", *arguments)
    assert done.code == 2 and said in done.err and "Measuring" not in done.err


def test_each_verification_is_named_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    kata, heard = load_kata("pool-exhaustion"), []

    async def prove(cells: Sequence[Cell], on_row: object) -> list[Row]:
        assert callable(on_row)
        for cell in cells:
            heard.append(f"({cell.round} begins)")
            on_row(cell, None)
        return []

    monkeypatch.setattr(bench, "prove", prove)
    assert bench._rows(kata, "process", ["broken"], 2, heard.append) == []
    assert heard == [
        "process: pool-exhaustion, broken (1 of 2)",
        "(1 begins)",
        "process: pool-exhaustion, broken (2 of 2)",
        "(2 begins)",
    ]
