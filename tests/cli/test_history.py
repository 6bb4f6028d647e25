"""Cards, certificates, progress files, resetting everything, recordings: their commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.cli.exit_code import ExitCode
from runner.record.finding import Verdict
from runner.reports.card import png
from tests.cli.conftest import Type
from tests.cli.fake_engine import FAILING, PASSING, FakeEngine, engine_saying, report_saying, stream_of
from tests.fonts import needs_a_font

BOTH = ("slow-sum", "lost-rows")


@pytest.fixture
def solved(typed: Type, home: Path) -> Path:
    """A learner whose broken service failed and whose fix passed."""
    typed("start", "slow-sum")
    typed("verify", "slow-sum", engine=engine_saying(FAILING))
    (home / "work" / "slow-sum" / "server.js").write_text("const sum = 9;\n")
    typed("verify", "slow-sum", engine=engine_saying(PASSING))
    return home


def test_a_card_is_text_or_json(typed: Type, solved: Path) -> None:
    said = typed("card", "slow-sum")
    assert said.code == 0 and "1 of 2 → 2 of 2" in said.out and "before: the broken service, attempt 1" in said.out
    assert json.loads(typed("card", "slow-sum", "--json").out)["after"]["origin"] == "attempt 2"


@pytest.mark.parametrize(
    "name, begins",
    [
        ("c.svg", b"<svg"),
        pytest.param("c.png", b"\x89PNG", marks=needs_a_font),
        ("c.html", b"<!doctype html>"),
    ],
)
def test_a_card_is_the_picture_its_file_names(typed: Type, solved: Path, name: str, begins: bytes) -> None:
    done = typed("card", "slow-sum", "-o", name)
    assert (done.code, done.out) == (0, f"{name}\n")
    assert (solved / name).read_bytes().startswith(begins)


def test_without_a_font_a_png_is_refused_and_another_form_named(
    typed: Type, solved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(png, "_draws_text", lambda: False)
    done = typed("card", "slow-sum", "-o", "c.png")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "no font" in done.err and "Write .svg or .html instead" in " ".join(done.err.split())
    assert not (solved / "c.png").exists()


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("slow-sum", "-o", "card.pdf"), "End the name with .svg, .png or .html."),
        (("slow-sum", "-o", "nowhere/card.svg"), "there is no folder"),
        (("slow-sum", "--attempt", "7"), "slow-sum has no attempt 7. It has: 1, 2."),
        (("lost-rows",), "No attempt on lost-rows has passed yet."),
    ],
)
def test_what_a_card_cannot_do_is_said(typed: Type, solved: Path, arguments: tuple[str, ...], says: str) -> None:
    done = typed("card", *arguments)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert says in " ".join(done.err.split())


def test_without_an_attempt_on_the_broken_service_its_recording_is_the_before(typed: Type, home: Path) -> None:
    kata = home / "content" / "katas" / "slow-sum"
    assert typed("record", "slow-sum", engine=engine_saying(FAILING)).out == f"{kata / 'broken.json'}\n"
    typed("start", "slow-sum")
    (home / "work" / "slow-sum" / "server.js").write_text("const sum = 9;\n")
    typed("verify", "slow-sum", engine=engine_saying(PASSING))
    assert "recorded with the kata" in typed("card", "slow-sum").out


def test_what_does_not_fail_as_named_is_not_recorded(typed: Type, home: Path) -> None:
    engine = engine_saying(report_saying(Verdict.FAILED, Verdict.BLOCKED))
    done = typed("record", "slow-sum", engine=engine)
    assert done.code == ExitCode.FAILED and len(engine.requests) == 3
    assert "failed on answers-right; its answer key names stays-quick" in " ".join(done.err.split())
    assert not (home / "content" / "katas" / "slow-sum" / "broken.json").exists()


def _all_solved(typed: Type, home: Path) -> None:
    for kata in BOTH:
        typed("start", kata)
        typed("verify", kata, engine=engine_saying(report_saying(Verdict.PASSED, Verdict.PASSED, kata=kata)))


def _passing(kata: str, seed: int) -> list[object]:
    return [*stream_of(report_saying(Verdict.PASSED, Verdict.PASSED, kata=kata, seed=seed))]


def test_a_certificate_needs_every_kata_and_names_those_that_never_passed(typed: Type, solved: Path) -> None:
    engine = FakeEngine()
    done = typed("certificate", engine=engine)
    assert done.code == ExitCode.FAILED and "lost-rows" in done.err and engine.requests == []


def test_all_are_verified_once_more_and_a_broken_round_goes_on(typed: Type, home: Path) -> None:
    _all_solved(typed, home)
    failing = report_saying(Verdict.PASSED, Verdict.FAILED, kata="lost-rows")
    engine = FakeEngine(_passing("slow-sum", 21), stream_of(failing))  # type: ignore[arg-type]
    done = typed("certificate", "-o", "c.html", engine=engine)
    assert done.code == ExitCode.FAILED and not (home / "c.html").exists()
    assert "lost-rows: failed; stays-quick failed." in done.err and "No certificate" in done.err
    engine = FakeEngine(_passing("lost-rows", 22))  # type: ignore[arg-type]
    done = typed("certificate", "-o", "c.html", "--name", "Ada", engine=engine)
    assert (done.code, done.out, len(engine.requests)) == (0, "c.html\n", 1)
    page = (home / "c.html").read_text()
    assert all(fact in page for fact in ("Ada", "seed 21", "seed 22", "The slow sum", "The lost rows"))
    (home / "work" / "slow-sum" / "server.js").write_text("changed\n")
    engine = FakeEngine(_passing("slow-sum", 23))  # type: ignore[arg-type]
    done = typed("certificate", engine=engine)
    assert len(engine.requests) == 1 and "seed 23" in done.out and "seed 22" in done.out


def test_an_unclear_kata_gives_no_certificate_and_is_no_failure(typed: Type, home: Path) -> None:
    _all_solved(typed, home)
    unclear = report_saying(Verdict.PASSED, Verdict.INCONCLUSIVE)
    done = typed("certificate", engine=engine_saying(unclear))
    assert done.code == ExitCode.OURS_OR_INCONCLUSIVE and "stays-quick inconclusive" in done.err


def test_progress_goes_out_and_comes_in(typed: Type, solved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed("progress", "export", "mine.prodrill").out == "mine.prodrill\n"
    again = typed("progress", "export", "mine.prodrill")
    assert again.code == ExitCode.USAGE and "is there already, and was left as it is" in again.err
    monkeypatch.setenv("PRODRILL_HOME", str(solved / "elsewhere"))
    monkeypatch.setenv("PRODRILL_WORKSPACE", str(solved / "there"))
    assert typed("progress", "import", "mine.prodrill", answer="n\n").err.endswith("Left as it is.\n")
    assert typed("attempts", "slow-sum").out == ""
    done = typed("progress", "import", "mine.prodrill", "--yes")
    assert done.code == 0 and "Taken in: 2 attempts, copies of slow-sum." in done.err
    assert (solved / "there" / "slow-sum" / "server.js").read_text() == "const sum = 9;\n"
    assert len(typed("attempts", "slow-sum").out.splitlines()) == 2


def test_a_bad_progress_file_is_refused_in_words(typed: Type, solved: Path) -> None:
    (solved / "photo.png").write_bytes(b"\x89PNG")
    done = typed("progress", "import", "photo.png", "--yes")
    assert done.code == ExitCode.USAGE and "no progress file" in done.err and "Nothing was changed." in done.err
    assert typed("progress", "import", "nothing.prodrill").code == ExitCode.USAGE
    assert typed("progress", "export", "nowhere/mine.prodrill").code == ExitCode.USAGE
    assert len(typed("attempts", "slow-sum").out.splitlines()) == 2


def test_everything_is_reset_after_a_question_and_comes_back(typed: Type, solved: Path) -> None:
    file = solved / "work" / "slow-sum" / "server.js"
    assert typed("reset", "--all", answer="n\n").err.endswith("Left as it is.\n")
    assert file.read_text() == "const sum = 9;\n"
    assert "Reset: slow-sum." in typed("reset", "--all", "--yes").err
    assert file.read_text() != "const sum = 9;\n"
    assert "nothing to reset" in typed("reset", "--all").err
    assert "Undone: slow-sum" in typed("reset", "--all", "--undo").err
    assert file.read_text() == "const sum = 9;\n"
    assert typed("reset", "--all", "--undo").code == ExitCode.USAGE
    assert typed("reset", "slow-sum", "--all").code == ExitCode.USAGE
