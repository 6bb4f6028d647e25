"""What a probe may rely on is the same in both sandboxes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from runner.catalog.content import content_root
from runner.catalog.kata import Limits
from runner.clock import monotonic_s
from runner.sandbox.base import Listener, Sandbox
from runner.sandbox.choose import SandboxName
from runner.sandbox.relay import ConnectRefused
from runner.sandbox.tree import IS_LINUX
from tests.sandbox.driving import HTTP, Started, in_sandbox, opened, start, until

CALLER = """
fetch(process.env.DOWNSTREAM + '/hello').then(
  (answer) => console.log('status', answer.status),
  (error) => console.log(error.cause.code),
);
"""
TOOLBOX = """
const names = process.env.NAMES.split(',');
// lightship's build for require is broken in itself.
for (const name of names) if (name !== 'lightship') require(name);
Promise.all(names.map((name) => import(name))).then((modules) => console.log('loaded', modules.length));
"""


def test_a_service_answers_through_the_relay(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, HTTP)
        assert (await started.get("/here"))["path"] == "/here"
        assert await started.service.listeners() == [Listener("::", started.service.port)]

    in_sandbox(sandbox_name, work)


def test_exit_codes_and_signals_are_told_alike(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        leaving, killed = await asyncio.gather(
            start(sandbox, tmp_path, "console.error('bye'); process.exitCode = 3"), start(sandbox, tmp_path, HTTP)
        )
        exit = await leaving.ended()
        assert (exit.code, exit.signal, exit.reason) == (3, None, "")
        assert leaving.lines == [("stderr", "bye")]
        await killed.get()
        sent_s = monotonic_s()
        await killed.service.signal("SIGTERM")
        exit = await killed.ended()
        assert (exit.code, exit.signal, exit.reason) == (None, "SIGTERM", "")
        assert sent_s <= exit.at_s < sent_s + 0.5
        await killed.service.signal("SIGTERM")

    in_sandbox(sandbox_name, work)


def test_a_killed_service_did_not_break_a_limit(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, HTTP)
        await started.get()
        await started.service.signal("SIGKILL")
        exit = await started.ended()
        assert (exit.signal, exit.reason) == ("SIGKILL", "")
        with pytest.raises(ConnectRefused):
            await started.sandbox.relay.dial(started.service.relay_name, Silent(), within_s=0.5)

    in_sandbox(sandbox_name, work)


class Silent:
    def data_received(self, data: bytes) -> None: ...

    def ended(self, how: str) -> None: ...


def test_a_stopped_service_answers_once_continued(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, HTTP)
        await started.get()
        await started.service.signal("SIGSTOP")
        answer = asyncio.ensure_future(started.get())
        done, _ = await asyncio.wait([answer], timeout=0.5)
        assert not done
        await started.service.signal("SIGCONT")
        assert (await answer)["path"] == "/"

    in_sandbox(sandbox_name, work)


@pytest.mark.skipif(not IS_LINUX, reason="there is no second loopback address to find it out by")
def test_a_service_on_the_loopback_alone_is_out_of_reach(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, HTTP.replace("process.env.PORT", "process.env.PORT, '127.0.0.1'"))
        await started.printed("up")
        with pytest.raises(ConnectRefused, match="ECONNREFUSED"):
            await sandbox.relay.dial(started.service.relay_name, Silent())
        assert await started.service.listeners() == [Listener("127.0.0.1", started.service.port)]

    in_sandbox(sandbox_name, work)


def test_resident_memory_is_told_at_once(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, f"const kept = Buffer.alloc(40 << 20, 1);{HTTP}")
        await started.get()
        service = started.service
        assert hasattr(service, "rss_bytes")
        await service.rss_bytes()
        asked_s = monotonic_s()
        rss = await service.rss_bytes()
        assert monotonic_s() - asked_s < 0.1
        assert 70 * 2**20 < rss < 200 * 2**20
        await service.remove()
        assert await service.rss_bytes() == 0

    in_sandbox(sandbox_name, work)


def test_nothing_of_our_environment_reaches_a_service(
    sandbox_name: SandboxName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUD_TOKEN", "secret")
    allowed = {"PATH", "HOME", "TMPDIR", "PORT", "NODE_OPTIONS", "MINE", "HOSTNAME"}

    async def work(sandbox: Sandbox) -> None:
        code = "console.log(Object.keys(process.env).join()); console.log(process.env.NODE_OPTIONS)"
        started = await start(sandbox, tmp_path, code, env={"MINE": "1", "NODE_OPTIONS": "--no-warnings"})
        await started.ended()
        names, options = started.text.split("\n")
        assert set(names.split(",")) <= allowed
        assert options == "--max-old-space-size=48 --no-warnings"

    in_sandbox(sandbox_name, work)


def test_all_of_the_toolbox_is_there_for_import_and_require(sandbox_name: SandboxName, tmp_path: Path) -> None:
    names = list(json.loads((content_root() / "katas/package.json").read_bytes())["dependencies"])

    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, TOOLBOX, limits=Limits(), env={"NAMES": ",".join(names)})
        await started.ended()
        assert started.text == f"loaded {len(names)}"

    in_sandbox(sandbox_name, work)


def test_a_service_reaches_the_downstream_that_we_play(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        taken: list[Answering] = []

        async def accept(conn: int) -> None:
            player = Answering()
            taken.append(player)
            framed = await sandbox.relay.take(conn, player)
            await player.asked.wait()
            framed.send(b"HTTP/1.1 204 No Content\r\n\r\n")

        port = await sandbox.relay.listen("bank", accept)
        started = await start(sandbox, tmp_path, CALLER, env={"DOWNSTREAM": sandbox.downstream_url(port)})
        await started.printed("status 204")
        assert taken[0].data.startswith(b"GET /hello ")

    in_sandbox(sandbox_name, work)


class Answering:
    def __init__(self) -> None:
        self.data = b""
        self.asked = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.asked.set()

    def ended(self, how: str) -> None: ...


def test_many_runs_go_on_side_by_side(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def one() -> int:
        async with opened(sandbox_name) as sandbox:
            copies: list[Started] = await asyncio.gather(*(start(sandbox, tmp_path, HTTP) for _ in range(2)))
            await asyncio.gather(*(copy.get() for copy in copies))
            return len({copy.service.port for copy in copies})

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(one() for _ in range(3)))

    assert asyncio.run(all_of_them()) == [2, 2, 2]


def test_what_runs_is_a_copy_taken_at_the_start(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        code = f"setTimeout(() => console.log(require('./later.js')), 400);{HTTP}"
        (tmp_path / "later.js").write_text("")
        started = await start(sandbox, tmp_path, code)
        await started.get()
        next(tmp_path.glob("*/server.js")).write_text("changed")
        next(tmp_path.glob("*/server.js")).with_name("later.js").write_text("module.exports = 1")
        await until(lambda: "Cannot find module" in started.text, 10)

    in_sandbox(sandbox_name, work)


def test_closing_twice_and_after_a_failed_open_does_no_harm(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(sandbox_name) as sandbox:
            pass
        await sandbox.close()

    asyncio.run(run())
