"""The recordings that the app's tests replay are real, small, and of the katas as they are now."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from runner.catalog.loader import load_kata
from runner.record.events import Event, ProbeJudged, ProbeStarted, RunEnded, RunStarted
from runner.record.finding import Verdict
from runner.record.stream import read_stream, replay, write_stream
from tests.tui.record import FOLDER, RECORDED, recording

LARGEST = 100_000
FILES = sorted(FOLDER.glob("*.gz"))
every_recording = pytest.mark.parametrize("fixed", [False, True], ids=["broken", "fixed"])
every_kata = pytest.mark.parametrize("slug", RECORDED)


@every_kata
@every_recording
def test_a_recording_begins_and_ends_as_a_verification_does(slug: str, fixed: bool) -> None:
    events = recording(slug, fixed=fixed)
    ended = events[-1]
    assert isinstance(events[0], RunStarted)
    assert isinstance(ended, RunEnded)
    assert ended.report.verdict is (Verdict.PASSED if fixed else Verdict.FAILED)
    for told in _probes(events):
        assert [event.at_s for event in told] == sorted(event.at_s for event in told)


def _probes(events: list[Event]) -> list[list[Event]]:
    """What was told of each probe. A probe aside ran beside others, and is told between them."""
    begins = [at for at, event in enumerate(events) if isinstance(event, ProbeStarted)]
    ends = [at + 1 for at, event in enumerate(events) if isinstance(event, ProbeJudged)]
    assert begins
    return [events[begin : next(end for end in ends if end > begin)] for begin in begins]


@every_kata
@every_recording
def test_a_recording_has_the_criteria_of_its_kata_as_it_is_now(slug: str, fixed: bool) -> None:
    ended = recording(slug, fixed=fixed)[-1]
    assert isinstance(ended, RunEnded)
    judged = {result.criterion for result in ended.report.results}
    assert judged == {criterion.id for criterion in load_kata(slug).criteria}, "run `python -m tests.tui.record`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_recording_is_small_and_names_no_machine(file: Path) -> None:
    assert file.stat().st_size < LARGEST
    text = "\n".join(map(repr, read_stream(file)))
    assert not re.search(r"/(home|root|Users|tmp)/", text)
    assert "'os'" not in text


def test_what_is_written_is_read_again_and_the_same_each_time(tmp_path: Path) -> None:
    events = recording("abrupt-shutdown", fixed=False)
    write_stream(tmp_path / "one.gz", events)
    write_stream(tmp_path / "two.gz", events)
    assert read_stream(tmp_path / "one.gz") == events
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_a_replay_gives_every_event_in_order() -> None:
    events = recording("abrupt-shutdown", fixed=True)

    async def replayed() -> list[Event]:
        return [event async for event in replay(events, faster=1_000)]

    assert asyncio.run(replayed()) == events
