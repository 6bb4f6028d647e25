"""The parent's side: freeze the source, start the child, pass its events on, leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path

import msgspec

from runner.catalog.kata import Criterion, Kata
from runner.clock import utc_now
from runner.probes.command import NoEntry, start_command
from runner.record.events import Event, NoticeGiven, RunEnded
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.sandbox.backing.providers import NoBacking, missing
from runner.sandbox.base import SandboxError
from runner.sandbox.cache import remove_tree
from runner.sandbox.freeze import copy_frozen
from runner.verifier.aside import side_by_side
from runner.verifier.child_stream import child_events, last_words
from runner.verifier.full import verify_seeds
from runner.verifier.request import Job, RunRequest, VerifyError, VerifyRequest, sandbox_name

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


async def verify(request: VerifyRequest) -> AsyncGenerator[Event, None]:
    """Judge a service. Ends with RunEnded; closing the iterator cancels the run and removes all it started.

    Before anything starts it raises VerifyError where the request cannot be carried out, and NoBacking where this
    machine has no provider of a backing service that the kata needs.
    """
    seed = request.seed if request.seed is not None else secrets.randbelow(2**31)
    _check(request.kata, request.source, request.only)
    if request.seeds == 1:
        run_of = _verify_once(request, seed)
    else:
        run_of = verify_seeds(request, seed, lambda once: _verify_once(once, once.seed or 0))
    async with contextlib.aclosing(run_of) as events:
        async for event in events:
            yield event


async def _verify_once(request: VerifyRequest, seed: int) -> AsyncGenerator[Event, None]:
    with _frozen(request.source) as place:
        ended = False
        async with contextlib.aclosing(_judging(request, seed, place)) as events:
            async for event in events:
                ended = ended or isinstance(event, RunEnded)
                yield event
        if not ended:
            yield RunEnded(0.0, _broken_report(request, seed, last_words(place)))


def _judging(request: VerifyRequest, seed: int, place: Path) -> AsyncGenerator[Event, None]:
    """The events of the child that judges, or of two where some of the criteria are judged aside."""
    criteria = request.kata.with_needs(request.only)
    main = _events(_job(request, seed, place, [each for each in criteria if not each.aside]), place)
    aside = [each for each in criteria if each.aside]
    if not aside:
        return main
    (place / "aside").mkdir()
    begin = asyncio.Event()
    job = msgspec.structs.replace(_job(request, seed, place, aside), waits=True)
    return side_by_side(criteria, main, _events(job, place / "aside", begin), begin)


def _job(request: VerifyRequest, seed: int, place: Path, criteria: Sequence[Criterion]) -> Job:
    return Job(
        mode="verify",
        kata=str(request.kata.folder),
        source=str(place / "source"),
        sandbox=sandbox_name(request.sandbox),
        seed=seed,
        run_id=secrets.token_hex(6),
        events_fd=-1,
        criteria=tuple(criterion.id for criterion in criteria),
        histories=str(request.histories) if request.histories else None,
        cpus=request.cpus,
    )


async def run(request: RunRequest) -> AsyncGenerator[Event, None]:
    """Start a service to be poked by hand; runs until it exits or the iterator is closed."""
    _check(request.kata, request.source, ())
    with _frozen(request.source) as place:
        job = Job(
            "run",
            str(request.kata.folder),
            str(place / "source"),
            sandbox_name(request.sandbox),
            0,
            secrets.token_hex(6),
            -1,
        )
        async with contextlib.aclosing(_events(job, place)) as events:
            async for event in events:
                yield event
        if words := last_words(place):
            yield NoticeGiven(0.0, f"The run ended early: {words}")


def _check(kata: Kata, source: Path, only: tuple[str, ...]) -> None:
    known = [criterion.id for criterion in kata.criteria]
    for criterion in only:
        if criterion not in known:
            raise VerifyError(f"{kata.slug} has no criterion {criterion!r}. It has: {', '.join(known)}.")
    if not source.is_dir():
        raise VerifyError(
            f"{source} is not a folder. Start the kata with `prodrill start {kata.slug}`, or name another folder."
        )
    try:
        start_command(kata, source)
    except NoEntry as error:
        raise VerifyError(str(error)) from None
    if why := missing(kata.spec.backing):
        raise NoBacking(f"{kata.slug} cannot run here: {why}.")


@contextlib.contextmanager
def _frozen(source: Path) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="prodrill-"))
    try:
        _freeze(source, place / "source")
        yield place
    finally:
        remove_tree(place)


def _freeze(source: Path, into: Path) -> None:
    try:
        copy_frozen(source, into)
    except SandboxError as error:
        raise VerifyError(f"{source} cannot be judged: {error}.") from error
    except OSError as error:
        raise VerifyError(
            f"{source} could not be copied: {error}. Free disk space or mend the file's permissions."
        ) from error


def _events(job: Job, place: Path, begin: asyncio.Event | None = None) -> AsyncGenerator[Event, None]:
    def job_with(events_fd: int) -> Job:
        return msgspec.structs.replace(job, events_fd=events_fd)

    return child_events("runner.verifier.child", job_with, place, _decoder.decode, begin)


def _broken_report(request: VerifyRequest, seed: int, words: str) -> Report:
    said = words or "It left no message."
    sentence = f"The verifier ended before it could say. {said} Run it again, or see `prodrill doctor`."
    finding = Finding(Verdict.ERROR, sentence)
    results = tuple(CriterionResult(c.id, c.sentence, finding, lesson=c.lesson) for c in request.kata.criteria)
    return Report(
        request.kata.slug,
        request.sandbox,
        False,
        seed,
        utc_now().isoformat(timespec="seconds"),
        0.0,
        results,
        {},
    )
