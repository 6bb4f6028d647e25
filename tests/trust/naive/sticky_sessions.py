"""A session must be known at every replica."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.trust.naive.plain import Fake, Service

ADA = {"email": "ada@baths.example", "password": "swordfish"}


@pytest.fixture
def replicas() -> Iterator[list[Service]]:
    def handle(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if path == "/verify":
            right = json.loads(body) == ADA
            return (200, {"memberId": "m1", "name": "Ada", "tier": "gold"}) if right else (401, {})
        return 200, {"visits": []}

    directory = Fake(handle)
    settings = {"DIRECTORY_URL": directory.url, "REDIS_URL": os.environ["REDIS_URL"], "SESSION_SECRET": "secret"}
    started = [Service(**settings, SESSION_TTL_S="2", STORE_TIMEOUT_MS="500") for _ in range(3)]
    yield started
    for each in started:
        each.stop()
    directory.stop()


def sign_in(service: Service) -> str:
    answer = service.ask("POST", "/sign-in", ADA)
    assert answer.status == 200
    return str(answer.headers["set-cookie"]).split(";")[0]


def test_every_replica_knows_the_session(replicas: list[Service]) -> None:
    cookie = sign_in(replicas[0])
    assert [each.ask("GET", "/me", cookie=cookie).status for each in replicas] == [200] * 3


def test_it_outlives_its_replica(replicas: list[Service]) -> None:
    cookie = sign_in(replicas[0])
    replicas[0].stop()
    assert replicas[1].ask("GET", "/me", cookie=cookie).status == 200


def test_signing_out_ends_it_everywhere(replicas: list[Service]) -> None:
    cookie = sign_in(replicas[0])
    assert replicas[1].ask("POST", "/sign-out", cookie=cookie).status == 204
    assert [each.ask("GET", "/me", cookie=cookie).status for each in replicas] == [401] * 3


def test_it_ends_after_its_time_and_not_while_it_is_used(replicas: list[Service]) -> None:
    cookie = sign_in(replicas[0])
    for _ in range(3):
        time.sleep(0.8)
        assert replicas[1].ask("GET", "/me", cookie=cookie).status == 200
    time.sleep(2.6)
    assert replicas[2].ask("GET", "/me", cookie=cookie).status == 401
