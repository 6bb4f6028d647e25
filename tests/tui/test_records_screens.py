"""After success and afterwards: the card, the answers, attempts compared and restored, everything moved or reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.learner.certification import State
from runner.record.finding import Finding, Verdict
from runner.tui.messages import HistoryRequested
from tests.tui.driving import Driver, at_every_size, drive
from tests.tui.fakes import SENTENCES, FakeDesk, FakeEngine, a_kata, a_run

ALL_PASS = dict.fromkeys(SENTENCES, Finding(Verdict.PASSED, "As it should be."))


async def solved(driver: Driver) -> None:
    await driver.to_the_kata()
    await driver.press("v")
    await driver.sees("passed: all 4 criteria", "d debrief, card, answers")


@at_every_size
def test_success_offers_debrief_card_and_answers_and_waits(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await solved(driver)
        await driver.press("d")
        await driver.sees("Solved", "[1 Debrief]", "Key derivation ran on the loop.")
        await driver.press("2")
        await driver.sees("0 of 4 → 4 of 4 criteria passed", "before: the broken service", "304 ms (limit 59) → 8 ms")
        await driver.sees_line("✗ failed → ✓ passed", "reports-are-right")
        await driver.press("3")
        await driver.sees("1 of 2: Two worker threads", "-const turns = 1;", "+const turns = 2;")
        await driver.press("a")
        await driver.sees("2 of 2: A pool from Piscina", "+const turns = 3;")
        await driver.press("escape")
        await driver.sees("passed: all 4 criteria")

    drive(FakeDesk(tmp_path), FakeEngine(a_run(a_kata(tmp_path), ALL_PASS)), scenario, size)


def test_the_card_draws_both_sides_on_one_scale_and_names_what_to_alert_on(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await solved(driver)
        await driver.press("d", "2")
        await driver.sees("0 of 4 → 4 of 4")
        await driver.press("pagedown")
        await driver.sees("wait of requests (ms) · several-at-once", "before: peak 304 ms", "after: peak 8 ms", "░")
        await driver.sees("limit 59 ╌")
        await driver.press("end")
        await driver.sees("Alert on", "Event-loop delay, its maximum.")

    drive(FakeDesk(tmp_path), FakeEngine(a_run(a_kata(tmp_path), ALL_PASS)), scenario, (100, 30))


def test_the_card_is_written_where_the_learner_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await solved(driver)
        await driver.press("d")
        await driver.sees_footer("n Next", without=["o Write card"])
        await driver.press("2")
        await driver.sees_footer("o Write card")
        await driver.press("o")
        await driver.sees("Write the card to which file?", "blocked-event-loop-card.html")
        await driver.press("enter")
        await driver.sees("Written:")

    drive(desk, FakeEngine(a_run(a_kata(tmp_path), ALL_PASS)), scenario)
    assert desk.kept_records.done == ["card blocked-event-loop-card.html"]


def test_a_card_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.kept_records.trouble = "Nothing was measured of the broken service."

    async def scenario(driver: Driver) -> None:
        await solved(driver)
        await driver.press("d", "2")
        await driver.sees("Nothing was measured of the broken service.")
        await driver.sees_footer("n Next", without=["o Write card"])

    drive(desk, FakeEngine(a_run(a_kata(tmp_path), ALL_PASS)), scenario)


@at_every_size
def test_attempts_are_listed_with_their_numbers_and_compared(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("a")
        await driver.sees("Attempt 2", "8 ms (limit 59)", "2026-01-02 03:04")
        await driver.sees_line("2", "✓ passed", "4/4")
        await driver.press("down")
        await driver.sees("Attempt 1", "304 ms (limit 59)", "They waited.")
        await driver.press("up", "c")
        await driver.sees("Attempt 1 and attempt 2", "304 ms (limit 59) → 8 ms (limit 59)")
        await driver.press("2")
        await driver.sees("-const turns = 1;", "+const turns = 2;")
        await driver.press("escape", "escape")
        await driver.sees("03:12")

    drive(FakeDesk(tmp_path), FakeEngine([]), scenario, size)


def test_two_marked_attempts_are_what_is_compared(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.kept_records.reports[3] = desk.kept_records.reports[1]

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("a")
        await driver.sees("Attempt 3")
        await driver.press("space", "down", "down", "space")
        await driver.sees_line("●", "3  2026")
        await driver.sees_line("●", "1  2026")
        await driver.press("c")
        await driver.sees("Attempt 1 and attempt 3")

    drive(desk, FakeEngine([]), scenario)


def test_an_attempt_is_restored_after_a_question_and_the_restore_undone(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.sees_footer("a Past", without=["u Undo"])
        await driver.press("a", "R")
        await driver.sees("Bring back the files of attempt 2?")
        await driver.press("n")
        await driver.sees_footer("R Restore", without=["u Undo"])
        await driver.press("R")
        await driver.sees("Bring back the files of attempt 2?")
        await driver.press("y")
        await driver.sees("done: restore 2")
        await driver.sees_footer("u Undo")
        await driver.press("escape")
        await driver.sees_footer("u Undo", "v Verify")
        await driver.press("u")
        await driver.sees("done: undo")
        await driver.sees_footer("v Verify", without=["u Undo"])

    drive(desk, FakeEngine([]), scenario, (140, 42))
    assert desk.kept_records.done == ["restore 2", "undo"]


def test_where_another_app_has_the_state_nothing_can_be_changed(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.kept_records.may_change = False
    desk.kept_records.undoable = True

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.press("a")
        await driver.sees("Attempt 2")
        await driver.sees_footer("c Compare", without=["R Restore", "u Undo"])
        await driver.press("escape", "escape", "p")
        await driver.sees("Your work")
        await driver.sees_footer("e Export", without=["i Import", "X Reset all"])

    drive(desk, FakeEngine([]), scenario)


def test_a_kata_without_attempts_says_how_to_make_one(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.kept_records.reports = {}

    async def scenario(driver: Driver) -> None:
        await driver.to_the_kata()
        await driver.sees_footer("v Verify", without=["a Past"])
        driver.app.post_message(HistoryRequested("blocked-event-loop"))
        await driver.sees("No attempt yet: v on the workbench makes one.")
        await driver.sees_footer("esc Back", without=["c Compare", "R Restore"])

    drive(desk, FakeEngine([]), scenario)


def test_everything_is_reset_and_comes_back_and_goes_out_and_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-progress.prodrill").write_text("x")
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("p")
        await driver.sees("1 of 1 katas have passed", "(your copy differs from the broken service)")
        await driver.press("X")
        await driver.sees("Put the broken services back for blocked-event-loop?")
        await driver.press("y")
        await driver.sees_footer("U Undo reset all", without=["X Reset all"])
        await driver.press("U")
        await driver.sees_footer("X Reset all", without=["U Undo reset all"])
        await driver.press("e")
        await driver.sees("Write all of your progress to which file?")
        await driver.press("enter")
        await driver.sees("done: export my-progress.prodrill")
        await driver.press("i")
        await driver.sees("Take in which file?")
        await driver.press("enter")
        await driver.sees("Replace all of your progress by what is in")
        await driver.press("y")
        await driver.sees("done: import my-progress.prodrill")

    drive(desk, FakeEngine([]), scenario, (100, 30))
    assert desk.kept_records.done == [
        "reset all",
        "undo all",
        "export my-progress.prodrill",
        "import my-progress.prodrill",
    ]


def test_a_file_that_is_not_there_is_named_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = FakeDesk(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("p", "i")
        await driver.sees("Take in which file?")
        await driver.press("enter")
        await driver.sees("There is no file")

    drive(desk, FakeEngine([]), scenario)
    assert desk.kept_records.done == []


@at_every_size
def test_all_katas_are_verified_once_more_for_a_certificate(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = FakeDesk(tmp_path)
    engine = FakeEngine(a_run(a_kata(tmp_path), ALL_PASS), holds=True)

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("p")
        await driver.sees("c verifies all of them once more")
        await driver.press("c")
        await driver.sees("0 of 1 verified in this round", "○ to verify")
        await driver.press("v")
        await driver.sees("▶ verifying", "4 of 4 judged")
        await driver.sees_footer("c Cancel", without=["v Verify", "o Write"])
        await driver.press("c")
        await driver.sees("○ to verify")
        await driver.sees_footer("v Verify")
        engine.go_on.set()
        await driver.press("v")
        await driver.sees("All of them hold.", "✓ held")
        await driver.press("o")
        await driver.sees("Whose certificate is it?")
        await driver.press("A", "d", "a", "enter")
        await driver.sees("prodrill-certificate.html")
        await driver.press("enter")
        await driver.sees("Written:")

    drive(desk, engine, scenario, size)
    assert engine.started == engine.cleaned_up == 2
    assert (len(desk.recorded), desk.dropped) == (1, 1)
    assert desk.kept_records.done == ["certificate prodrill-certificate.html for Ada"]


def test_a_kata_that_fails_again_is_refused_by_name_and_quitting_ends_the_round(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    engine = FakeEngine(a_run(a_kata(tmp_path)))

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("p", "c", "v")
        await driver.sees_line("✗ refused", "The report that stopped the shop")
        await driver.sees_footer("v Verify", without=["o Write"])
        engine.holds = True
        await driver.press("v")
        await driver.sees("▶ verifying")
        await driver.press("q")
        await driver.until(lambda: engine.cleaned_up == 2, "for the clean-up")

    drive(desk, engine, scenario)
    assert desk.kept_records.states == {"blocked-event-loop": State.REFUSED}


def test_nobody_is_offered_a_certificate_before_all_have_passed(tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path)
    desk.kept_records.states = {"blocked-event-loop": State.NOT_PASSED}

    async def scenario(driver: Driver) -> None:
        await driver.sees("▶ next")
        await driver.press("p")
        await driver.sees("0 of 1 katas have passed")
        await driver.sees_footer("e Export", without=["c Certificate"])

    drive(desk, FakeEngine([]), scenario)
