"""The JSON report: what a script reads."""

from __future__ import annotations

import json

import pytest

from runner.reports import json_report
from tests.reports.reports_for_tests import hostile_report, report_of


def test_it_says_the_verdict_and_the_exit_code_beside_the_report() -> None:
    said = json.loads(json_report.render(report_of()))
    assert (said["schema"], said["verdict"], said["exit_code"]) == ("prodrill/report/v1", "failed", 1)
    assert said["seed"] == 4711
    assert said["results"][1]["finding"]["value"] == 0.05


def test_it_can_be_read_back() -> None:
    assert json_report.read(json_report.render(report_of())) == report_of()


def test_hostile_text_becomes_valid_utf_8_json() -> None:
    said = json.loads(json_report.render(hostile_report()).decode("utf-8"))
    assert said["results"][0]["finding"]["verdict"] == "failed"


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\xfe", b"[1, 2", b'{"kata": 3}'])
def test_something_else_is_refused_with_what_is_wrong(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a prodrill/report/v1 file"):
        json_report.read(data)
