"""A report as JUnit XML (the fields that pytest's `xunit2` family and testmoapp/junitxml share).

A learner's fault is a `failure`. Whatever says nothing about the fix (our own fault, a machine too busy to judge) is an
`error`, so that a pipeline goes red without blaming the fix. A criterion that waits for another is `skipped`.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports.console import against_limit
from runner.reports.paint import ANSI

# XML 1.0 allows no control characters but tab, newline and carriage return, no surrogates, and not U+FFFE and U+FFFF.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> bytes:
    """A UTF-8 document with one `testsuite` for the kata and one `testcase` for each criterion."""
    counts = _counts(report)
    root = ET.Element("testsuites", {"name": "prodrill", **counts})
    suite = ET.SubElement(
        root, "testsuite", {"name": _text(report.kata), **counts, "timestamp": _text(report.started_at)}
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report).items():
        ET.SubElement(properties, "property", {"name": _text(name), "value": _text(value)})
    for result in report.results:
        _case(suite, result, report)
    if report.notices:
        ET.SubElement(suite, "system-out").text = _text("\n".join(report.notices))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _counts(report: Report) -> dict[str, str]:
    verdicts = [result.finding.verdict for result in report.results]
    unsaid = verdicts.count(Verdict.ERROR) + verdicts.count(Verdict.INCONCLUSIVE)
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(Verdict.FAILED)),
        "errors": str(unsaid),
        "skipped": str(verdicts.count(Verdict.BLOCKED)),
        "time": f"{report.wall_s:.3f}",
    }


def _properties(report: Report) -> dict[str, str]:
    sealed = str(report.sealed).lower()
    versions = {f"version.{name}": version for name, version in report.versions.items()}
    return {"seed": str(report.seed), "sandbox": report.sandbox, "sealed": sealed, **versions}


def _case(suite: ET.Element, result: CriterionResult, report: Report) -> None:
    name = {"name": _text(result.criterion), "classname": _text(f"prodrill.{report.kata}")}
    case = ET.SubElement(suite, "testcase", {**name, "time": f"{result.wall_s:.3f}"})
    finding = result.finding
    message = _text(finding.sentence)
    match finding.verdict:
        case Verdict.PASSED:
            return
        case Verdict.BLOCKED:
            ET.SubElement(case, "skipped", {"message": message})
        case Verdict.FAILED:
            ET.SubElement(case, "failure", {"message": message, "type": "Failed"}).text = _detail(result, report)
        case Verdict.INCONCLUSIVE:
            ET.SubElement(case, "error", {"message": message, "type": "Inconclusive"}).text = _detail(result, report)
        case Verdict.ERROR:
            ET.SubElement(case, "error", {"message": message, "type": "Error"}).text = _detail(result, report)


def _detail(result: CriterionResult, report: Report) -> str:
    finding: Finding = result.finding
    lines = [result.sentence, finding.sentence, against_limit(finding), *(f"  {event}" for event in finding.decided_by)]
    if finding.reproduce:
        lines.append(f"by hand: {finding.reproduce}")
    lines.append(f"again: {report.rerun(result)}")
    return _text("\n".join(line for line in lines if line))


def _text(value: str) -> str:
    """`value` without what XML 1.0 forbids, and without the remains of terminal colours."""
    return _FORBIDDEN.sub("", ANSI.sub("", value))
