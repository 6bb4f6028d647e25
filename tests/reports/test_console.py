"""The console report: what a person reads after a verification."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports import console
from runner.reports.paint import Paint, number, printable
from tests.reports.reports_for_tests import hostile_report, report_of

GOLDEN = """\
✓ passed       reports-are-right
    Reports stay correct.
✗ failed       others-overtake
    A report being rendered holds nothing else up.
    → Of 40 ordinary requests sent while reports rendered, 2 were answered before one ended.
      measured 0.05 share of requests, limit 0.9
        GET /orders/17 sent at 1.20 s, answered at 3.41 s
        POST /reports ended at 3.40 s
    by hand: curl -s localhost:3000/reports & curl -w '%{time_total}' localhost:3000/orders/17
    again: prodrill verify blocked-event-loop --only others-overtake --seed 4711
    explained: prodrill lesson the-event-loop#async-does-not-move-work
    next hint: prodrill hint blocked-event-loop others-overtake
– blocked      several-finish
    Several reports at once finish.
    → It needs others-overtake.
? inconclusive idle-is-quick
    An idle service is not made slow.
    → The machine was busy: our own timer was 80 ms late.
      measured 80 ms, limit 20
! error        survives
    It survives.
    → The engine went away. Start it and repeat.

✗ failed blocked-event-loop: 1 passed, 1 failed, 1 blocked, 1 inconclusive, 1 error
seed 4711 · docker sandbox · 6.2 s
"""


def test_every_verdict_is_a_mark_and_a_word_and_every_refusal_has_its_reason() -> None:
    assert console.render(report_of(), Paint()) == GOLDEN


def test_the_process_sandbox_is_said_to_isolate_nothing() -> None:
    assert "process sandbox (process: isolates nothing)" in console.render(report_of(sealed=False), Paint())


def test_a_line_that_needs_an_address_says_where_to_get_it() -> None:
    finding = Finding(Verdict.FAILED, "It waited.", reproduce="curl -i $URL/x")
    report = Report("slow-sum", "docker", True, 1, "", 0.0, (CriterionResult("a", "A.", finding),), {})
    said = console.render(report, Paint()).splitlines()
    assert said[3:5] == ["    by hand: curl -i $URL/x", "             ($URL is what `prodrill run slow-sum` prints)"]


def test_the_last_lines_of_a_log_stay_lines_and_keep_their_indentation() -> None:
    finding = Finding(
        Verdict.FAILED, "It exited. Its last lines:\n  const x = ;\n            ^\n\n  SyntaxError\x1b[2J"
    )
    report = Report("slow-sum", "docker", True, 1, "", 0.0, (CriterionResult("a", "A.", finding),), {})
    assert console.render(report, Paint()).splitlines()[2:6] == [
        "    → It exited. Its last lines:",
        "          const x = ;",
        "                    ^",
        "          SyntaxError",
    ]


def test_notices_stand_in_the_report() -> None:
    assert "note: No engine answers.\n" in console.render(report_of(notices=("No engine answers.",)), Paint())


def test_nothing_is_told_by_colour_alone() -> None:
    coloured = console.render(report_of(), Paint(colour=True))
    assert "\x1b[31m" in coloured
    stripped = coloured
    for code in ("0", "1", "2", "31", "32", "33", "36"):
        stripped = stripped.replace(f"\x1b[{code}m", "")
    assert stripped == GOLDEN


def test_a_stream_that_knows_ascii_only_gets_ascii_only() -> None:
    assert console.render(report_of(), Paint(unicode=False)).isascii()


def test_lines_keep_to_the_width_but_for_the_line_that_is_to_be_copied() -> None:
    lines = console.render(report_of(), Paint(width=60)).splitlines()
    copied = ("by hand:", "again:", "prodrill hint", "prodrill lesson", "blocked-event-loop: 1 passed")
    assert [line for line in lines if len(line) > 60 and not any(text in line for text in copied)] == []
    assert any("by hand:" in line and line.endswith("localhost:3000/orders/17") for line in lines)


def test_what_a_service_said_cannot_drive_the_terminal() -> None:
    text = console.render(hostile_report(), Paint())
    text.encode("utf-8")
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e")]
    assert "second" in text


def test_an_empty_report_is_no_pass() -> None:
    text = console.render(Report("k", "docker", True, 1, "", 0.0, (), {}), Paint())
    assert text.startswith("! error k: nothing was judged\n")


@given(st.text())
def test_printable_text_is_one_line_that_encodes(text: str) -> None:
    safe = printable(text)
    safe.encode("utf-8")
    assert len(safe.splitlines()) <= 1


def test_numbers_read_as_a_person_writes_them() -> None:
    values = (0.05, 12.0, 1234567.0, 0.123456, 345.678, 1e20, float("inf"))
    assert [number(v) for v in values] == [
        "0.05",
        "12",
        "1,234,567",
        "0.123",
        "345.7",
        "100,000,000,000,000,000,000.0",
        "inf",
    ]
