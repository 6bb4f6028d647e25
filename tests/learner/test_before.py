"""What a fix is set against, and the round of a certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.catalog.errors import BadValue
from runner.catalog.kata import Kata
from runner.catalog.recording import keep_recording, recording_file
from runner.learner.before import NothingToCompare, before_and_after
from runner.learner.certification import Certification, State
from runner.learner.errors import LearnerError
from runner.learner.store import Store
from runner.learner.workspace import Workspace
from tests.learner.making import make_kata, make_report


@pytest.fixture
def folder(workspace: Workspace, kata: Kata) -> Path:
    return workspace.start(kata)


def attempt(store: Store, workspace: Workspace, kata: Kata, *failed: str, seed: int = 7) -> int:
    return store.add_attempt(make_report(kata.slug, failed, seed=seed), workspace.snapshot(kata))


def test_the_learners_own_attempt_with_the_broken_service_comes_before_a_recording(
    store: Store, workspace: Workspace, kata: Kata, folder: Path
) -> None:
    keep_recording(kata, make_report(kata.slug, ("gives-up",), seed=99))
    (folder / "server.js").write_text("half mended")
    attempt(store, workspace, kata, "gives-up")
    (folder / "server.js").write_text("mended")
    fixed = attempt(store, workspace, kata)
    sides = before_and_after(store, kata)
    assert (sides.before.attempt, sides.before.report.seed, sides.before.what) == (None, 99, "broken")
    workspace.reset(kata)
    broken = attempt(store, workspace, kata, "gives-up", "charged-once")
    sides = before_and_after(store, kata)
    assert (sides.before.attempt, sides.after.attempt) == (broken, fixed)
    assert (sides.before.what, sides.after.what) == ("broken", "fix")


def test_any_two_attempts_can_be_set_side_by_side(store: Store, workspace: Workspace, kata: Kata, folder: Path) -> None:
    one, two = attempt(store, workspace, kata, "gives-up"), attempt(store, workspace, kata, "charged-once")
    sides = before_and_after(store, kata, attempt=two, against=one)
    assert (sides.before.attempt, sides.after.attempt) == (one, two)


def test_what_is_missing_is_named(store: Store, workspace: Workspace, kata: Kata, folder: Path) -> None:
    with pytest.raises(NothingToCompare, match="No attempt on unsafe-retries has passed yet"):
        before_and_after(store, kata)
    (folder / "server.js").write_text("mended")
    attempt(store, workspace, kata)
    with pytest.raises(NothingToCompare, match="brings no recording"):
        before_and_after(store, kata)
    with pytest.raises(NothingToCompare, match=r"has no attempt 9\. It has: 1"):
        before_and_after(store, kata, attempt=9)


def test_a_recording_that_is_none_is_named_with_what_makes_it_anew(
    store: Store, workspace: Workspace, kata: Kata, folder: Path
) -> None:
    (folder / "server.js").write_text("mended")
    attempt(store, workspace, kata)
    recording_file(kata).write_text('{"kata": 1}')
    with pytest.raises(BadValue, match="prodrill record"):
        before_and_after(store, kata)


def test_a_round_goes_on_where_it_was_broken_off(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    katas = [make_kata(tmp_path / "katas", slug) for slug in ("one", "two")]
    for kata in katas:
        workspace.start(kata)
    round_ = Certification(store, workspace, katas)
    assert {each.state for each in round_.standings()} == {State.NOT_PASSED}
    for kata in katas:
        attempt(store, workspace, kata)
    assert {each.state for each in round_.standings()} == {State.TO_VERIFY}
    round_.note("one", attempt(store, workspace, katas[0], seed=11))
    again = Certification(store, workspace, katas)
    assert [each.state for each in again.standings()] == [State.HELD, State.TO_VERIFY]
    again.note("two", attempt(store, workspace, katas[1], seed=12))
    assert [(each.kata.slug, each.report.seed) for each in again.certified()] == [("one", 11), ("two", 12)]


def test_a_round_refuses_by_name_what_failed_or_was_changed(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    katas = [make_kata(tmp_path / "katas", slug) for slug in ("one", "two")]
    round_ = Certification(store, workspace, katas)
    for kata in katas:
        workspace.start(kata)
        attempt(store, workspace, kata)
        round_.note(kata.slug, attempt(store, workspace, kata, *(("gives-up",) if kata.slug == "two" else ())))
    (workspace.folder(katas[0]) / "server.js").write_text("changed since")
    one, two = round_.standings()
    assert (one.state, two.state) == (State.TO_VERIFY, State.REFUSED)
    assert "changed since attempt" in one.why and "gives-up" in two.why
    with pytest.raises(LearnerError, match=r"one \(to verify\), two \(refused\)"):
        round_.certified()
    round_.begin_afresh()
    assert {each.state for each in round_.standings()} == {State.TO_VERIFY}


def test_all_are_reset_with_copies_and_all_come_back(store: Store, workspace: Workspace, tmp_path: Path) -> None:
    katas = [make_kata(tmp_path / "katas", slug) for slug in ("one", "two", "three")]
    for kata in katas[:2]:
        (workspace.start(kata) / "server.js").write_text(f"mine of {kata.slug}")
    workspace.start(katas[2])
    assert [each.kata for each in workspace.reset_all(katas)] == ["one", "two"]
    assert not any(workspace.diff(kata) for kata in katas)
    (workspace.folder(katas[1]) / "server.js").write_text("newer")
    workspace.reset(katas[1])
    assert workspace.undo_reset_all(katas) == ["one"]
    assert (workspace.folder(katas[0]) / "server.js").read_text() == "mine of one"
    assert workspace.undo_reset_all(katas) == []
