"""A real headless Chromium, driven over its own debugging socket: what a page asks for, shows, and is told."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from runner.clock import monotonic_s

PATIENCE_S = 60.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless=new", "--remote-debugging-port=0", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--no-proxy-server", "--window-size=1000,640",
)  # fmt: skip
_SCREEN = (
    "window.terminal ? Array.from({length: terminal.rows}, (_, y) =>"
    " terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y).translateToString(true)).join('\\n') : ''"
)


def chromium() -> str | None:
    """The browser of this machine, None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Refused(Exception):
    """The browser did not do what it was told."""


class Page:
    """One tab; `asked` are the URLs of all that it fetched or opened a socket to."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.asked: list[str] = []
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """One command of the DevTools protocol, and its answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if told.get("id") == number:
                if "error" in told:
                    raise Refused(f"{method}: {told['error']['message']}")
                return told["result"]
            self._hear(told)

    def _listen(self, patience_s: float) -> None:
        with suppress(TimeoutError):
            self._hear(json.loads(self._socket.recv(timeout=patience_s)))

    def _hear(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Network.requestWillBeSent":
            self.asked.append(told["params"]["request"]["url"])
        elif told.get("method") == "Network.webSocketCreated":
            self.asked.append(told["params"]["url"])

    @property
    def hosts_asked(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.asked if not url.startswith("data:")}

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def value_of(self, script: str) -> Any:
        told = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    @property
    def screen(self) -> str:
        """What a person reads in the page's terminal; empty before there is one."""
        return self._read(_SCREEN)

    @property
    def text(self) -> str:
        return self._read("document.body ? document.body.innerText : ''")

    def _read(self, script: str) -> str:
        """Empty while the page makes way for another."""
        try:
            return str(self.value_of(script) or "")
        except Refused:
            return ""

    def sees(self, *texts: str, patience_s: float = PATIENCE_S) -> None:
        """Waits until all `texts` are in the page's terminal at once."""
        self.until(lambda: all(text in self.screen for text in texts), f"to see {texts}", patience_s)

    def until(self, holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        deadline = monotonic_s() + patience_s
        while not holds():
            assert monotonic_s() < deadline, f"waited {what}:\n{self.screen or self.text}"
            self._listen(0.05)

    def press(self, *keys: str) -> None:
        """Keys by their name in the DOM (`Enter`, `ArrowDown`), or single letters; `Control+` before one holds it."""
        for key in keys:
            held, _, name = key.rpartition("+") if len(key) > 1 else ("", "", key)
            event = {"key": name, "modifiers": 2 if held == "Control" else 0, "windowsVirtualKeyCode": _code(name)}
            text = {"text": {"Enter": "\r"}.get(name, name)} if not held and (len(name) == 1 or name == "Enter") else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", **event, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def paste(self, text: str) -> None:
        """As Ctrl+V of a clipboard that holds `text`."""
        self.value_of(f"terminal.paste({json.dumps(text)})")

    def picture(self, file: Path) -> None:
        import base64

        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


def _code(name: str) -> int:
    named = {
        "Enter": 13,
        "Escape": 27,
        "Tab": 9,
        "ArrowUp": 38,
        "ArrowDown": 40,
        "ArrowLeft": 37,
        "ArrowRight": 39,
        "F7": 118,
    }
    return named.get(name, ord(name[0].upper()))


@contextmanager
def browser(name: str = "EXCLUDE localhost") -> Iterator[Callable[[], Page]]:
    """A browser with a profile of its own, to which no host but this machine exists; called, it opens a tab.

    `name` is a further rule of its resolver.
    """
    found = chromium()
    assert found, "no Chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        names = f"--host-resolver-rules={name}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        flags = [*_FLAGS, names, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        process = subprocess.Popen(
            [found, *flags, "about:blank"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            with ExitStack() as open_tabs:
                port, path = _debugging(Path(profile) / "DevToolsActivePort", process)
                whole = open_tabs.enter_context(_connected(f"ws://127.0.0.1:{port}{path}"))

                def tab() -> Page:
                    whole.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
                    target = json.loads(whole.recv(timeout=PATIENCE_S))["result"]["targetId"]
                    url = f"ws://127.0.0.1:{port}/devtools/page/{target}"
                    return Page(open_tabs.enter_context(_connected(url)))

                yield tab
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _connected(url: str) -> ClientConnection:
    """Nothing is dropped, and a page that is busy for long is still there."""
    return connect(url, max_size=None, max_queue=None, ping_interval=None, open_timeout=PATIENCE_S, proxy=None)


def _debugging(file: Path, process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Where Chromium answers, as it says in its profile."""
    deadline = monotonic_s() + PATIENCE_S
    while not (file.is_file() and file.read_text().count("\n")):
        assert process.poll() is None and monotonic_s() < deadline, "Chromium does not start"
        threading.Event().wait(0.02)
    port, path = file.read_text().splitlines()[:2]
    return int(port), path
