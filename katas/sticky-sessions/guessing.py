"""Whether an id can be computed from what others know or can find out: whose it is, which replica gave it, and when.

A hash looks random however little went into it. So the usual ways to put member, replica and time into one are tried
for each millisecond in which the id can have been made, as somebody would who wants to be signed in as that member.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import unquote

from runner.probes import Exchange

HASHES = ("sha256", "sha1", "md5", "sha512")
JOINTS = (":", "", "-", "_", ".", "|", "/", ",", " ")
HEAD = 6
"""Bytes of a hash that are compared; that they agree by chance, among a million hashes, happens once in 280 million."""
SPARE_MS, LONGEST_MS = 5, 400
COUNTED = 64

_HEX = re.compile(r"[0-9a-f]{12,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def recipe(exchange: Exchange, sid: str, known: dict[str, str]) -> tuple[str, str] | None:
    """How this id, given by this sign-in, is made of what is `known` (name to value): in words, and what is left of it
    beside the hash and the replica's name. None where none of the ways that are tried leads to it.
    """
    heads = dict(_heads(sid))
    if not heads:
        return None
    for moment, number in chain(_moments(exchange), (("a count", str(n)) for n in range(COUNTED))):
        for words, text in _joined(moment, number, {**known, "the replica": exchange.replica}):
            for name in HASHES:
                head = hashlib.new(name, text.encode(), usedforsecurity=False).digest()[:HEAD]
                if head in heads:
                    return f"{name} of {words}", heads[head].replace(exchange.replica, "")
    return None


def _heads(sid: str) -> Iterator[tuple[bytes, str]]:
    """The first bytes of what in the id may be a hash, each with what else stands in it."""
    text = unquote(sid)
    # A UUID is written with dashes; a hash in one is cut short, but begins as it did. The id as it is comes last, as
    # what is found twice keeps what stood beside it there.
    for whole in (text.replace("-", ""), text):
        for run in _HEX.finditer(whole.lower()):
            yield bytes.fromhex(run[0][: 2 * HEAD]), whole[: run.start()] + whole[run.end() :]
    for run in _BASE64.finditer(text):
        try:
            head = base64.urlsafe_b64decode(run[0][:8].replace("+", "-").replace("/", "_"))
        except binascii.Error:
            continue
        yield head[:HEAD], text[: run.start()] + text[run.end() :]


def _moments(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Each millisecond in which it can have been made, as it may be written; by the clock that the answer tells of."""
    if exchange.ended_s is None or (told_ms := _told_ms(exchange)) is None:
        return
    around_ms = min(round((exchange.ended_s - exchange.sent_s) * 1000) + SPARE_MS, LONGEST_MS)
    for at_ms in range(told_ms - around_ms, told_ms + around_ms + 1):
        yield "the time", str(at_ms)
        yield "the time", _base36(at_ms)
        at = datetime.fromtimestamp(at_ms // 1000, UTC)
        yield "the time", f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"
        if at_ms % 1000 == 0 or at_ms == told_ms:
            yield "the time", str(at_ms // 1000)


def _told_ms(exchange: Exchange) -> int | None:
    """`signedInAt`, in milliseconds since 1970."""
    try:
        told = datetime.fromisoformat(exchange.json()["signedInAt"])
    except (ValueError, KeyError, TypeError):
        return None
    return round(told.timestamp() * 1000) if 2000 <= told.year < 2100 else None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _joined(moment: str, number: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield moment, number
    for name, value in known.items():
        words = f"{name} and {moment}"
        for joint in JOINTS:
            yield words, f"{value}{joint}{number}"
            yield words, f"{number}{joint}{value}"


def rest_is_the_same(left: list[str]) -> bool:
    """Whether nothing else changes from id to id, so that who computes the hash has the id."""
    return len(set(left)) == 1
