"""The card: what it shows is what was measured, in every form, whatever a service said."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from msgspec.structs import replace

from runner.record.finding import Finding, Series, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports.card import html, svg, text
from runner.reports.card.card import Card, Side, make_card, measured
from runner.reports.card.chart_svg import nice_top
from runner.reports.card.pictures import UnknownEnding, picture
from runner.reports.card.png import rasterise
from runner.reports.paint import Paint
from tests.fonts import needs_a_font
from tests.reports.reports_for_tests import HOSTILE, hostile_report

WAIT = "wait of ordinary requests"


def report(verdict: Verdict, value: float, limit: float, seconds: float = 2.0, *, criterion: str = "quick") -> Report:
    waits = Series(WAIT, "ms", ((1.0, 0.0), (1.0 + seconds / 2, value), (1.0 + seconds, 2.0)), limit, "limit")
    renders = Series("a report renders", "", ((0.0, 0.0), (1.0, 1.0)))
    vitals = (Series("event-loop delay", "ms", ((0.3, value), (0.6, 1.0))),)
    finding = Finding(verdict, "Seen.", value, limit, "ms", series=(waits, renders))
    result = CriterionResult(criterion, "It stays quick.", finding, vitals=vitals)
    return Report("slow-sum", "process", False, 7, "2026-01-02T03:04:05Z", 1.5, (result,), {"node": "24.19.0"})


def card(before: Report | None = None, after: Report | None = None, alert: str = "Loop delay.") -> Card:
    was = before or report(Verdict.FAILED, 340.0, 59.0)
    now = after or report(Verdict.PASSED, 8.0, 61.0, 4.0)
    return make_card(
        "The slow sum", Side(was, "the broken service", "attempt 1"), Side(now, "your fix", "attempt 2"), alert
    )


def words(picture_svg: str) -> str:
    """All text of an SVG, which must be well-formed XML."""
    return " ".join(each.text or "" for each in ET.fromstring(picture_svg).iter("{http://www.w3.org/2000/svg}text"))


def test_both_sides_share_a_scale_and_each_has_its_own_limit() -> None:
    chart = next(each for each in card().charts if each.name == WAIT)
    assert (chart.top, chart.seconds) == (340.0, 4.0)
    said = words(svg.render(card()))
    for fact in ("before: peak 340 ms", "after: peak 8 ms", "limit 61", "limit before 59", "340 ms (limit 59)",
                 "8 ms (limit 61)", "0 of 1 → 1 of 1", "attempt 1 · 2026-01-02 03:04 UTC", "isolates nothing",
                 "seed 7", "node 24.19.0", "4 s", "Loop delay."):  # fmt: skip
        assert fact in said


def test_points_lie_where_their_numbers_say() -> None:
    drawn = svg.render(card())
    curve = re.findall(r'<polyline points="([^"]*)" class="before"/>', drawn)[0]
    (x0, y0), (x1, y1), (x2, _) = [tuple(map(float, place.split(","))) for place in curve.split()]
    top = nice_top(340.0)
    base = y0
    height = (base - y1) / (340.0 / top)
    assert top == 400.0 and y1 < base and height == pytest.approx(160.0, abs=0.2)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)


def test_vitals_are_of_the_criterion_that_failed_before_and_switches_are_left_out() -> None:
    assert [(each.criterion, each.name) for each in card().charts] == [("quick", WAIT), ("quick", "event-loop delay")]


def test_a_criterion_that_one_side_does_not_have_says_so() -> None:
    made = card(before=report(Verdict.FAILED, 340.0, 59.0, criterion="other"))
    assert {(line.criterion, measured(line.before), measured(line.after)) for line in made.lines} == {
        ("quick", "not judged", "8 ms (limit 61)"),
        ("other", "340 ms (limit 59)", "not judged"),
    }
    assert "before: not measured" in words(svg.render(made))
    assert "not judged" in text.render(made, Paint())


def test_the_text_tells_the_same_story_without_colour() -> None:
    said = text.render(card(), Paint(unicode=False))
    assert said.isascii()
    for fact in ("0 of 1 -> 1 of 1", "before: x failed, 340 ms (limit 59)", "after:  + passed, 8 ms (limit 61)",
                 "before peak 340 ms, after peak 8 ms", "Alert on:"):  # fmt: skip
        assert fact in said


def test_hostile_words_are_only_words() -> None:
    hostile = hostile_report()
    result = hostile.results[0]
    series = Series(HOSTILE, HOSTILE, ((0.0, float("nan")), (1.0, 2.0), (2.0, float("inf"))), 1.0, HOSTILE)
    bad = replace(hostile, results=(replace(result, finding=replace(result.finding, series=(series,))),))
    made = make_card(HOSTILE, Side(bad, HOSTILE, HOSTILE), Side(bad, HOSTILE, HOSTILE), HOSTILE)
    drawn = svg.render(made)
    words(drawn)
    page = html.render(made)
    for said in (drawn, page, text.render(made, Paint())):
        assert "\x1b" not in said and "\x00" not in said and "\u202e" not in said
    assert "<&'" not in page


def test_a_page_asks_nothing_of_any_other_host() -> None:
    page = html.render(card())
    assert not re.search(r"""(?:src|href)=|url\(|@import|<script""", page)
    assert "prefers-color-scheme: dark" in page and "prefers-color-scheme" not in html.render(card(), "dark")


@needs_a_font
def test_a_png_is_a_picture_of_the_same_size_doubled() -> None:
    data = rasterise(svg.render(card(), "dark"))
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(data[16:20], "big") == 2400


def test_the_ending_of_a_file_says_the_form_and_another_is_refused() -> None:
    def made(name: str) -> bytes:
        return picture(Path(name), lambda theme: svg.render(card(), theme), lambda theme: html.render(card(), theme))

    assert made("a.svg").startswith(b"<svg") and made("a.HTML").startswith(b"<!doctype html>")
    for name in ("a.pdf", "a"):
        with pytest.raises(UnknownEnding, match=r"End the name with \.svg, \.png or \.html"):
            made(name)


@pytest.mark.parametrize(
    "value, top", [(340.0, 400.0), (0.0, 1.0), (0.93, 1.0), (0.045, 0.05), (99.0, 120.0), (7e5, 8e5)]
)
def test_the_scale_ends_at_a_round_number_above(value: float, top: float) -> None:
    assert nice_top(value) == pytest.approx(top)
