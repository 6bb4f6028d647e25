"""The certificate names what passed, and nothing that did not."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from msgspec.structs import replace

from runner.record.finding import Verdict
from runner.reports.card.certificate import Certificate, Entry, render_html, render_svg, render_text
from runner.reports.card.png import rasterise
from runner.reports.paint import Paint
from tests.fonts import needs_a_font
from tests.reports.reports_for_tests import HOSTILE, report_of

PASSED = report_of("reports-are-right", sealed=False)
DIGEST = "ab12" * 16


def test_it_says_what_was_verified_with_which_seeds_and_versions() -> None:
    made = Certificate(
        (Entry("The slow sum", PASSED, DIGEST), Entry("Lost", replace(PASSED, kata="lost"), DIGEST)), "Ada"
    )
    svg = render_svg(made)
    ET.fromstring(svg)
    for said in (svg, render_html(made), render_text(made, Paint())):
        for fact in ("Ada", "2 broken services repaired, 2 production criteria met", "2026-01-02", "seed 4711",
                     "node v24.19.0", "process sandbox", "ab12ab12ab12", "not signed", "The slow sum"):  # fmt: skip
            assert fact in said


@needs_a_font
def test_it_can_be_a_png() -> None:
    made = Certificate((Entry("The slow sum", PASSED, DIGEST),), "Ada")
    assert rasterise(render_svg(made)).startswith(b"\x89PNG")


def test_what_did_not_pass_is_on_no_certificate() -> None:
    with pytest.raises(ValueError, match="blocked-event-loop is failed"):
        Certificate((Entry("The slow sum", report_of("others-overtake"), DIGEST),))
    assert report_of("others-overtake").verdict is Verdict.FAILED


def test_a_hostile_name_is_only_a_name_and_no_host_is_asked() -> None:
    made = Certificate((Entry(HOSTILE, PASSED, DIGEST),), HOSTILE)
    ET.fromstring(render_svg(made))
    page = render_html(made)
    assert "\x1b" not in page and not re.search(r"(?:src|href)=|url\(|<script", page)
