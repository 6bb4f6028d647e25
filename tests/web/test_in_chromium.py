"""A learner in a real browser: in by the link, a lesson read, a kata mended and passed; and pages of elsewhere."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.catalog.answers import load_key
from runner.catalog.loader import load_kata
from runner.tui.editing import editable_files
from tests.processes import still_running
from tests.web.chromium import Page, browser, chromium
from tests.web.serving import Served, prodrill_serve, until

KATA, FIX, FILE = "missing-backpressure", "drain-by-hand", "src/statements.js"
SEARCHED = "statement that would"
JUDGED_WITHIN_S = 240.0
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine (apt: chromium)"),
]


@pytest.fixture(scope="module")
def new_page() -> Iterator[Callable[[], Page]]:
    with browser() as opened:
        yield opened


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with prodrill_serve(tmp_path) as running:
        yield running


def mend(page: Page, home: Path) -> None:
    """The file that the fix is in, replaced in the built-in editor."""
    fixed = (load_key(load_kata(KATA)).named(FIX).folder / FILE).read_text()
    page.press("e")
    page.sees("edit which file?")
    page.press(*["j"] * editable_files(home / "work" / KATA, "server.js").index(Path(FILE)), "Enter")
    page.sees("statements.js", "Save", " saved")
    first_line = (home / "work" / KATA / FILE).read_text().splitlines()[0]
    page.sees(first_line)
    page.press("F7")  # selects all, with the cursor at the end
    page.until(lambda: first_line not in page.screen, "for the end of the file")
    page.paste(fixed)
    page.sees("not saved yet")
    page.press("Control+s")
    page.sees(" saved")
    page.press("Escape")
    page.sees("Verify")
    assert (home / "work" / KATA / FILE).read_text() == fixed


def test_a_learner_reads_a_lesson_and_mends_a_kata(served: Served, new_page: Callable[[], Page]) -> None:
    page = new_page()
    page.open(served.link)
    page.sees("Continue")
    page.press("n")
    page.sees("1/", "Next")
    page.press("n")
    page.sees("2/")
    page.press("Escape")
    page.sees("Continue")
    page.press("/")
    page.sees("To the list")
    page.press(*SEARCHED)
    page.sees("1 of")
    page.press("Enter")
    page.sees("Open")
    page.press("Enter")
    page.sees("Incident", "Verify", KATA)
    mend(page, served.home)
    page.press("v")
    page.sees("probing")
    page.sees("✓ passed:", patience_s=JUDGED_WITHIN_S)
    assert page.hosts_asked == {served.host}
    page.open("about:blank")
    until(lambda: not served.family(), "for the app to end with its tab")


def test_the_link_is_no_good_to_a_second_browser(served: Served, new_page: Callable[[], Page]) -> None:
    page = new_page()
    page.open(served.link)
    page.sees("Continue")
    page.open(served.link)
    page.until(lambda: "used before" in page.text, "to be refused")
    page.open(f"http://localhost:{served.port}/prodrill/")
    page.until(lambda: "not let in" in page.text, "to be refused under a name that has no cookie")


def test_a_page_loaded_anew_has_one_app_and_may_write(served: Served, new_page: Callable[[], Page]) -> None:
    page = new_page()
    page.open(served.link)
    page.sees("Continue")
    first = served.apps()
    page.call("Page.reload")
    until(lambda: not still_running(first[:1]), "for the first app to end")
    page.sees("Continue")
    assert len(served.apps()) == 1
    assert "read only" not in page.screen


@contextmanager
def a_page_of_elsewhere(served: Served) -> Iterator[str]:
    """The URL of a page at another port of this machine, to which the browser sends no fewer cookies."""
    script = f"""<!doctype html><title>waiting</title><script>
      const socket = new WebSocket("ws://{served.host}/prodrill/socket?columns=80&rows=24");
      socket.onopen = () => {{ document.title = "opened"; }};
      socket.onerror = () => {{ document.title = "refused"; }};
    </script><iframe src="http://{served.host}/prodrill/"></iframe>"""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(script.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def test_a_page_of_another_server_gets_neither_socket_nor_frame(served: Served, new_page: Callable[[], Page]) -> None:
    page = new_page()
    page.open(served.link)
    page.sees("Continue")
    other = new_page()
    with a_page_of_elsewhere(served) as url:
        other.open(url)
        other.until(lambda: other.value_of("document.title") in ("opened", "refused"), "for the socket's fate")
        assert other.value_of("document.title") == "refused"
        assert len(served.apps()) == 1
        assert other.value_of("document.querySelector('iframe').contentDocument") is None


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.nip.example"])
def test_a_name_that_was_pointed_at_this_machine_is_refused(served: Served, host: str) -> None:
    with browser(f"MAP {host} 127.0.0.1") as opened:
        page = opened()
        page.open(served.link.replace("127.0.0.1", host))
        page.until(lambda: "answers to no other name" in page.text, "to be refused")
    assert not served.apps()
