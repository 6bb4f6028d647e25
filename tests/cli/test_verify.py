"""`prodrill verify`: verdicts, codes, files and attempts, over scripted runs."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from runner.learner.home import open_store
from runner.record.events import RunEnded, RunStarted
from runner.record.finding import Verdict
from runner.record.report import Report
from tests.cli.conftest import Type
from tests.cli.fake_engine import FAILING, PASSING, FakeEngine, engine_saying, report_saying, stream_of

_CODES = [
    (PASSING, 0),
    (FAILING, 1),
    (report_saying(Verdict.FAILED, Verdict.BLOCKED), 1),
    (report_saying(Verdict.PASSED, Verdict.INCONCLUSIVE), 3),
    (report_saying(Verdict.PASSED, Verdict.ERROR), 3),
    (report_saying(Verdict.FAILED, Verdict.ERROR), 1),
]


@pytest.mark.parametrize(("report", "code"), _CODES)
def test_the_exit_code_says_the_verdict(typed: Type, report: Report, code: int) -> None:
    typed("start", "slow-sum")
    assert typed("verify", "slow-sum", engine=engine_saying(report)).code == code


def test_verdicts_with_their_reasons_go_to_stdout_and_progress_to_stderr(typed: Type) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", engine=engine_saying(FAILING))
    assert done.out == (
        "✓ passed       answers-right\n"
        "    Every answer is right.\n"
        "✗ failed       stays-quick\n"
        "    It stays quick.\n"
        "    → What was seen of stays-quick.\n"
        "      measured 0.5 share, limit 0.9\n"
        "        GET /sum at 1.0 s\n"
        "    by hand: curl -i localhost\n"
        "    again: prodrill verify slow-sum --only stays-quick --seed 7\n"
        "    next hint: prodrill hint slow-sum stays-quick\n"
        "\n"
        "✗ failed slow-sum: 1 passed, 1 failed\n"
        "seed 7 · docker sandbox · 1.5 s\n"
    )
    assert done.err == (
        "Judging slow-sum by 2 criteria in the docker sandbox, seed 7.\n"
        "building the image 50%\n"
        "note: The machine is busy.\n"
        "1/2 answers-right ...\n"
        "✓ passed: answers-right\n"
        "2/2 stays-quick ...\n"
        "✗ failed: stays-quick\n"
    )


def test_what_the_service_prints_is_shown_when_asked_for_and_cannot_drive_the_terminal(typed: Type) -> None:
    typed("start", "slow-sum")
    assert "stdout: listening\n" in typed("verify", "slow-sum", "--logs", engine=engine_saying(PASSING)).err


def test_json_on_stdout_is_all_there_is_on_stdout(typed: Type) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", "--json", "-", engine=engine_saying(FAILING))
    assert json.loads(done.out)["verdict"] == "failed"
    assert "✗ failed slow-sum: 1 passed, 1 failed" in done.err


def test_files_are_written_beside_the_readable_report(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", "--json", "a.json", "--junit", "b.xml", engine=engine_saying(FAILING))
    assert json.loads((home / "a.json").read_bytes())["exit_code"] == done.code == 1
    assert ET.parse(home / "b.xml").getroot().get("failures") == "1"
    assert "1 failed" in done.out


def test_exit_zero_is_zero_whatever_the_verdict(typed: Type) -> None:
    typed("start", "slow-sum")
    for report, _ in _CODES:
        assert typed("verify", "slow-sum", "--exit-zero", "--json", "-", engine=engine_saying(report)).code == 0


def test_exit_zero_does_not_hide_wrong_usage(typed: Type) -> None:
    assert typed("verify", "nothing", "--exit-zero").code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("slow-sun",), ("'slow-sun'", "Did you mean 'slow-sum'?")),
        (("slow-sum",), ("prodrill start slow-sum",)),
        ((), ("name a kata", "prodrill list")),
        ((".",), ("name a kata", "prodrill list")),
        (("./nowhere",), ("./nowhere does not exist", "prodrill list")),
        (("content/katas/slow-sum/service",), ("is not one of your copies", "--kata")),
        (("content/katas/slow-sum",), ("is a kata itself", "prodrill verify content/katas/slow-sum/service")),
        (("nowhere", "--kata", "slow-sum"), ("nowhere does not exist",)),
        (("content", "--kata", "slow-sun"), ("Did you mean 'slow-sum'?",)),
        (("content/course/streams.md", "--kata", "slow-sum"), ("is a file",)),
    ],
)
def test_what_cannot_be_found_is_named_with_the_next_step(
    typed: Type, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    engine = engine_saying(PASSING)
    done = typed("verify", *arguments, engine=engine)
    assert (done.code, done.out, engine.requests) == (2, "", [])
    for word in words:
        assert word in done.err
    assert done.err.startswith("prodrill: ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--only", "stay-quick"), ("Did you mean 'stays-quick'?", "answers-right, stays-quick")),
        (("--json", "no/such/a.json"), ("there is no folder", "no/such")),
        (("--junit", "work"), ("is a folder",)),
        (("--json", "-", "--junit", "-"), ("only one of",)),
        (("--sandbox", "vm"), ("'vm'", "docker")),
        (("--seed", "x"), ("'x'",)),
        (("--seed", "-1"), ("-1",)),
    ],
)
def test_wrong_options_are_refused_before_anything_runs(
    typed: Type, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    typed("start", "slow-sum")
    engine = engine_saying(PASSING)
    done = typed("verify", "slow-sum", *options, engine=engine)
    assert (done.code, engine.requests) == (2, [])
    for word in words:
        assert word in done.err


def test_options_reach_the_verifier(typed: Type) -> None:
    typed("start", "slow-sum")
    engine = engine_saying(PASSING)
    typed("verify", "slow-sum", "--seed", "42", "--sandbox", "process", "--only", "stays-quick", engine=engine)
    [request] = engine.requests
    assert (request.seed, request.sandbox, request.only, request.kata.slug) == (
        42,
        "process",
        ("stays-quick",),
        "slow-sum",
    )


def test_a_failed_report_alone_says_how_to_run_its_probe_again(typed: Type, home: Path) -> None:
    """The line is typed as it was printed, and asks the verifier for the same probe with the same inputs."""
    typed("start", "slow-sum")
    elsewhere = home / "a b"
    shutil.copytree(home / "content" / "katas" / "slow-sum" / "service", elsewhere)
    for arguments in (("slow-sum",), (str(elsewhere), "--kata", "slow-sum", "--sandbox", "process")):
        engine = engine_saying(FAILING)
        done = typed("verify", *arguments, "--json", "-", engine=engine)
        again = json.loads(done.out)["results"][1]["again"]
        assert f"again: {again}" in done.err
        program, *line = shlex.split(again)
        assert program == "prodrill"
        typed(*line, engine=engine)
        first, second = engine.requests
        assert (second.only, second.seed, second.sandbox) == (("stays-quick",), 7, first.sandbox)
        assert second.kata.slug == "slow-sum"
        assert second.source == elsewhere or arguments == ("slow-sum",)


def test_a_full_judgement_asks_for_three_seeds(typed: Type) -> None:
    typed("start", "slow-sum")
    engine = engine_saying(PASSING)
    assert typed("verify", "slow-sum", "--full", engine=engine).code == 0
    assert typed("verify", "slow-sum", engine=engine).code == 0
    assert [request.seeds for request in engine.requests] == [3, 1]


def test_the_learners_copy_leaves_an_attempt_with_the_files_that_were_judged(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    (home / "work" / "slow-sum" / "server.js").write_text("const sum = 9;\n")
    assert typed("verify", "slow-sum", engine=engine_saying(FAILING)).code == 1
    with open_store() as store:
        [attempt] = store.attempts("slow-sum")
        assert store.snapshot(attempt.id).files()["server.js"] == b"const sum = 9;\n"
        assert (attempt.verdict, attempt.whole) == (Verdict.FAILED, True)
        assert json.loads(store.histories(attempt.id)) == {}


def test_the_copy_can_be_named_by_its_folder(typed: Type, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed("start", "slow-sum")
    monkeypatch.chdir(home / "work" / "slow-sum")
    engine = engine_saying(PASSING)
    assert typed("verify", ".", engine=engine).code == 0
    assert typed("verify", engine=engine).code == 0
    assert [request.kata.slug for request in engine.requests] == ["slow-sum", "slow-sum"]
    with open_store() as store:
        assert len(store.attempts("slow-sum")) == 2
    assert len(typed("attempts").out.splitlines()) == 2


def test_a_folder_elsewhere_leaves_no_attempt_and_offers_no_hint(typed: Type, home: Path) -> None:
    engine = engine_saying(FAILING)
    done = typed("verify", "content/katas/slow-sum/service", "--kata", "slow-sum", engine=engine)
    assert done.code == 1
    assert engine.requests[0].source == home / "content" / "katas" / "slow-sum" / "service"
    assert "next hint" not in done.out
    with open_store() as store:
        assert store.attempts() == []


def test_a_part_of_the_criteria_does_not_solve_a_kata(typed: Type) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", "--only", "answers-right", engine=engine_saying(PASSING))
    assert "prodrill verify slow-sum" in done.err and "Solved" not in done.err
    assert json.loads(typed("list", "--json").out)[0]["state"] == "tried"


def test_our_own_fault_leaves_no_attempt_and_is_not_blamed_on_the_fix(typed: Type) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", engine=engine_saying(report_saying(Verdict.ERROR, Verdict.ERROR)))
    assert "not your fix's" in done.err and "prodrill doctor" in done.err
    with open_store() as store:
        assert store.attempts() == []


def test_a_run_that_ends_without_a_report_is_our_fault(typed: Type) -> None:
    typed("start", "slow-sum")
    engine = FakeEngine([RunStarted(0.0, "slow-sum", "docker", True, 1, ("answers-right",))])
    done = typed("verify", "slow-sum", engine=engine)
    assert (done.code, engine.closed) == (3, 1)
    assert "our fault" in done.err and "says nothing about the fix" in done.err


def test_a_request_the_verifier_refuses_is_wrong_usage(typed: Type) -> None:
    from runner.verifier import VerifyError

    typed("start", "slow-sum")
    engine = FakeEngine([VerifyError("there is no server.js; put it back")])
    done = typed("verify", "slow-sum", engine=engine)
    assert (done.code, done.err.splitlines()[-1]) == (2, "prodrill: there is no server.js; put it back")


def test_a_copy_without_its_entry_file_is_told_how_to_get_it_back(typed: Type, home: Path) -> None:
    typed("start", "slow-sum")
    (home / "work" / "slow-sum" / "server.js").unlink()
    done = typed("verify", "slow-sum", engine=engine_saying(PASSING))
    assert done.code == 2
    assert "server.js" in done.err and "prodrill reset slow-sum" in done.err


def test_an_attempt_that_cannot_be_kept_does_not_hide_the_verdict(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    from runner.learner.errors import StoreFull
    from runner.learner.store import Store

    def full(*_: object, **__: object) -> int:
        raise StoreFull(Path("learner.sqlite3"))

    typed("start", "slow-sum")
    monkeypatch.setattr(Store, "add_attempt", full)
    done = typed("verify", "slow-sum", engine=engine_saying(FAILING))
    assert done.code == 1
    assert "1 failed" in done.out and "could not be kept" in done.err and "disk is full" in done.err


def test_success_points_to_the_debrief_and_the_other_fixes(typed: Type) -> None:
    typed("start", "slow-sum")
    done = typed("verify", "slow-sum", engine=engine_saying(PASSING))
    assert "prodrill debrief slow-sum" in done.err and "prodrill solution slow-sum" in done.err


def test_the_stream_is_closed_when_reading_it_fails(typed: Type) -> None:
    typed("start", "slow-sum")
    engine = FakeEngine([*stream_of(PASSING)[:3], ZeroDivisionError("oops"), RunEnded(0.0, PASSING)])
    done = typed("verify", "slow-sum", engine=engine)
    assert (done.code, engine.closed) == (3, 1)
    assert "this is our fault" in done.err
