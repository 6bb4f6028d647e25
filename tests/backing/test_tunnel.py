"""The tunnel, with a relay played by hand: it cleans up after a verifier that was killed, whoever ends first."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.sandbox.backing import tunnel
from runner.sandbox.node import node_binary

SCRIPT = Path(tunnel.__file__).with_name("tunnel.mjs")
SLOW_SERVER = """
import signal, sys, time
def end(*_):
    time.sleep(float(sys.argv[1]))
    sys.exit(0)
signal.signal(signal.SIGQUIT, end)
print("up", flush=True)
while True:
    time.sleep(1)
"""


class Place:
    """A tunnel that guards a server which takes its time to end, and owns a folder."""

    def __init__(self, folder: Path, tunnel: subprocess.Popen[bytes], server: subprocess.Popen[bytes]) -> None:
        self.folder, self.tunnel, self.server = folder, tunnel, server
        self._relay = socket.create_server(("127.0.0.1", 0))
        self._carried: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        self.tell(do="relay", host="127.0.0.1", port=self._relay.getsockname()[1], token="t")
        self.tell(do="own", folder=str(folder))
        self.tell(do="guard", pid=server.pid, up=True)
        self.tell(do="serve", link="postgres", port=9)
        assert tunnel.stdout is not None
        while json.loads(tunnel.stdout.readline()).get("ok") != "postgres":
            pass

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._relay.accept()
                self._carried.append(connection)
                connection.recv(4096)
                connection.sendall(b'{"ok":true}\n')

    def tell(self, **command: Any) -> None:
        assert self.tunnel.stdin is not None
        self.tunnel.stdin.write(json.dumps(command).encode() + b"\n")
        self.tunnel.stdin.flush()

    def relay_ends(self) -> None:
        while self._carried:
            connection = self._carried.pop()
            # With a reset, as of a process that was killed with something unread.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def verifier_is_killed(self) -> None:
        assert self.tunnel.stdin is not None
        self.tunnel.stdin.close()

    def close(self) -> None:
        self.relay_ends()
        self._relay.close()


@pytest.fixture(params=[0.4])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    folder = tmp_path / "run"
    (folder / "data").mkdir(parents=True)
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen([str(node_binary()), str(SCRIPT)], **pipes) as running,
        subprocess.Popen([sys.executable, "-c", SLOW_SERVER, str(request.param)], stdout=subprocess.PIPE) as server,
    ):
        assert server.stdout is not None and server.stdout.readline() == b"up\n"
        there = Place(folder, running, server)
        try:
            yield there
        finally:
            for process in (running, server):
                process.kill()
            there.close()


@pytest.mark.parametrize("relay_first", [True, False])
def test_a_server_and_its_files_go_with_a_killed_verifier_whether_the_relay_goes_before_or_after(
    place: Place, relay_first: bool
) -> None:
    ends = [place.relay_ends, place.verifier_is_killed]
    for end in ends if relay_first else reversed(ends):
        end()
        time.sleep(0.05)
    assert place.tunnel.wait(5) == 0
    assert place.server.wait(5) == 0
    assert not place.folder.exists()


def test_a_relay_that_ends_alone_ends_the_tunnel_and_leaves_the_rest_to_the_verifier(place: Place) -> None:
    place.relay_ends()
    assert place.tunnel.wait(5) == 1
    assert place.server.poll() is None
    assert place.folder.exists()


@pytest.mark.parametrize("place", [60.0], indirect=True)
def test_a_server_that_does_not_end_is_killed_and_its_files_go_all_the_same(place: Place) -> None:
    place.verifier_is_killed()
    assert place.tunnel.wait(10) == 0
    assert place.server.wait(5) == -9
    assert not place.folder.exists()
