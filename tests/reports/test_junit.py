"""The JUnit report: what a pipeline shows."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports import junit
from tests.reports.reports_for_tests import hostile_report, report_of

GOLDEN = """\
<?xml version='1.0' encoding='utf-8'?>
<testsuites name="prodrill" tests="3" failures="1" errors="0" skipped="1" time="6.250">
  <testsuite name="blocked-event-loop" tests="3" failures="1" errors="0" skipped="1" time="6.250" \
timestamp="2026-01-02T03:04:05Z">
    <properties>
      <property name="seed" value="4711" />
      <property name="sandbox" value="docker" />
      <property name="sealed" value="true" />
      <property name="version.node" value="v24.19.0" />
    </properties>
    <testcase name="reports-are-right" classname="prodrill.blocked-event-loop" time="1.500" />
    <testcase name="others-overtake" classname="prodrill.blocked-event-loop" time="1.500">
      <failure message="Of 40 ordinary requests sent while reports rendered, 2 were answered before one ended." \
type="Failed">A report being rendered holds nothing else up.
Of 40 ordinary requests sent while reports rendered, 2 were answered before one ended.
measured 0.05 share of requests, limit 0.9
  GET /orders/17 sent at 1.20 s, answered at 3.41 s
  POST /reports ended at 3.40 s
by hand: curl -s localhost:3000/reports &amp; curl -w '%{time_total}' localhost:3000/orders/17
again: prodrill verify blocked-event-loop --only others-overtake --seed 4711</failure>
    </testcase>
    <testcase name="several-finish" classname="prodrill.blocked-event-loop" time="1.500">
      <skipped message="It needs others-overtake." />
    </testcase>
  </testsuite>
</testsuites>
"""


def test_a_report_becomes_one_suite_with_a_case_for_each_criterion() -> None:
    report = report_of("reports-are-right", "others-overtake", "several-finish")
    assert junit.render(report).decode() == GOLDEN


def test_what_says_nothing_about_the_fix_is_an_error_and_not_a_failure() -> None:
    root = ET.fromstring(junit.render(report_of("idle-is-quick", "survives")))
    assert (root.get("failures"), root.get("errors")) == ("0", "2")
    assert [case.get("type") for case in root.iter("error")] == ["Inconclusive", "Error"]
    assert not list(root.iter("failure"))


def test_every_case_has_at_most_one_outcome() -> None:
    for case in ET.fromstring(junit.render(report_of())).iter("testcase"):
        assert len(case) <= 1


def test_notices_become_the_suites_output() -> None:
    root = ET.fromstring(junit.render(report_of(notices=("one", "two"))))
    assert root.findtext("testsuite/system-out") == "one\ntwo"


def test_hostile_text_becomes_valid_xml() -> None:
    case = next(ET.fromstring(junit.render(hostile_report())).iter("failure"))
    message = case.get("message") or ""
    assert "\x00" not in message and "\x1b" not in message and "]]>" in message


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_at_all_becomes_valid_xml(text: str) -> None:
    results = (
        CriterionResult(text, text, Finding(Verdict.FAILED, text, unit=text, decided_by=(text,), reproduce=text)),
    )
    ET.fromstring(junit.render(Report(text, text, True, 1, text, 0.0, results, {"node": text}, (text,))))
