"""A verification from request to report, with real services in both sandboxes."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from runner.catalog.loader import load_kata
from runner.record.events import (
    Event,
    LineLogged,
    ProbeJudged,
    RunEnded,
    RunStarted,
    SampleTaken,
    ServiceStarted,
    VitalsSampled,
)
from runner.record.finding import Verdict
from runner.record.history import History
from runner.record.report import Report
from runner.verifier import RunRequest, VerifyError, VerifyRequest, run, verify
from runner.verifier.recheck import recheck

KATA = Path(__file__).parent / "kata"


async def _collect(request: VerifyRequest) -> list[Event]:
    async with asyncio.timeout(120):
        return [event async for event in verify(request)]


def _verify(source: Path, **options: object) -> tuple[Report, list[Event]]:
    request = VerifyRequest(load_kata(KATA), source, **{"sandbox": "process", **options})  # type: ignore[arg-type]
    events = asyncio.run(_collect(request))
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    return ended.report, events


def _variant(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "service"
    shutil.copytree(KATA / "service", folder)
    text = (folder / "server.js").read_text()
    assert old in text
    (folder / "server.js").write_text(text.replace(old, new))
    return folder


def _verdicts(report: Report) -> dict[str, str]:
    return {result.criterion: str(result.finding.verdict) for result in report.results}


def _first_sentence(report: Report) -> str:
    return report.results[0].finding.sentence


@pytest.mark.parametrize("sandbox", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_service_that_meets_all_criteria_passes_in_both_sandboxes(sandbox: str, tmp_path: Path) -> None:
    report, events = _verify(KATA / "service", sandbox=sandbox, seed=7, histories=tmp_path)
    assert report.verdict is Verdict.PASSED, report
    assert (report.sandbox, report.seed, report.exit_code) == (sandbox, 7, 0)
    kinds = [type(event) for event in events]
    assert kinds.count(ProbeJudged) == 3
    assert {RunStarted, ServiceStarted, LineLogged, SampleTaken, RunEnded} <= set(kinds)
    kept = History.from_bytes((tmp_path / "calls.json").read_bytes())
    assert [call.path for call in kept.calls("other")] == ["/word"]


def test_a_failed_criterion_blocks_what_needs_it_and_nothing_else(tmp_path: Path) -> None:
    report, _ = _verify(_variant(tmp_path, "slice('/echo/'.length)", "slice(1)"))
    assert _verdicts(report) == {"answers": "failed", "calls": "blocked", "stops": "passed"}
    assert report.exit_code == 1


def test_only_runs_a_criterion_with_what_it_needs() -> None:
    report, _ = _verify(KATA / "service", only=("calls",))
    assert list(_verdicts(report)) == ["answers", "calls"]


def test_the_same_seed_gives_the_same_inputs(tmp_path: Path) -> None:
    words = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _verify(KATA / "service", seed=11, only=("answers",), histories=tmp_path / name)
        words.add(History.from_bytes((tmp_path / name / "answers.json").read_bytes()).notes["word"])
    assert len(words) == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("const http", "throw new Error('no such table')\nconst http", "no such table"),
        ("process.env.PORT", "39121", "listens on port 39121, not on"),
        ("process.env.PORT)", "process.env.PORT), '127.0.0.1'", "listens on 127.0.0.1 only"),
        ("process.env.INSTANCE_ID", "'me'", "must answer 200 with JSON whose `instance`"),
        ("const http", "const const http", "SyntaxError"),
    ],
)
def test_a_service_that_does_not_start_is_told_why(old: str, new: str, said: str, tmp_path: Path) -> None:
    report, _ = _verify(_variant(tmp_path, old, new))
    assert said in _first_sentence(report)
    assert set(_verdicts(report).values()) == {"failed", "blocked"}


def test_a_service_that_never_listens_is_called_too_slow(tmp_path: Path) -> None:
    report, _ = _verify(_variant(tmp_path, "server.listen(Number(process.env.PORT), () =>", "setInterval(() =>"))
    assert "too slow: not listening on port" in _first_sentence(report)


def test_a_service_that_dies_while_it_is_probed_fails_with_its_last_lines(tmp_path: Path) -> None:
    report, _ = _verify(
        _variant(tmp_path, "return response.end(request.url", "process.exit(9); return response.end(request.url")
    )
    assert "ended with code 9" in " ".join((_first_sentence(report), *report.results[0].finding.decided_by))


def test_a_service_with_a_port_of_its_own_choice_never_meets_itself_there(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    second = f"http.createServer((_, response) => response.end('metrics')).listen({port})\nconst server"
    report, _ = _verify(_variant(tmp_path, "const server", second))
    assert report.verdict is Verdict.PASSED, report


def test_a_folder_without_its_entry_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match=r"has no server\.js"):
        _verify(tmp_path)


def test_a_full_judgement_is_one_report_of_all_seeds_and_its_histories_come_to_the_same_again(tmp_path: Path) -> None:
    report, events = _verify(KATA / "service", seed=5, seeds=2, histories=tmp_path)
    assert (report.verdict, report.seeds) == (Verdict.PASSED, (5, 6))
    assert [event.seed for event in events if isinstance(event, RunStarted)] == [5, 6]
    kept = {file.stem: file.read_bytes() for file in tmp_path.glob("*.json")}
    assert set(kept) == {"answers", "calls", "stops"}
    assert all(each.is_same for each in recheck(load_kata(KATA), report, kept))


def test_an_unknown_criterion_is_refused_with_those_there_are() -> None:
    with pytest.raises(VerifyError, match="answers, calls, stops"):
        _verify(KATA / "service", only=("nothing",))


def _alive(pids: set[int]) -> list[str]:
    """What still runs of them; a zombie that the system has yet to collect does not."""
    found: list[str] = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(shlex.join(process.cmdline()))
    return found


def test_a_cancelled_run_leaves_nothing_running() -> None:
    async def work() -> set[int]:
        request = VerifyRequest(load_kata(KATA), KATA / "service", "process")
        seen: set[int] = set()
        async with contextlib.aclosing(verify(request)) as events:
            async for event in events:
                if isinstance(event, ServiceStarted):
                    seen = {process.pid for process in psutil.Process().children(recursive=True)}
                    break
        return seen

    started = asyncio.run(work())
    assert len(started) >= 3, "the child, the relay and the service were seen"
    assert _alive(started) == []


def test_a_service_run_by_hand_answers_at_its_url_and_shows_vitals() -> None:
    async def work() -> tuple[bytes, bool]:
        body, vitals = b"", False
        async with (
            asyncio.timeout(60),
            contextlib.aclosing(run(RunRequest(load_kata(KATA), KATA / "service", "process"))) as events,
        ):
            async for event in events:
                if isinstance(event, ServiceStarted) and not event.criterion and not body:
                    body = await _get(event.url, "/relay")
                vitals = vitals or isinstance(event, VitalsSampled)
                if body and vitals:
                    break
        return body, vitals

    assert asyncio.run(work()) == (b"by hand", True)


async def _get(url: str, path: str) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return b""
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return (
        answer.split(b"\r\n\r\n", 1)[-1].split(b"\r\n")[1] if b"chunked" in answer else answer.split(b"\r\n\r\n", 1)[-1]
    )


def _kata_with(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    folder = tmp_path / "kata"
    shutil.copytree(KATA, folder)
    text = (folder / "probes.py").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "probes.py").write_text(text)
    return folder


def _verify_kata(folder: Path, only: str) -> Report:
    request = VerifyRequest(load_kata(folder), folder / "service", "process", only=(only,))
    ended = asyncio.run(_collect(request))[-1]
    assert isinstance(ended, RunEnded)
    return ended.report


def test_a_judge_that_throws_is_our_error_and_never_a_pass(tmp_path: Path) -> None:
    report = _verify_kata(_kata_with(tmp_path, ("exchange = history.exchanges", "exchange = history.swaps")), "answers")
    assert report.verdict is Verdict.ERROR
    assert "Our judge broke" in _first_sentence(report)
    assert report.exit_code == 3


def test_probes_that_cannot_be_loaded_are_our_error_with_the_reason(tmp_path: Path) -> None:
    report = _verify_kata(_kata_with(tmp_path, ("failed, passed, probe", "failed, passed, prob")), "answers")
    assert report.verdict is Verdict.ERROR
    assert "cannot import name 'prob'" in _first_sentence(report)


def test_an_unclear_probe_is_repeated_with_a_fresh_service(tmp_path: Path) -> None:
    folder = _kata_with(
        tmp_path,
        ("failed, passed", "failed, inconclusive, passed"),
        (
            '    history.note("word"',
            '    ROUNDS.append(1)\n    history.note("rounds", len(ROUNDS))\n    history.note("word"',
        ),
        (
            '    exchange = history.exchanges("echo")[0]',
            '    if history.notes["rounds"] < 3:\n        return inconclusive("too busy")\n'
            '    exchange = history.exchanges("echo")[0]',
        ),
        ("def by_hand", "ROUNDS: list[int] = []\n\n\ndef by_hand"),
    )
    report = _verify_kata(folder, "answers")
    assert (report.verdict, report.results[0].rounds, report.results[0].starts) == (Verdict.PASSED, 3, 3)


_ENDLESS = """
import asyncio, sys
from pathlib import Path
from runner.catalog.loader import load_kata
from runner.record.events import ServiceStarted
from runner.verifier import RunRequest, run

async def main():
    kata = load_kata(Path(sys.argv[1]))
    async for event in run(RunRequest(kata, kata.service_folder, "process")):
        if isinstance(event, ServiceStarted):
            print("started", flush=True)

asyncio.run(main())
"""


def test_a_killed_parent_leaves_nothing_running() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _ENDLESS, str(KATA)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"
    below = psutil.Process(parent.pid).children(recursive=True)
    assert len(below) >= 3, "the child, the relay and the service were seen"
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(below, timeout=15)
    assert alive == []


def test_two_verifications_of_one_kata_at_once_do_not_meet() -> None:
    async def both() -> list[list[Event]]:
        requests = [VerifyRequest(load_kata(KATA), KATA / "service", "process", seed=seed) for seed in (1, 2)]
        return list(await asyncio.gather(*(_collect(request) for request in requests)))

    ended = [events[-1] for events in asyncio.run(both())]
    assert [event.report.verdict for event in ended if isinstance(event, RunEnded)] == [Verdict.PASSED] * 2


def test_a_folder_with_a_link_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    shutil.copytree(KATA / "service", folder)
    (folder / "config.js").symlink_to("/etc/hostname")
    with pytest.raises(VerifyError, match=r"config\.js is a symbolic link"):
        _verify(folder)
