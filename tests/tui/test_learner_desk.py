"""The real desk: the catalog and the store behind the app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.learner.store import Store
from runner.record.finding import Finding, Verdict
from runner.record.history import History
from runner.tui.desk import DeskError, Entry, Progress
from runner.tui.learner_desk import LearnerDesk
from tests.tui.fakes import the_report

SYLLABUS = """\
modules:
  - title: Load
    lessons: [the-loop, unwritten]
points:
  A1: {point: blocking, kata: slow-loop}
  A2: {point: leaks, kata: slow-leak}
"""
LESSON = """\
---
title: The loop
minutes: 9
points: [A1]
katas: [slow-loop, slow-leak]
---
What blocks one, blocks all.

## Measure it

With `monitorEventLoopDelay`.

```js
read()
```

```js run late-timer
later()
```

<!-- expect
- exit: 0
-->

## Check yourself

```yaml quiz
- ask: Which is right?
  choose: one
  options:
    - {text: one, right: true, because: Yes.}
    - {text: two, because: No.}
- ask: In which order?
  order: [wake, leave]
  because: Nobody leaves asleep.
```
"""
KATA = """\
title: A slow loop
lesson: the-loop
points: [A1]
difficulty: 1
minutes: 20
criteria:
  - {id: prompt, sentence: It stays prompt., measure: latency, limit: 50 ms, why: people wait}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LearnerDesk]:
    content = tmp_path / "content"
    for name, text in {
        "course/syllabus.yaml": SYLLABUS,
        "course/the-loop.md": LESSON,
        "katas/slow-loop/kata.yaml": KATA,
        "katas/slow-loop/incident.md": "It hangs.",
        "katas/slow-loop/hints.md": "## prompt\n\n### 1\n\nlook\n\n### 2\n\nthink\n\n### 3\n\nuse\n",
        "katas/slow-loop/service/server.js": "// slow\n",
    }.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(text)
    monkeypatch.setenv("PRODRILL_CONTENT", str(content))
    with Store(tmp_path / "learner.sqlite3") as store:
        yield LearnerDesk(store, tmp_path / "copies")


def verdicts(desk: LearnerDesk, verdict: Verdict) -> None:
    kata = desk.kata("slow-loop")
    files = desk.begin_attempt(kata)
    (files.histories / "prompt.json").write_text('{"seen": []}')
    desk.record_attempt(kata, files, the_report(kata, {"prompt": Finding(verdict, "Seen.")}))
    assert not files.source.exists()


def test_the_map_follows_a_kata_from_open_to_solved(desk: LearnerDesk) -> None:
    def row() -> Progress:
        return next(entry for entry in desk.course_map().entries if entry.slug == "slow-loop").progress

    kata = desk.kata("slow-loop")
    assert row() is Progress.OPEN
    assert (desk.start(kata) / "server.js").read_text() == "// slow\n"
    assert row() is Progress.STARTED
    verdicts(desk, Verdict.ERROR)
    assert row() is Progress.STARTED and desk.last_report(kata) is None
    verdicts(desk, Verdict.FAILED)
    assert row() is Progress.FAILED and not desk.solved(kata)
    verdicts(desk, Verdict.PASSED)
    assert row() is Progress.DONE and desk.solved(kata)
    report = desk.last_report(kata)
    assert report is not None and report.verdict is Verdict.PASSED


def test_what_the_syllabus_names_and_is_not_there_is_coming(desk: LearnerDesk) -> None:
    coming = [entry.slug for entry in desk.course_map().entries if entry.progress is Progress.COMING]
    assert coming == ["unwritten", "slow-leak"]


def test_what_is_judged_is_what_is_kept_whatever_is_edited_meanwhile(desk: LearnerDesk) -> None:
    kata = desk.kata("slow-loop")
    copy = desk.start(kata)
    files = desk.begin_attempt(kata)
    (copy / "server.js").write_text("// edited\n")
    assert (files.source / "server.js").read_text() == "// slow\n"
    desk.drop_attempt(files)
    assert not files.source.exists() and desk.last_report(kata) is None


def test_a_lesson_comes_in_pages_and_remembers_its_place(desk: LearnerDesk) -> None:
    assert [page.title for page in desk.lesson("the-loop").pages] == ["The loop", "Measure it", "Check yourself"]
    desk.remember_place("the-loop", 1, last=True)
    assert desk.lesson("the-loop").place == 1
    assert desk.course_map().entries[0].progress is Progress.DONE


def test_hints_open_one_by_one_with_rejected_attempts(desk: LearnerDesk) -> None:
    kata = desk.kata("slow-loop")
    desk.start(kata)
    assert (desk.hints(kata, "prompt").texts, desk.hints(kata, "prompt").locked) == (("look",), 2)
    for _ in range(3):
        verdicts(desk, Verdict.FAILED)
    assert desk.hints(kata, "prompt").texts == ("look", "think", "use")


def test_a_reset_keeps_a_copy_and_says_how_to_undo_it(desk: LearnerDesk) -> None:
    kata = desk.kata("slow-loop")
    copy = desk.start(kata)
    (copy / "server.js").write_text("// mine\n")
    assert "--undo" in desk.reset(kata)
    assert (copy / "server.js").read_text() == "// slow\n"


def test_trouble_is_told_in_the_words_of_the_room_it_comes_from(desk: LearnerDesk) -> None:
    with pytest.raises(DeskError, match="Did you mean 'slow-loop'"):
        desk.kata("slow-lop")
    with pytest.raises(DeskError, match="There is no lesson"):
        desk.lesson("nothing")
    kata = desk.kata("slow-loop")
    with pytest.raises(DeskError, match="prodrill start"):
        desk.begin_attempt(kata)
    (desk.start(kata) / "server.js").unlink()
    with pytest.raises(DeskError, match=r"server\.js"):
        desk.begin_attempt(kata)
    with pytest.raises(DeskError, match=r"debrief\.md"):
        desk.debrief(kata)


def test_a_lesson_comes_with_its_blocks_its_questions_and_the_answers_kept(desk: LearnerDesk) -> None:
    lesson = desk.lesson("the-loop")
    assert [entry.slug for entry in lesson.katas] == ["slow-loop"]
    assert [page.name for page in lesson.pages] == ["", "measure-it", "check-yourself"]
    assert [each and each.name for each in lesson.pages[1].fences] == [None, "late-timer"]
    assert "expect" not in lesson.pages[1].markdown and "ask" not in lesson.pages[2].markdown
    choice, order = lesson.questions
    desk.keep_answer("the-loop", choice, ("two",))
    desk.keep_answer("the-loop", choice, ("one",))
    desk.keep_answer("the-loop", order, ("leave", "wake"))
    assert list(desk.lesson("the-loop").answered.values()) == [("one",), ("leave", "wake")]


def test_the_map_says_how_many_questions_were_right(desk: LearnerDesk) -> None:
    choice, _ = desk.lesson("the-loop").questions
    desk.keep_answer("the-loop", choice, ("one",))
    assert desk.course_map().entries[0].note == ""
    desk.remember_place("the-loop", 2, True)
    assert desk.course_map().entries[0].note == "read 1/2"


def entry_of(desk: LearnerDesk, slug: str) -> Entry:
    return next(entry for entry in desk.course_map().entries if entry.slug == slug)


def test_the_place_on_a_page_outlives_the_app_and_a_turned_page_begins_at_its_top(desk: LearnerDesk) -> None:
    desk.remember_place("the-loop", 1, last=False)
    desk.remember_scroll("the-loop", 1, 0.4321)
    desk.remember_place("the-loop", 1, last=False)
    assert (desk.lesson("the-loop").place, desk.lesson("the-loop").scroll) == (1, 0.4321)
    desk.remember_scroll("the-loop", 2, 0.9)  # of a page that was left meanwhile
    assert desk.lesson("the-loop").scroll == 0.4321
    desk.remember_place("the-loop", 2, last=False)
    assert desk.lesson("the-loop").scroll == 0.0


def test_what_was_opened_last_is_where_the_map_goes_on(desk: LearnerDesk) -> None:
    assert desk.course_map().next_entry == entry_of(desk, "the-loop")
    desk.remember_opened("kata", "slow-loop")
    assert desk.course_map().next_entry == entry_of(desk, "slow-loop")


def test_what_an_entry_is_about(desk: LearnerDesk) -> None:
    desk.start(desk.kata("slow-loop"))
    verdicts(desk, Verdict.FAILED)
    desk.remember_place("the-loop", 1, last=False)
    lesson = desk.about(entry_of(desk, "the-loop"))
    assert (lesson.points, lesson.pages, lesson.place) == (
        ("A1 blocking",),
        ("The loop", "Measure it", "Check yourself"),
        1,
    )
    kata = desk.about(entry_of(desk, "slow-loop"))
    assert kata.criteria == (("It stays prompt.", Verdict.FAILED),)
    assert (kata.lesson, kata.attempts, kata.points) == ("The loop", 1, ("A1 blocking",))
    coming = desk.about(entry_of(desk, "slow-leak"))
    assert coming.points == ("A2 leaks",) and not coming.lesson


def test_entries_are_found_by_point_heading_and_criterion(desk: LearnerDesk) -> None:
    texts = desk.search_texts()
    assert texts["lesson", "the-loop"] == ("A1 blocking", "Measure it", "Check yourself")
    assert texts["kata", "slow-loop"] == ("A1 blocking", "It stays prompt.")
    assert texts["kata", "slow-leak"] == ("A2 leaks",)
    assert ("lesson", "unwritten") not in texts


def test_beside_another_app_everything_is_read_and_nothing_is_changed(desk: LearnerDesk, tmp_path: Path) -> None:
    kata = desk.kata("slow-loop")
    copy = desk.start(kata)
    verdicts(desk, Verdict.FAILED)
    desk.remember_place("the-loop", 1, last=False)
    (copy / "server.js").write_text("// mine\n")
    with Store(tmp_path / "learner.sqlite3", read_only=True) as store:
        second = LearnerDesk(store, tmp_path / "copies", holder="process 42")
        assert "process 42" in second.read_only and not desk.read_only
        assert second.course_map() == desk.course_map()
        assert second.start(kata) == copy and second.last_report(kata) is not None
        second.remember_place("the-loop", 2, last=True)
        second.remember_scroll("the-loop", 1, 0.5)
        second.remember_opened("kata", "slow-loop")
        question = second.lesson("the-loop").questions[0]
        for change in (
            lambda: second.reset(kata),
            lambda: second.keep_answer("the-loop", question, ("one",)),
            lambda: second.hints(kata, "prompt"),
        ):
            with pytest.raises(DeskError, match="another prodrill is open"):
                change()
    lesson = desk.lesson("the-loop")
    assert (lesson.place, lesson.scroll, lesson.answered) == (1, 0.0, {})
    assert (copy / "server.js").read_text() == "// mine\n"


def test_what_a_service_printed_in_a_probe_is_on_record_with_the_attempt(desk: LearnerDesk) -> None:
    kata = desk.kata("slow-loop")
    desk.start(kata)
    assert desk.logged(kata, "prompt") == ()
    files = desk.begin_attempt(kata)
    history = History("prompt")
    history.add_line("stderr", "it broke")
    history.save(files.histories / "prompt.json")
    desk.record_attempt(kata, files, the_report(kata, {"prompt": Finding(Verdict.FAILED, "Seen.")}))
    assert [(line.stream, line.text) for line in desk.logged(kata, "prompt")] == [("stderr", "it broke")]
    assert desk.logged(kata, "another") == ()


def test_a_copy_kept_before_an_edit_comes_back_as_one_kept_before_a_reset(desk: LearnerDesk) -> None:
    kata = desk.kata("slow-loop")
    with pytest.raises(DeskError, match="prodrill start"):
        desk.by_hand(kata)
    file = desk.start(kata) / "server.js"
    file.write_text("// by somebody else\n")
    assert "--undo" in desk.keep_copy(kata)
    file.write_text("// mine\n")
    desk._workspace.undo_reset(kata)
    assert file.read_text() == "// by somebody else\n"
