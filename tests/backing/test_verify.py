"""A kata with a database and a store, from request to report, in both sandboxes, and what can go wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from runner.catalog.loader import load_kata
from runner.cli.ending import command_line
from runner.cli.exit_code import ExitCode
from runner.clock import monotonic_s
from runner.record.events import NoticeGiven, ServiceStarted
from runner.record.finding import Verdict
from runner.record.history import History
from runner.record.report import Report
from runner.sandbox.backing.providers import NoBacking
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.choose import SandboxName
from runner.sandbox.owner import Owner
from runner.sandbox.reaper import RunRecord
from runner.verifier import RunRequest, VerifyRequest, run, verify
from tests.backing.serving import KATA, kata_with, report_of, run_folders, segments

_NOT = "Not as wanted"
_KILL_IT = """    word = inputs.token()
    if {when}:
        postmaster = (await postgres.value("SELECT pg_read_file('postmaster.pid')")).split()[0]
        __import__("os").kill(int(postmaster), 9)
"""


def _verdicts(report: Report) -> dict[str, str]:
    return {result.criterion: str(result.finding.verdict) for result in report.results}


def _said(report: Report) -> str:
    return report.results[0].finding.sentence


def _left_behind() -> list[str]:
    """The folders of runs whose owner has ended; those of other runs on this machine are not ours to count."""
    return [folder.name for folder in run_folders() if _is_orphaned(folder)]


def _is_orphaned(folder: Path) -> bool:
    try:
        owner = Owner.parse(msgspec.json.decode((folder / "owner.json").read_bytes(), type=RunRecord).owner)
    except OSError:
        return False  # it is just being made, or removed
    return owner is None or owner.is_dead


def test_the_fixtures_tell_the_truth_in_both_sandboxes(sandbox_name: SandboxName, tmp_path: Path) -> None:
    report = report_of(KATA, sandbox_name, histories=tmp_path)
    untrue = {r.criterion: r.finding.sentence for r in report.results if r.finding.verdict is not Verdict.PASSED}
    assert not untrue
    assert report.sandbox == sandbox_name
    assert report.versions["postgres"].split(".")[0].isdigit() and "valkey" in report.versions
    kept = History.from_bytes((tmp_path / "witness.json").read_bytes())
    assert kept.censuses("sessions", "blocked")[0].count(wait_event_type="Lock") == 1
    assert max(sample.value for sample in kept.samples("connections")) == 12
    assert [act.did for act in kept.acts("postgres")] == ["hold", "release", "limit"]
    assert _left_behind() == []


def test_a_database_that_dies_by_itself_is_our_error_and_the_probe_is_repeated(servers: None, tmp_path: Path) -> None:
    when = "not __import__('os').path.exists('{flag}') and not open('{flag}', 'w').close()"
    once = kata_with(
        tmp_path,
        ("probes.py", "    word = inputs.token()\n", _KILL_IT.format(when=when.format(flag=tmp_path / "flag"))),
    )
    report = report_of(once, "process", "keeps")
    assert (report.results[0].finding.verdict, report.results[0].rounds) == (Verdict.PASSED, 2), _said(report)
    always = kata_with(tmp_path, ("probes.py", when.format(flag=tmp_path / "flag"), "True"))
    report = report_of(always, "process", "keeps")
    assert (report.results[0].finding.verdict, report.results[0].rounds) == (Verdict.ERROR, 3)
    assert "PostgreSQL ended by itself" in _said(report) and "not your fault" in _said(report)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("pool.query('DROP SCHEMA public CASCADE').then(listen);", 'relation "words" does not exist'),
        (
            "routes.hog(12).then(() => held.map((one) => one.query('select pg_sleep(1e6)'))); setTimeout(listen, 500);",
            _NOT,
        ),
        ("routes.hog(800); listen();", _NOT),
        ("redis.flushall().then(() => redis.call('SHUTDOWN')).catch(() => {}); listen();", ""),
    ],
    ids=["drops its schema", "sleeps for ever", "opens far too many connections", "wants to end the store"],
)
def test_what_a_service_does_to_its_servers_is_its_own_failure(
    servers: None, tmp_path: Path, code: str, said: str
) -> None:
    listen = "server.listen(Number(process.env.PORT), () => console.log('listening'));"
    folder = kata_with(tmp_path, ("service/server.js", listen, f"const listen = () => {listen}\n{code}"))
    report = report_of(folder, "process", "keeps")
    assert report.verdict is (Verdict.FAILED if said else Verdict.PASSED), _said(report)
    assert said in _said(report)
    assert _left_behind() == []


def test_a_probe_may_leave_the_server_down_for_the_next(servers: None, tmp_path: Path) -> None:
    folder = kata_with(
        tmp_path,
        ("probes.py", '    history.note("clients", ', '    await postgres.pause()\n    history.note("clients", '),
        ("probes.py", '    history.note("copied"', '    await postgres.kill()\n    history.note("copied"'),
        ("probes.py", 'copied="42501", elsewhere="42501"', 'copied="ECONNREFUSED"'),
        ("probes.py", '    history.note("databases"', '    await postgres.start()\n    history.note("databases"'),
    )
    report = report_of(folder, "process", "keeps", "fresh", "dies")
    assert set(_verdicts(report).values()) == {"passed"}, [result.finding for result in report.results]


def test_two_verifications_at_once_do_not_meet(servers: None) -> None:
    async def one() -> Report:
        async with asyncio.timeout(60):
            events = [
                e async for e in verify(VerifyRequest(load_kata(KATA), KATA / "service", "process", only=("keeps",)))
            ]
        report: Report = events[-1].report  # type: ignore[union-attr]  # a run ends with its report
        return report

    async def both() -> list[Report]:
        return list(await asyncio.gather(one(), one()))

    assert [report.verdict for report in asyncio.run(both())] == [Verdict.PASSED] * 2


def test_a_service_run_by_hand_has_its_database_with_what_by_hand_put_there(servers: None, tmp_path: Path) -> None:
    by_hand = (
        "async def by_hand(postgres: Postgres, valkey: Valkey) -> None:\n"
        "    await postgres.execute(\"INSERT INTO words (word) VALUES ('by hand')\")\n"
        '    await valkey.command("SET", "k", "v")\n\n\ndef right('
    )
    folder = kata_with(tmp_path, ("probes.py", "def right(", by_hand))
    assert asyncio.run(_words_by_hand(folder)) == (b'["by hand","seeded"]', 2)


async def _words_by_hand(folder: Path) -> tuple[bytes, int]:
    notices = 0
    async with (
        asyncio.timeout(60),
        contextlib.aclosing(run(RunRequest(load_kata(folder), folder / "service", "process"))) as events,
    ):
        async for event in events:
            notices += isinstance(event, NoticeGiven) and "for you to look into" in event.text
            if isinstance(event, ServiceStarted) and not event.criterion:
                host, port = event.url.removeprefix("http://").split(":")
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"GET /words HTTP/1.0\r\n\r\n")
                answer = await reader.read()
                writer.close()
                return answer.split(b"\r\n\r\n")[-1], notices
    return b"", notices


def test_by_hand_that_asks_for_what_there_is_not_says_what_there_is(servers: None, tmp_path: Path) -> None:
    folder = kata_with(tmp_path, ("probes.py", "def right(", "def by_hand(mysql: object) -> None: ...\n\n\ndef right("))

    async def work() -> list[str]:
        request = RunRequest(load_kata(folder), folder / "service", "process")
        return [event.text async for event in run(request) if isinstance(event, NoticeGiven)]

    assert "asks for mysql; there is downstreams, inputs, postgres, valkey" in asyncio.run(work())[-1]


def test_a_fixture_of_a_server_that_the_kata_does_not_name_is_explained(servers: None, tmp_path: Path) -> None:
    folder = kata_with(tmp_path, ("kata.yaml", "[postgres, valkey]", "[postgres]"))
    assert "`backing` in kata.yaml does not name valkey" in _said(report_of(folder, "process", "keeps"))


@pytest.mark.parametrize("killed", ["parent", "child", "child and tunnel"])
def test_a_runner_that_ends_anyhow_leaves_no_server_and_no_file(sandbox_name: SandboxName, killed: str) -> None:
    """The child cleans up after its parent, the tunnel after the child, and the next start after the tunnel."""
    before = segments()
    command = [sys.executable, "-c", _ENDLESS, str(KATA), sandbox_name]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert parent.stdout is not None
    try:
        assert parent.stdout.readline() == b"started\n"
        child = next(one for one in psutil.Process(parent.pid).children() if "runner.verifier.child" in one.cmdline())
        commands = {one: " ".join(one.cmdline()) for one in child.children(recursive=True)}
        servers = [one for one, said in commands.items() if "postgres" in said or "valkey-server" in said]
        tunnel = next(one for one, said in commands.items() if "tunnel.mjs" in said)
        assert len(servers) > 2
        folder = next(one for one in run_folders() if f'"{child.pid}@' in (one / "owner.json").read_text())
        if killed == "parent":
            parent.kill()
        elif killed == "child and tunnel":
            tunnel.kill()
        if killed != "parent":
            child.kill()
        if killed == "child and tunnel":
            psutil.wait_procs([child], timeout=5)
            RunFolder("after-it").remove()
        _, alive = psutil.wait_procs([*servers, tunnel], timeout=15)
        assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    finally:
        parent.kill()
        parent.wait()
    deadline = monotonic_s() + 10
    while folder.exists() and monotonic_s() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert segments() <= before


_ENDLESS = """
import asyncio, sys
from pathlib import Path
from runner.catalog.loader import load_kata
from runner.record.events import ServiceStarted
from runner.verifier import RunRequest, run

async def main():
    kata = load_kata(Path(sys.argv[1]))
    async for event in run(RunRequest(kata, kata.service_folder, sys.argv[2])):
        if isinstance(event, ServiceStarted):
            print("started", flush=True)

asyncio.run(main())
"""


def test_a_kata_without_its_servers_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PRODRILL_POSTGRES_FROM", "none")
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path))
    with pytest.raises(NoBacking, match="PostgreSQL is needed and was not found on this machine"):
        report_of(KATA, "process")
    content = tmp_path / "content"
    for folder in ("course", "solutions", "katas"):
        (content / folder).mkdir(parents=True)
    (content / "katas" / "needy").symlink_to(KATA)
    monkeypatch.setenv("PRODRILL_CONTENT", str(content))
    copy = tmp_path / "copy"
    copy.symlink_to(KATA / "service")
    assert (
        command_line(["verify", str(copy), "--kata", "needy", "--sandbox", "process"]) == ExitCode.OURS_OR_INCONCLUSIVE
    )
    _says_once(capsys, "needy cannot run here: PostgreSQL is needed")
    assert command_line(["prove", "needy", "--sandbox", "process"]) == ExitCode.OURS_OR_INCONCLUSIVE
    _says_once(capsys, "Skipped needy: PostgreSQL is needed")


def _says_once(capsys: pytest.CaptureFixture[str], text: str) -> None:
    said = capsys.readouterr().err.strip().splitlines()
    assert len([line for line in said if text in line]) == 1, said
