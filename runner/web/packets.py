"""What passes between the page, the server and the app of a tab.

The page sends JSON; the server sends it the app's output as binary frames and all else as JSON. Towards the app both
become the packets of Textual's web driver: a letter (`D` data, `M` meta), the length in four bytes, the payload.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from msgspec import Struct


class Typed(Struct, frozen=True, tag="typed"):
    """Keys, mouse and pasted text, as a terminal sends them."""

    text: str


class Resized(Struct, frozen=True, tag="resized"):
    """The page's terminal has another size now, in cells."""

    columns: int
    rows: int


class Focused(Struct, frozen=True, tag="focused"):
    """The tab came to the front, or went to the back."""

    front: bool


FromPage = Typed | Resized | Focused
_decoder: msgspec.json.Decoder[FromPage] = msgspec.json.Decoder(FromPage)
_SMALLEST, _LARGEST = (20, 5), (400, 200)
_LONGEST_PACKET = 64 * 2**20


def read_page(text: str | bytes) -> FromPage:
    """What the page sent; raises `msgspec.DecodeError` where it is none of ours."""
    return _decoder.decode(text)


def sane_size(columns: int, rows: int) -> tuple[int, int]:
    """A size that the app can draw on, whatever the page said."""
    return (
        min(max(columns, _SMALLEST[0]), _LARGEST[0]),
        min(max(rows, _SMALLEST[1]), _LARGEST[1]),
    )


def for_app(message: FromPage) -> bytes:
    """The packet that tells the app."""
    match message:
        case Typed(text):
            return packet(b"D", text.encode("utf-8", "replace"))
        case Resized(columns, rows):
            width, height = sane_size(columns, rows)
            return _meta(type="resize", width=width, height=height)
        case Focused(front):
            return _meta(type="focus" if front else "blur")


def packet(letter: bytes, payload: bytes) -> bytes:
    return letter + len(payload).to_bytes(4, "big") + payload


def _meta(**fields: Any) -> bytes:
    return packet(b"M", msgspec.json.encode(fields))


async def read_packet(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The app's next packet; raises `asyncio.IncompleteReadError` at its end."""
    head = await stream.readexactly(5)
    length = int.from_bytes(head[1:], "big")
    if length > _LONGEST_PACKET:
        raise asyncio.IncompleteReadError(head, length)
    return head[:1], await stream.readexactly(length)
