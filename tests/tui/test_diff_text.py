"""A diff in the app: readable without colour, harmless whatever the files hold."""

from __future__ import annotations

from runner.record.finding import Series
from runner.reports.card.card import Overlay
from runner.reports.overlay import SHADE, overlay_rows
from runner.tui.diff_text import MOST_LINES, diff_text

PATCH = "--- a/server.js\n+++ b/server.js\n@@ -1,2 +1,2 @@\n import a from 'a';\n-const old = 1;\n+const fresh = 2;\n"


def lines(patch: str) -> list[str]:
    return [line.rstrip() for line in diff_text(patch).plain.splitlines()]


def test_every_line_of_a_patch_is_shown_with_its_sign() -> None:
    assert lines(PATCH) == PATCH.rstrip("\n").splitlines()


def test_escapes_and_markup_in_a_file_are_only_text() -> None:
    hostile = "--- a/x.js\n+++ b/x.js\n@@ -1 +1 @@\n-\x1b[2J[/bold]\x07\n+[red]a\x00b\u202e\n"
    assert lines(hostile)[3:] == ["-[/bold]", "+[red]ab"]


def test_a_huge_patch_is_cut_and_says_so() -> None:
    shown = lines("--- a/x.js\n+++ b/x.js\n" + "+x\n" * (MOST_LINES + 500))
    assert len(shown) == MOST_LINES + 1
    assert shown[-1] == "… 502 more lines are not shown"


def test_files_of_an_unknown_kind_and_new_ones_are_shown_as_well() -> None:
    assert lines("--- /dev/null\n+++ b/notes.xyz\n@@ -0,0 +1 @@\n+hello\n")[-1] == "+hello"


def rows(before: Series | None, after: Series | None, width: int = 60, height: int = 11) -> list[str]:
    overlay = Overlay("quick", "wait", "ms", before, after)
    return ["".join(text for text, _ in row) for row in overlay_rows(overlay, width, height)]


def test_the_two_sides_of_a_chart_are_told_apart_without_colour() -> None:
    drawn = rows(
        Series("wait", "ms", ((5.0, 0.0), (6.0, 300.0), (7.0, 0.0))),
        Series("wait", "ms", ((0.0, 4.0), (4.0, 8.0)), 59.0),
    )
    assert all(len(row) <= 60 for row in drawn) and len(drawn) == 11
    assert f"{SHADE * 2} before: peak 300 ms" in drawn[1] and "after: peak 8 ms" in drawn[1]
    assert SHADE in drawn[2] and any("limit 59 ╌" in row for row in drawn)
    assert any(chr(0x2800) < cell <= chr(0x28FF) for cell in drawn[9]) and drawn[10].endswith("4 s")
    assert SHADE not in drawn[2][40:]  # the shape of two seconds takes half of the four


def test_a_side_that_was_not_measured_says_so_and_a_tiny_chart_is_its_name() -> None:
    assert "before: not measured" in rows(None, Series("wait", "ms", ((0.0, 1.0),)))[1]
    assert rows(None, Series("wait", "ms", ((0.0, 1.0),)), width=20, height=5) == [
        "wait (ms) · quick",
        "░░ before: not measu",
    ]
