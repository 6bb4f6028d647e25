"""Tries a block of a lesson: writes it down, runs it in a sandbox, and passes on what it prints as it prints it."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
from msgspec import Struct

from runner.record.events import LineLogged
from runner.record.tries import TryEnded, TryEvent
from runner.sandbox.cache import remove_tree
from runner.sandbox.script import ScriptJob
from runner.verifier.child_stream import child_events, last_words
from runner.verifier.request import sandbox_name
from runner.verifier.samples import sample_in

_ENDINGS = {"js": ".mjs", "ts": ".mts"}
_decoder: msgspec.json.Decoder[TryEvent] = msgspec.json.Decoder(TryEvent)


class TryRequest(Struct, frozen=True):
    """Run `code`, an ES module in `language` (`js` or `ts`); `name` is what its file is called in a stack trace."""

    name: str
    code: str
    language: str = "js"
    sandbox: str = "auto"


async def try_out(request: TryRequest) -> AsyncGenerator[TryEvent, None]:
    """What happens, line by line, and a TryEnded; closing the generator ends the script and leaves nothing running.

    A line of stdout that is a sample is passed on as one, not as a line. VerifyError for a sandbox that there is not.
    """
    sandbox = sandbox_name(request.sandbox)
    place = Path(tempfile.mkdtemp(prefix="prodrill-"))
    entry = request.name + _ENDINGS[request.language]
    try:
        (place / "source").mkdir()
        (place / "source" / entry).write_text(request.code, encoding="utf-8")

        def job_with(events_fd: int) -> ScriptJob:
            return ScriptJob(str(place / "source"), entry, sandbox, secrets.token_hex(6), events_fd)

        ended = False
        stream = child_events("runner.sandbox.script", job_with, place, _decoder.decode)
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                ended = ended or isinstance(event, TryEnded)
                yield _sample_or(event)
        if not ended:
            said = last_words(place) or "It left no message."
            yield TryEnded(0.0, trouble=f"the sandbox ended before the block did. {said} See `prodrill doctor`")
    finally:
        remove_tree(place)


def _sample_or(event: TryEvent) -> TryEvent:
    if isinstance(event, LineLogged) and event.stream == "stdout":
        return sample_in(event) or event
    return event
