"""What the plain scripts share: the service as a child process, requests, and a fake of whatever it calls.

They are what a colleague writes in an afternoon: real requests, sleeps, and thresholds in milliseconds. `SERVICE` is
the folder to test, `NODE` the program, `ENTRY` the file; `DATABASE_URL` and `REDIS_URL` lead to servers that run.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Handle = Callable[[str, str, bytes, dict[str, str]], tuple[int, Any]]


class Answer(NamedTuple):
    status: int
    body: bytes
    seconds: float
    headers: Any

    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """`node server.js` on a free port; ready when it answers its health check."""

    def __init__(self, **env: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [os.environ["NODE"], os.environ["ENTRY"]]
        settings = {**os.environ, "PORT": str(self.port), "INSTANCE_ID": "test", **env}
        self.process = subprocess.Popen(command, cwd=os.environ["SERVICE"], env=settings)
        for _ in range(100):
            if self.ask("GET", "/healthz").status == 200:
                return
            time.sleep(0.05)
        raise AssertionError("the service did not start")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Status 0 where there was no answer."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        began = time.time()
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, answer.read(), time.time() - began, answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), time.time() - began, error.headers)
        except OSError:
            return Answer(0, b"", time.time() - began, {})

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Later:
    """Something done in a thread; `result` waits for it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._found: list[Any] = []
        self._thread = threading.Thread(target=lambda: self._found.append(work()))
        self._thread.start()

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def result(self) -> Any:
        self._thread.join()
        return self._found[0]


class Fake:
    """A third party: `handle` gets method, path, body and headers and says status and JSON; None drops the call."""

    def __init__(self, handle: Handle) -> None:
        self.calls: list[tuple[float, str, str, dict[str, str]]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                fake.calls.append((time.time(), self.command, self.path, headers))
                status, answer = handle(self.command, self.path, body, headers)
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = _any  # as the library wants them

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
