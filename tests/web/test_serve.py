"""The real server and a real app under it: who is refused, what is answered, and that nothing is left running."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from runner.web.pages import assets
from tests.processes import still_running
from tests.web.serving import PATIENCE_S, Served, drawn, prodrill_serve, until


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with prodrill_serve(tmp_path) as running:
        yield running


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    listening = [each for each in psutil.Process(served.process.pid).net_connections() if each.status == "LISTEN"]
    assert [each.laddr.ip for each in listening] == ["127.0.0.1"]


def test_without_the_link_nothing_is_shown(served: Served) -> None:
    for path in ("/prodrill/", "/prodrill/tab.js", "/prodrill/socket", "/?token=guessed", "/prodrill/../tab.js"):
        answer = served.get(path)
        assert answer.status == 403, path
        assert "Set-Cookie" not in answer.headers


def test_a_used_link_lets_nobody_else_in(served: Served) -> None:
    cookie = served.cookie()
    again = served.get(served.link.removeprefix(f"http://{served.host}"))
    assert again.status == 403
    assert "used before" in again.read().decode()
    assert served.get("/prodrill/", cookie=cookie).status == 200


def test_another_name_for_this_machine_is_refused_on_page_and_socket(served: Served) -> None:
    cookie = served.cookie()
    for path in ("/prodrill/", "/prodrill/socket", "/"):
        assert served.get(path, host=f"evil.example:{served.port}", cookie=cookie).status == 403


def test_a_page_of_elsewhere_opens_no_socket_even_with_the_cookie(served: Served) -> None:
    cookie = served.cookie()
    for origin in ("http://evil.example", f"http://127.0.0.1:{served.port + 1}", "null"):
        with pytest.raises(InvalidStatus, match="403"):
            served.socket(cookie, origin)
    assert not served.apps()


def test_no_answer_names_a_host_outside_and_each_forbids_asking_one(served: Served) -> None:
    cookie = served.cookie()
    for path in ("", "tab.js", "tab.css"):
        answer = served.get(f"/prodrill/{path}", cookie=cookie)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert set(re.findall(r"[a-z]+://[^\s;]+", policy)) == {f"ws://{served.host}"}
        assert not re.search(r"(https?:)?//[a-z0-9]+\.[a-z]", answer.read().decode().replace("// ", "")), path


def test_the_page_has_all_that_it_asks_for() -> None:
    page = assets()[""][1].decode() + assets()["tab.js"][1].decode()
    asked = {name.removeprefix("./") for name in re.findall(r'(?:href|src|from)\s*=?\s*"([^":,]+)"', page)}
    assert len(asked) >= 7
    assert asked <= set(assets())


def test_a_tab_shows_the_app_in_the_size_it_has_and_takes_keys(served: Served) -> None:
    with served.socket(served.cookie(), size=(100, 30)) as socket:
        drawn(socket, "Continue")
        socket.send(json.dumps({"type": "typed", "text": "?"}))
        drawn(socket, "The course: modules")
        socket.send(json.dumps({"type": "resized", "columns": 60, "rows": 20}))
        socket.send(json.dumps({"type": "typed", "text": "\x1b"}))
        drawn(socket, "Continue")


def test_a_closed_tab_ends_its_app(served: Served) -> None:
    with served.socket(served.cookie()) as socket:
        drawn(socket, "Continue")
        assert len(served.apps()) == 1
    until(lambda: not served.family(), "for the app to end")
    assert served.process.poll() is None


def test_an_app_that_is_left_says_so_to_its_tab(served: Served) -> None:
    with served.socket(served.cookie()) as socket:
        drawn(socket, "Continue")
        socket.send(json.dumps({"type": "typed", "text": "q"}))
        drawn(socket, '{"type":"ended","words":""}')
    until(lambda: not served.family(), "for the app to end")


@pytest.mark.parametrize("message", ["{", '{"type":"run"}', '{"type":"typed","text":1}', b"\xff\xfe"])
def test_a_message_that_no_page_of_ours_sends_ends_the_tab(served: Served, message: str | bytes) -> None:
    with served.socket(served.cookie()) as socket:
        drawn(socket, "Continue")
        socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            drawn(socket, "something that never comes")
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
    until(lambda: not served.family(), "for the app to end")


def test_ctrl_c_ends_every_tab(served: Served) -> None:
    with served.socket(served.cookie()) as socket:
        drawn(socket, "Continue")
        family = served.family()
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(PATIENCE_S) == 130
        assert family and not still_running(family)


def test_a_killed_server_leaves_no_app_behind(served: Served) -> None:
    with served.socket(served.cookie()) as socket:
        drawn(socket, "Continue")
        family = served.family()
        served.process.kill()
        until(lambda: family and not still_running(family), "for the app to end")


def test_a_port_in_use_is_told_with_what_to_do(served: Served) -> None:
    command = [sys.executable, "-m", "runner.cli.main", "serve", "--no-open", "--port", str(served.port)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert said.returncode == 2
    assert f"port {served.port} is in use" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_learner_folder_that_cannot_be_used_is_told_in_the_tab(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with prodrill_serve(tmp_path / "home") as served, served.socket(served.cookie()) as socket:
        drawn(socket, "PRODRILL_HOME")
