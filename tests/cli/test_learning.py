"""The commands of a learner's day: list, start, hint, diff, reset, attempts, solution, lesson, debrief."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.record.finding import Verdict
from tests.cli.conftest import Prodrill, Type
from tests.cli.fake_engine import FAILING, PASSING, engine_saying, report_saying


def _edit(home: Path, text: str = "const sum = 2;\nexport default sum;\n") -> Path:
    file = home / "work" / "slow-sum" / "server.js"
    file.write_text(text)
    return file


# list


def test_the_list_is_in_course_order_with_what_was_reached(typed: Type) -> None:
    assert [line.split()[0] for line in typed("list").out.splitlines()] == ["new", "new"]
    typed("start", "slow-sum")
    assert typed("list").out.splitlines()[0] == "· started  slow-sum    30 min  1/5  The slow sum"
    typed("verify", "slow-sum", engine=engine_saying(FAILING))
    assert typed("list").out.splitlines()[0].startswith("✗ tried ")
    typed("verify", "slow-sum", engine=engine_saying(PASSING))
    typed("verify", "slow-sum", engine=engine_saying(FAILING))
    assert typed("list").out.splitlines()[0].startswith("✓ solved ")


def test_the_list_for_a_script_names_criteria_and_the_copy(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    first, second = json.loads(typed("list", "--json").out)
    assert (first["name"], first["state"], first["workspace"]) == ("slow-sum", "started", str(home / "work/slow-sum"))
    assert (second["state"], second["workspace"]) == ("new", None)
    assert first["criteria"] == ["answers-right", "stays-quick"]


def test_a_broken_kata_is_named_and_hides_no_other(typed: Type, home: Path) -> None:
    (home / "content/katas/slow-sum/kata.yaml").write_text("titel: x\n")
    done = typed("list")
    assert (done.code, len(done.out.splitlines())) == (0, 1)
    assert "kata.yaml" in done.err and "titel" in done.err


# start


def test_start_makes_a_copy_and_shows_the_incident_and_what_is_asked(typed: Type, home: Path) -> None:
    done = typed("start", "slow-sum")
    assert done.code == 0
    assert "The pager went at 03:12." in done.out
    assert "It stays quick." in done.err and "expected to fail" in done.err
    assert str(home / "work" / "slow-sum") in done.err
    assert (home / "work" / "slow-sum" / "server.js").is_file()


def test_a_second_start_leaves_the_copy_as_it_is(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    file = _edit(home)
    done = typed("start", "slow-sum", "--json")
    assert json.loads(done.out) == {"kata": "slow-sum", "folder": str(home / "work/slow-sum"), "new": False}
    assert file.read_text().startswith("const sum = 2")


def test_a_workspace_that_cannot_be_made_is_told(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_WORKSPACE", "/dev/null/work")
    done = typed("start", "slow-sum")
    assert (done.code, done.out) == (2, "")
    assert "/dev/null" in done.err and "PRODRILL_WORKSPACE" in done.err


# hint


def test_hints_grow_with_rejected_attempts_and_stay(typed: Type) -> None:
    typed("start", "slow-sum")
    assert "Look at the loop." in typed("hint", "slow-sum", "stays-quick").out
    for _ in range(2):
        typed("verify", "slow-sum", engine=engine_saying(FAILING))
    done = typed("hint", "slow-sum")
    assert "Look at the loop." in done.out and "It waits for the file." in done.out
    assert "fs.promises" not in done.out
    assert "Your last attempt: What was seen of stays-quick." in done.out
    typed("verify", "slow-sum", engine=engine_saying(PASSING))
    assert "It waits for the file." in typed("hint", "slow-sum", "stays-quick").out


def test_noise_and_our_own_faults_earn_no_hint(typed: Type) -> None:
    typed("start", "slow-sum")
    for verdict in (Verdict.INCONCLUSIVE, Verdict.ERROR, Verdict.BLOCKED):
        for _ in range(3):
            typed("verify", "slow-sum", engine=engine_saying(report_saying(Verdict.PASSED, verdict)))
    said = json.loads(typed("hint", "slow-sum", "stays-quick", "--json").out)
    assert (said["level"], len(said["hints"]), said["levels"]) == (1, 1, 3)


def test_a_criterion_that_is_none_is_answered_with_the_nearest(typed: Type) -> None:
    done = typed("hint", "slow-sum", "stay-quick")
    assert done.code == 2
    assert "Did you mean 'stays-quick'?" in done.err


# diff, reset, attempts


def test_the_diff_is_a_patch_and_nothing_else(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    assert typed("diff", "slow-sum") == (0, "", "")
    _edit(home)
    assert typed("diff", "slow-sum").out == (
        "--- a/server.js\n+++ b/server.js\n@@ -1,2 +1,2 @@\n-const sum = 1;\n+const sum = 2;\n export default sum;\n"
    )


def test_reset_asks_and_takes_no_for_an_answer(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    file = _edit(home)
    done = typed("reset", "slow-sum", answer="n\n")
    assert (done.code, done.out) == (0, "")
    assert "Left as it is." in done.err
    assert file.read_text().startswith("const sum = 2")


def test_reset_keeps_a_copy_and_can_be_undone(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    file = _edit(home)
    assert "--undo" in typed("reset", "slow-sum", "--yes").err
    assert file.read_text().startswith("const sum = 1")
    assert typed("reset", "slow-sum", "--undo").code == 0
    assert file.read_text().startswith("const sum = 2")


def test_reset_with_nobody_to_answer_points_to_yes(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    file = _edit(home)
    done = typed("reset", "slow-sum")
    assert done.code == 2
    assert "--yes" in done.err
    assert file.read_text().startswith("const sum = 2")


def test_reset_with_nothing_to_undo_or_no_copy_is_told(typed: Type) -> None:
    assert "prodrill start slow-sum" in typed("reset", "slow-sum").err
    typed("start", "slow-sum")
    done = typed("reset", "slow-sum", "--undo")
    assert done.code == 2
    assert "undo" in done.err


def test_attempts_are_listed_compared_shown_and_restored(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    typed("verify", "slow-sum", engine=engine_saying(FAILING))
    file = _edit(home)
    typed("verify", "slow-sum", engine=engine_saying(PASSING))
    first, second = json.loads(typed("attempts", "slow-sum", "--json").out)
    assert (first["verdict"], second["verdict"], first["passed"], second["passed"]) == ("failed", "passed", 1, 2)
    assert len(typed("attempts", "slow-sum").out.splitlines()) == 2
    compared = typed("attempts", "slow-sum", "--compare", str(first["number"]), str(second["number"])).out
    assert "stays-quick: ✗ failed (measured 0.5 share, limit 0.9) → ✓ passed" in compared
    assert "+const sum = 2;" in compared
    assert "1 failed" in typed("attempts", "slow-sum", "--show", str(first["number"])).out
    assert typed("attempts", "slow-sum", "--restore", str(first["number"]), "--yes").code == 0
    assert file.read_text().startswith("const sum = 1")
    assert typed("reset", "slow-sum", "--undo").code == 0
    assert file.read_text().startswith("const sum = 2")


def test_an_attempt_that_is_none_or_of_another_kata_is_refused(typed: Type) -> None:
    typed("start", "slow-sum")
    typed("verify", "slow-sum", engine=engine_saying(FAILING))
    done = typed("attempts", "slow-sum", "--show", "99")
    assert done.code == 2
    assert "no attempt 99. It has: 1." in done.err
    assert "It has none yet." in typed("attempts", "lost-rows", "--restore", "1", "--yes").err
    assert typed("attempts", "slow-sum", "--show", "1", "--restore", "1").code == 2


# solution, lesson, debrief


def test_solutions_are_listed_and_shown_as_patches(typed: Type) -> None:
    assert typed("solution", "slow-sum").out.splitlines()[0] == "by-hand  By hand (by hand)"
    shown = typed("solution", "slow-sum", "by-hand")
    assert "+const sum = 2;" in shown.out and "By hand" in shown.err
    refused = typed("solution", "slow-sum", "by-hnd")
    assert refused.code == 2
    assert "Did you mean 'by-hand'?" in refused.err
    assert typed("solution", "slow-sum", "later").code == 2


def test_a_solution_can_be_held_against_ones_own_copy(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    _edit(home)
    assert typed("solution", "slow-sum", "by-hand", "--against-mine").out == ""


def test_a_lesson_is_plain_markdown_where_it_is_not_for_a_terminal(typed: Type) -> None:
    assert typed("lesson", "event-loop").out == (
        "# The event loop\n\nSome **bold** words.\n\n## Second part\n\n- one\n- two\n"
    )


def test_lessons_are_listed_in_reading_order_and_an_unknown_one_is_refused(typed: Type) -> None:
    assert [line.split()[0] for line in typed("lesson").out.splitlines()] == ["event-loop", "streams"]
    assert [each["name"] for each in json.loads(typed("lesson", "--json").out)] == ["event-loop", "streams"]
    done = typed("lesson", "event-lop")
    assert done.code == 2
    assert "Did you mean 'event-loop'?" in done.err


def test_the_debrief_is_shown(typed: Type) -> None:
    assert "It was the loop." in typed("debrief", "slow-sum").out


# set-up and authors


def test_completion_is_a_script_for_each_shell(typed: Type) -> None:
    for shell in ("bash", "zsh", "fish"):
        done = typed("completion", shell)
        assert "_PRODRILL_COMPLETE" in done.out and done.err == ""
    assert typed("completion", "csh").code == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("prodrill li", {"list", "lint"}),
        ("prodrill start slow", {"slow-sum"}),
        ("prodrill hint slow-sum stays", {"stays-quick"}),
        ("prodrill verify slow-sum --only ans", {"answers-right"}),
        ("prodrill lesson str", {"streams"}),
    ],
)
def test_a_shell_completes_commands_katas_criteria_and_lessons(
    prodrill: Prodrill, words: str, expected: set[str]
) -> None:
    count = str(len(words.split()) - 1)
    done = prodrill(_PRODRILL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert {line.split(",")[1] for line in done.stdout.splitlines()} == expected
    assert done.stderr == ""


def test_completion_over_broken_content_is_silent(prodrill: Prodrill) -> None:
    done = prodrill(
        PRODRILL_CONTENT="/nowhere", _PRODRILL_COMPLETE="bash_complete", COMP_WORDS="prodrill start s", COMP_CWORD="2"
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_lint_names_what_is_wrong_and_exits_with_1(typed: Type, home: Path) -> None:
    (home / "content/katas/slow-sum/hints.md").unlink()
    done = typed("lint", "slow-sum")
    assert done.code == 1
    assert "hints.md" in done.out
    assert any("hints.md" in each["file"] for each in json.loads(typed("lint", "slow-sum", "--json").out))
    assert typed("lint", "slow-sun").code == 2


def test_new_says_where_it_wrote_and_refuses_to_write_there_twice(typed: Type, home: Path) -> None:
    done = typed("new", "slow-leak")
    assert done.code == 0
    assert str(home / "content" / "katas" / "slow-leak") in done.out.splitlines()
    assert typed("new", "slow-leak").code == 2
    assert typed("new", "Slow Leak!").code == 2
