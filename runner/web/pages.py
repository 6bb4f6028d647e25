"""What the server answers with: the page, the files that it needs, and headers that allow nothing else."""

from __future__ import annotations

import mimetypes
from functools import cache
from html import escape
from http import HTTPStatus
from importlib.resources import files

from websockets.datastructures import Headers
from websockets.http11 import Response

from runner.web.gate import HOME

mimetypes.add_type("text/javascript", ".mjs")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; font-src 'self'; "
    "connect-src ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TOLD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Prodrill</title>'
    '<link rel="icon" href="data:,"><style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 38rem; '
    "margin: 15vh auto; padding: 0 1rem; color-scheme: light dark }}</style>{head}<p>{text}</p>"
)


@cache
def assets() -> dict[str, tuple[str, bytes]]:
    """Type and bytes of every file that may be asked for, by its path below the app's."""
    folder = files("runner.web") / "static"
    found = {"": folder / "index.html", "tab.js": folder / "tab.js", "tab.css": folder / "tab.css"}
    vendor = folder / "vendor"
    found |= {f"vendor/{file.name}": file for file in vendor.iterdir() if file.name.endswith((".mjs", ".css"))}
    return {path: (_type_of(file.name), file.read_bytes()) for path, file in found.items()}


def _type_of(name: str) -> str:
    return f"{mimetypes.guess_type(name)[0]}; charset=utf-8"


def answer(status: HTTPStatus, body: bytes, host: str, kind: str = "text/html; charset=utf-8", **more: str) -> Response:
    """One answer with the headers that all of them have; `more` are further ones, with `_` for `-`."""
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": _POLICY.format(host=host),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    for name, value in more.items():
        headers[name.replace("_", "-")] = value
    return Response(status.value, status.phrase, headers, body)


def refused(why: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Response:
    """A sentence for a person, and nothing that tells of the server."""
    return answer(status, _TOLD.format(head="", text=escape(why)).encode(), "127.0.0.1")


def welcome(host: str, cookie: str) -> Response:
    """The exchange of a link for the cookie.

    A page that leads on and no redirect: after one that began at another site, a browser keeps a strict cookie back.
    """
    head = f'<meta http-equiv="refresh" content="0;url={HOME}">'
    text = f'<a href="{HOME}">Open Prodrill</a>'
    return answer(HTTPStatus.OK, _TOLD.format(head=head, text=text).encode(), host, Set_Cookie=cookie)


def elsewhere(host: str) -> Response:
    return answer(HTTPStatus.SEE_OTHER, b"", host, Location=HOME)
