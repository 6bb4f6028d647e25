"""The real records: a card, answers, restore and undo, everything moved, over a real store and a real workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.catalog.kata import Kata
from runner.catalog.loader import load_kata
from runner.learner.certification import State
from runner.learner.store import Store
from runner.record.finding import Verdict
from runner.tui.desk import DeskError
from runner.tui.learner_desk import LearnerDesk
from tests.cli.content_for_tests import write_content
from tests.cli.fake_engine import report_saying


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LearnerDesk]:
    monkeypatch.setenv("PRODRILL_CONTENT", str(write_content(tmp_path / "content")))
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path / "state"))
    with Store(tmp_path / "learner.sqlite3") as store:
        yield LearnerDesk(store, tmp_path / "work")


@pytest.fixture
def kata(desk: LearnerDesk) -> Kata:
    found = load_kata("slow-sum")
    desk.start(found)
    return found


def attempt(desk: LearnerDesk, kata: Kata, quick: Verdict, seed: int = 7) -> None:
    report = report_saying(Verdict.PASSED, quick, kata=kata.slug, seed=seed)
    desk.record_attempt(kata, desk.begin_attempt(kata), report)


def edit(desk: LearnerDesk, kata: Kata, text: str) -> Path:
    file = desk.start(kata) / "server.js"
    file.write_text(text)
    return file


def test_a_card_needs_a_pass_and_then_shows_both_sides(desk: LearnerDesk, kata: Kata, tmp_path: Path) -> None:
    attempt(desk, kata, Verdict.FAILED)
    with pytest.raises(DeskError, match="No attempt on slow-sum has passed yet"):
        desk.records.card(kata)
    edit(desk, kata, "const sum = 9;\n")
    attempt(desk, kata, Verdict.PASSED)
    card = desk.records.card(kata)
    assert (card.before.tally, card.after.tally, card.before.origin) == ("1 of 2", "2 of 2", "attempt 1")
    assert desk.records.write_card(card, tmp_path / "card.svg").read_text().startswith("<svg")
    with pytest.raises(DeskError, match=r"End the name with \.svg"):
        desk.records.write_card(card, tmp_path / "card.doc")
    with pytest.raises(DeskError, match="nowhere"):
        desk.records.write_card(card, tmp_path / "nowhere" / "card.svg")


def test_an_answer_is_shown_as_the_way_there_from_ones_own_files(desk: LearnerDesk, kata: Kata) -> None:
    edit(desk, kata, "const sum = 9;\nexport default sum;\n")
    (answer,) = desk.records.answers(kata)
    assert answer.title == "By hand"
    assert "-const sum = 9;\n+const sum = 2;\n" in answer.diff


def test_what_an_attempt_judged_comes_back_and_goes_again(desk: LearnerDesk, kata: Kata) -> None:
    edit(desk, kata, "first\n")
    attempt(desk, kata, Verdict.FAILED)
    file = edit(desk, kata, "second\n")
    attempt(desk, kata, Verdict.PASSED)
    assert "-first\n+second\n" in desk.records.code_between(1, 2)
    assert not desk.records.can_undo(kata)
    assert "attempt 1" in desk.records.restore(kata, 1)
    assert file.read_text() == "first\n" and desk.records.can_undo(kata)
    desk.records.undo(kata)
    assert file.read_text() == "second\n"
    with pytest.raises(DeskError, match="left to undo"):
        desk.records.undo(kata)


def test_everything_is_reset_moved_out_and_taken_in(desk: LearnerDesk, kata: Kata, tmp_path: Path) -> None:
    file = edit(desk, kata, "mine\n")
    attempt(desk, kata, Verdict.PASSED)
    assert desk.records.changed() == ("slow-sum",)
    assert "slow-sum" in desk.records.reset_all()
    assert file.read_text() != "mine\n" and desk.records.changed() == ()
    assert "slow-sum" in desk.records.undo_reset_all()
    with pytest.raises(DeskError, match="left to undo"):
        desk.records.undo_reset_all()
    desk.records.export_progress(tmp_path / "p.prodrill")
    file.write_text("newer\n")
    told = desk.records.import_progress(tmp_path / "p.prodrill")
    assert file.read_text() == "mine\n" and "1 attempts taken in" in told
    (tmp_path / "bad").write_text("no")
    with pytest.raises(DeskError, match="Nothing was changed"):
        desk.records.import_progress(tmp_path / "bad")


def test_the_round_of_the_certificate_is_kept_and_a_fault_of_ours_is_no_part_of_it(
    desk: LearnerDesk, tmp_path: Path
) -> None:
    katas = [load_kata(slug) for slug in ("slow-sum", "lost-rows")]
    for kata in katas:
        desk.start(kata)
        attempt(desk, kata, Verdict.PASSED)
    ours = report_saying(Verdict.ERROR, Verdict.ERROR)
    desk.record_attempt(katas[0], desk.begin_attempt(katas[0]), ours)
    desk.records.note_standing(katas[0], ours)
    assert {each.state for each in desk.records.standings()} == {State.TO_VERIFY}
    with pytest.raises(DeskError, match="There is no certificate yet"):
        desk.records.write_certificate(tmp_path / "c.html", "")
    for kata in katas:
        attempt(desk, kata, Verdict.PASSED, seed=31)
        desk.records.note_standing(kata, report_saying(Verdict.PASSED, Verdict.PASSED))
    assert {each.state for each in desk.records.standings()} == {State.HELD}
    assert "seed 31" in desk.records.write_certificate(tmp_path / "c.html", "Ada").read_text()
    desk.records.begin_round_afresh()
    assert {each.state for each in desk.records.standings()} == {State.TO_VERIFY}
