"""Who may come in, judged without a server."""

from __future__ import annotations

import pytest

from runner.web.gate import Asked, Gate

PORT = 4711
HERE = f"127.0.0.1:{PORT}"


def asked(host: str = HERE, origin: str = "", cookie: str = "", upgrades: bool = False) -> Asked:
    return Asked(host, origin, cookie, upgrades)


def token_of(link: str) -> str:
    return link.partition("?token=")[2]


def test_a_link_works_once() -> None:
    gate = Gate(PORT)
    token = token_of(gate.new_link())
    assert gate.spend(token)
    assert not gate.spend(token)


def test_each_link_is_another_and_works_by_itself() -> None:
    gate = Gate(PORT)
    first, second = token_of(gate.new_link()), token_of(gate.new_link())
    assert first != second
    assert gate.spend(second)
    assert gate.spend(first)


@pytest.mark.parametrize("token", ["", "x", "ü", pytest.param(token_of(Gate(PORT).new_link()), id="of another server")])
def test_a_token_that_this_server_did_not_give_lets_nobody_in(token: str) -> None:
    gate = Gate(PORT)
    gate.new_link()
    assert not gate.spend(token)


@pytest.mark.parametrize(
    "host", ["", "127.0.0.1", "127.0.0.1:80", "evil.example", f"evil.example:{PORT}", f"0.0.0.0:{PORT}"]
)
def test_another_name_for_this_machine_is_refused(host: str) -> None:
    assert "answers to no other name" in Gate(PORT).foreign(asked(host=host))


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:4712", f"https://{HERE}", "null", f"http://{HERE}, http://{HERE}"],
)
@pytest.mark.parametrize("upgrades", [True, False], ids=["socket", "page"])
def test_a_page_of_another_server_is_refused(origin: str, upgrades: bool) -> None:
    assert "another server" in Gate(PORT).foreign(asked(origin=origin, upgrades=upgrades))


def test_a_socket_says_its_origin_and_a_page_need_not() -> None:
    gate = Gate(PORT)
    assert gate.foreign(asked(upgrades=True))
    assert not gate.foreign(asked(origin=f"http://{HERE}", upgrades=True))
    assert not gate.foreign(asked())
    localhost = f"localhost:{PORT}"
    assert not gate.foreign(asked(host=localhost, origin=f"http://{localhost}", upgrades=True))


def test_only_the_cookie_of_this_server_lets_a_browser_in() -> None:
    gate = Gate(PORT)
    cookie = gate.cookie.partition(";")[0]
    assert not gate.unknown(asked(cookie=cookie))
    assert not gate.unknown(asked(cookie=f"other=1; {cookie}"))
    for wrong in ("", "other=1", f"{cookie}x", cookie[:-1], f"prodrill-{PORT}=", "ü=ü", Gate(PORT).cookie):
        assert "not let in" in gate.unknown(asked(cookie=wrong)), wrong


def test_the_cookie_is_kept_from_scripts_other_sites_and_other_servers_paths() -> None:
    parts = [part.strip() for part in Gate(PORT).cookie.split(";")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/prodrill/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)
