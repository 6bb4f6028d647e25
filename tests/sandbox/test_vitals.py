"""What the script preloaded into a service tells of it."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from runner.clock import monotonic_s
from runner.sandbox.host_relay import VITALS_SCRIPT
from runner.sandbox.node import node_binary

SERVICE = """
import http from 'node:http';
const server = http.createServer((request, response) => {
  if (request.url === '/never') return;
  if (request.url === '/cut') response.write('x', () => response.destroy());
  else response.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""
PATIENCE_S = 10.0


class Watched:
    """A service with the script in it; what it tells is read line by line."""

    def __init__(self, port: int, lines: Iterator[bytes]) -> None:
        self._port, self._lines = port, lines

    def ask(self, path: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        return connection

    def until(self, holds: Callable[[dict[str, float]], bool]) -> dict[str, float]:
        """The first sample for which this holds."""
        deadline = monotonic_s() + PATIENCE_S
        sample: dict[str, float] = {}
        while monotonic_s() < deadline:
            sample = json.loads(next(self._lines))
            if holds(sample):
                return sample
        raise AssertionError(f"the last sample was {sample}")


@contextmanager
def a_watched_service(folder: Path) -> Iterator[Watched]:
    entry = folder / "service.mjs"
    entry.write_text(SERVICE)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        service = subprocess.Popen(
            [str(node_binary()), "--import", str(VITALS_SCRIPT), str(entry)],
            env={"VITALS_ADDR": address},
            stdout=subprocess.PIPE,
        )
        try:
            assert service.stdout is not None
            port = int(service.stdout.readline())
            with listening.accept()[0] as connection:
                yield Watched(port, iter(connection.makefile("rb")))
        finally:
            service.kill()
            service.communicate()


def test_requests_in_flight_and_open_connections_are_counted_and_those_cut_off_are_not(tmp_path: Path) -> None:
    with a_watched_service(tmp_path) as service, ExitStack() as connections:
        asked = [connections.enter_context(service.ask(path)) for path in ("/never", "/never", "/")]
        sample = service.until(lambda each: each["in_flight"] == 2 and each["open_sockets"] == 3)
        assert sample["handles"] >= 3 and sample["loop_utilization"] < 1
        asked[0].close()
        connections.enter_context(service.ask("/cut"))
        service.until(lambda each: each["in_flight"] == 1 and each["open_sockets"] == 2)
        for connection in asked[1:]:
            connection.close()
        service.until(lambda each: each["in_flight"] == 0 and each["open_sockets"] == 0)
