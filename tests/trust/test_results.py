"""The page of results: made from ledgers, its notes kept, what is not met said."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from runner.record.finding import Verdict
from runner.record.happened import Watched
from runner.verifier.ledger import SCHEMA, Head, Ledger
from runner.verifier.origin import Machine, Origin
from runner.verifier.trial import Condition, Judged, Outcome, Trial
from tests.trust.carried import CARRIED, NOW
from tests.trust.results import main

ORIGIN = Origin(
    Machine("A processor", 2, 8, "Linux 6", "3.11", "24"), "abcdef0123456789", {"engine": "0" * 64, "k": "1" * 64}
)


def _ledger(file: Path, stress: int, *outcomes: Outcome, origin: Origin = ORIGIN) -> str:
    ledger = Ledger(
        Head(SCHEMA, origin, stress, 1, "", f"prodrill prove k --stress {stress} --resume /somewhere/ledger"), file
    )
    for number, outcome in enumerate(outcomes):
        verdict = {Outcome.RIGHT: Verdict.PASSED, Outcome.INCONCLUSIVE: Verdict.INCONCLUSIVE}.get(
            outcome, Verdict.FAILED
        )
        judged = Judged("others-overtake", outcome, verdict, 12.0, 40.0, "ms", sentence="It | waited.")
        condition = Condition("process", stress=stress)
        ledger.add(Trial("k", condition, "accepted", "by-hand", number, 7, 1.0, None, (judged,)))
    return str(file)


def test_the_page_says_what_was_shown_and_what_was_not(tmp_path: Path) -> None:
    files = [
        _ledger(tmp_path / "0", 0, *[Outcome.RIGHT] * 299),
        _ledger(tmp_path / "4", 4, Outcome.RIGHT, Outcome.FALSE_FAIL, Outcome.INCONCLUSIVE),
    ]
    into = tmp_path / "RESULTS.md"
    assert main(files, into) == 0
    text = into.read_text()
    assert "- Machine 1: A processor, 2 cores, 8 GB, Linux 6, Python 3.11, Node.js 24" in text
    assert "- Command: `prodrill prove --stress 4 --repeat N --resume FILE`" in text
    assert "| wrong verdicts | 0 | 1 | NOT MET |" in text
    assert "| runs a kata, the fewest | 300 | 302 | met |" in text
    assert "| inconclusive, no loops | 1% at most | 0 of 299 (0 %, below 1 % at 95 %) | met |" in text
    assert "| inconclusive, four loops | 5% at most | 1 of 3 (33 %, below 86 % at 95 %) | NOT MET |" in text
    assert "| k | process, 4 loops | 3 | 1 | 1 | 0 | 1 | 0 |" in text
    assert "seed 7: **others-overtake** false fail: It | waited." in text
    assert "| k | others-overtake | 40 ms | 12 (0.30 of it; by-hand, process, 0 loops, seed 7) | none seen |" in text


def test_figures_of_several_machines_are_told_apart_and_added_up(tmp_path: Path) -> None:
    other = structs.replace(ORIGIN, machine=structs.replace(ORIGIN.machine, python="3.12"))
    files = [
        _ledger(tmp_path / "one", 0, Outcome.RIGHT),
        _ledger(tmp_path / "other", 4, Outcome.RIGHT, Outcome.FALSE_FAIL, origin=other),
    ]
    into = tmp_path / "RESULTS.md"
    assert main(files, into) == 0
    text = into.read_text()
    assert "- Machine 1: A processor, 2 cores, 8 GB, Linux 6, Python 3.11," in text
    assert "- Machine 2: A processor, 2 cores, 8 GB, Linux 6, Python 3.12," in text
    assert "| 1, A processor | process, 0 loops | 1 | 0 | 0 | 0 | 0 |" in text
    assert "| 2, A processor | process, 4 loops | 1 | 1 | 0 | 0 | 0 |" in text
    assert text.splitlines().count("- Commit: `abcdef0123456789`") == 1
    assert "\n3 runs." in text


def test_ledgers_of_another_engine_do_not_add_up_whatever_the_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = structs.replace(ORIGIN.machine, processor="Another")
    other = structs.replace(ORIGIN, machine=machine, sources={"engine": "2" * 64, "k": "1" * 64})
    files = [
        _ledger(tmp_path / "one", 0, Outcome.RIGHT),
        _ledger(tmp_path / "other", 0, Outcome.RIGHT, origin=other),
    ]
    assert main(files, tmp_path / "RESULTS.md") == 2
    assert "engine changed since" in capsys.readouterr().err


def test_notes_are_kept_by_whoever_writes_the_page_again(tmp_path: Path) -> None:
    into = tmp_path / "RESULTS.md"
    ledger = _ledger(tmp_path / "0", 0, Outcome.RIGHT)
    main([ledger], into)
    into.write_text(into.read_text() + "\nA long story.\n")
    main([ledger], into)
    assert into.read_text().endswith("\nA long story.\n")
    assert into.read_text().count("## Notes") == 1


def test_what_is_no_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path / "missing")], tmp_path / "x") == 2
    assert not (tmp_path / "x").exists()


def _earlier(file: Path, crowd: float) -> str:
    origin = structs.replace(ORIGIN, commit=CARRIED[0].commits[0], sources={"engine": CARRIED[0].was, "k": "1" * 64})
    ledger = Ledger(Head(SCHEMA, origin, 4, 1, "", "prodrill prove k --stress 4"), file)
    judged = Judged("c", Outcome.RIGHT, Verdict.PASSED, watched=Watched(1.0, 0.0, 0.0, crowd))
    ledger.add(Trial("k", Condition("process", stress=4), "accepted", "by-hand", 1, 7, 1.0, None, (judged,)))
    return str(file)


def test_runs_of_an_earlier_engine_count_where_the_later_one_could_not_have_said_anything_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "RESULTS.md"
    assert main([_earlier(tmp_path / "calm", 8.5)], into) == 0
    assert f"- Carried over from `{CARRIED[0].commits[0][:12]}`, engine" in into.read_text()
    assert f"engine `{NOW[:12]}`, k `" in into.read_text()
    assert main([_earlier(tmp_path / "crowded", 17.0)], into) == 2
    assert "cannot be carried over" in capsys.readouterr().err
