"""Reports must not block the service."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.trust.naive.plain import Later, Service

LOANS = [
    {"id": f"L{n}", "principal_cents": 9_000_000, "rate_bps": 400, "months": 360, "payment_cents": 43_000}
    for n in range(60)
]
PORTFOLIO = {"reference": "r", "passphrase": "eight or more", "loans": LOANS}


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service(SEAL_ITERATIONS="600000")
    yield service
    service.stop()


def test_a_report_is_answered(service: Service) -> None:
    answer = service.ask("POST", "/reports", PORTFOLIO)
    assert answer.status == 201
    assert len(answer.json()["digest"]) == len(answer.json()["seal"]) == 64


def test_the_health_check_stays_quick_while_a_report_renders(service: Service) -> None:
    report = Later(lambda: service.ask("POST", "/reports", PORTFOLIO))
    slowest = 0.0
    while not report.is_done:
        slowest = max(slowest, service.ask("GET", "/healthz").seconds)
        time.sleep(0.01)
    assert report.result().status == 201
    assert slowest < 0.05


def test_eight_reports_at_once_are_done_in_five_seconds(service: Service) -> None:
    began = time.time()
    reports = [Later(lambda: service.ask("POST", "/reports", PORTFOLIO)) for _ in range(8)]
    assert [report.result().status for report in reports] == [201] * 8
    assert time.time() - began < 5
