"""Exports must not pile up in memory."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from tests.trust.naive.plain import Fake, Service

ROWS, PAGE = 60_000, 250


@pytest.fixture
def feed() -> Iterator[Fake]:
    def row(n: int) -> dict[str, Any]:
        return {"id": f"p{n}", "booked": "2025-01-01", "kind": "x", "amount": "1.00", "currency": "EUR",
                "record": "r" * 900}  # fmt: skip

    def handle(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if method == "POST":
            return 201, {"snapshot": "s", "rows": ROWS}
        if method == "DELETE":
            return 204, b""
        cursor = int((path.split("cursor=")[1].split("&")[0] or "0") if "cursor=" in path else 0)
        after = min(cursor + PAGE, ROWS)
        page = {"rows": [row(n) for n in range(cursor, after)], "next": str(after) if after < ROWS else None}
        return 200, json.dumps(page).encode()

    fake = Fake(handle)
    yield fake
    fake.stop()


@pytest.fixture
def service(feed: Fake) -> Iterator[Service]:
    service = Service(FEED_URL=feed.url, PAGE_ROWS=str(PAGE), LOG_LEVEL="silent")
    yield service
    service.stop()


def open_export(service: Service) -> socket.socket:
    reader = socket.create_connection(("127.0.0.1", service.port))
    reader.sendall(b"GET /accounts/acme-1/postings.csv HTTP/1.1\r\nhost: x\r\n\r\n")
    reader.recv(65536)
    return reader


def pages(feed: Fake) -> int:
    return sum("/rows" in path for _, _, path, _ in feed.calls)


def test_a_slow_reader_does_not_fill_the_memory(service: Service, feed: Fake) -> None:
    process = psutil.Process(service.process.pid)
    before = process.memory_info().rss
    reader = open_export(service)
    time.sleep(2)
    assert process.memory_info().rss - before < 64 * 2**20
    reader.close()


def test_a_slow_reader_stops_the_pull(service: Service, feed: Fake) -> None:
    reader = open_export(service)
    time.sleep(1)
    pulled = pages(feed)
    time.sleep(1)
    assert pages(feed) == pulled
    reader.close()


def test_a_reader_who_leaves_releases_the_snapshot(service: Service, feed: Fake) -> None:
    open_export(service).close()
    time.sleep(1)
    assert any(method == "DELETE" for _, method, _, _ in feed.calls)
