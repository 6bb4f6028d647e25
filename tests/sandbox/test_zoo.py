"""Services that do harm, in both sandboxes: each is ended or bounded, the reason is told, and nothing is left."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from runner.catalog.kata import Limits
from runner.sandbox.base import Exit, Sandbox
from runner.sandbox.choose import SandboxName
from runner.sandbox.tree import IS_LINUX, ProcessTree
from tests.sandbox.driving import HTTP, SMALL, in_sandbox, runs, start, until

BUFFERS = "const kept = []; setInterval(() => kept.push(Buffer.alloc(4 << 20, 1)), 1)"
HEAP = "const kept = []; for (;;) kept.push({ a: new Array(100).fill(kept.length) })"
FORKS = """
const { spawn } = require('node:child_process');
let failed = 0;
setInterval(() => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  child.on('error', () => { if (failed++ === 0) console.log('refused') });
  child.on('exit', () => { if (failed++ === 0) console.log('refused') });
}, 5)
"""
LOGS = "const line = 'x'.repeat(1000) + '\\n'; (function more() { process.stdout.write(line.repeat(64), more) })()"
SHORT_LOGS = "const lines = 'a\\n'.repeat(32768); (function more() { process.stderr.write(lines, more) })()"
DISK = """
const fs = require('node:fs'), os = require('node:os');
let n = 0;
setInterval(() => {
  try {
    fs.writeFileSync(os.tmpdir() + '/f' + n++, Buffer.alloc(1 << 20, 1));
  } catch (error) {
    console.log(error.code);
    process.exit(9);
  }
}, 5)
"""
ONE_FILE = """
const fs = require('node:fs'), os = require('node:os');
try { fs.writeFileSync(os.tmpdir() + '/f', Buffer.alloc(64 << 20, 1)) } catch (error) { console.log(error.code) }
"""
DEAF = f"process.on('SIGTERM', () => console.log('no'));{HTTP}"
DAEMON = """
const { spawn } = require('node:child_process');
const inner = `setInterval(() => {}, 1000); console.log('daemon ' + process.pid)`;
const apart = "{ detached: true, stdio: 'inherit' }";
const middle = `require('node:child_process')
  .spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], ${apart}).unref()`;
spawn(process.execPath, ['-e', middle], { detached: true, stdio: 'inherit' });
setInterval(() => {}, 1000)
"""
TAMPER = """
const fs = require('node:fs');
for (const [what, write] of Object.entries({
  write: () => fs.writeFileSync('server.js', ''),
  create: () => fs.writeFileSync('new.js', ''),
  remove: () => fs.unlinkSync('server.js'),
})) try { write(); console.log(what, 'done') } catch (error) { console.log(what, error.code) }
"""
ESCAPES = """
process.stdout.write('a\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07b\\x1b]8;;http://x\\x1b\\\\c\\tend\\r\\n');
process.stdout.write(Buffer.from([0x68, 0xff, 0xfe, 0x69, 0x07, 0x9b, 0x0a]));
process.stdout.write('\\u009b31mc1 \\u202egnp\\n' + 'y'.repeat(20000) + '\\nlast without line feed');
"""


def ended(name: SandboxName, folder: Path, code: str, limits: Limits = SMALL) -> tuple[Exit, str]:
    """How `code` ended and what it printed."""
    found: list[tuple[Exit, str]] = []

    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, folder, code, limits=limits)
        found.append((await started.ended(), started.text))

    in_sandbox(name, work)
    return found[0]


def test_buffers_without_end_are_stopped_for_memory(sandbox_name: SandboxName, tmp_path: Path) -> None:
    exit, _ = ended(sandbox_name, tmp_path, BUFFERS)
    assert (exit.signal, exit.reason) == ("SIGKILL", "memory")


def test_a_heap_without_end_is_stopped_for_memory(sandbox_name: SandboxName, tmp_path: Path) -> None:
    exit, text = ended(sandbox_name, tmp_path, HEAP)
    assert (exit.signal, exit.reason) == ("SIGABRT", "memory"), text


def test_forks_without_end_stay_within_the_limit(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, FORKS)
        if sandbox_name == "process":
            assert (await started.ended()).reason == "processes"
        else:
            await started.printed("refused")
        await started.service.remove()

    in_sandbox(sandbox_name, work)


@pytest.mark.parametrize("flood", [LOGS, SHORT_LOGS])
def test_a_flooded_log_ends_the_service_at_its_budget(sandbox_name: SandboxName, tmp_path: Path, flood: str) -> None:
    exit, text = ended(sandbox_name, tmp_path, flood)
    assert (exit.signal, exit.reason) == ("SIGKILL", "output")
    assert 900_000 < len(text) <= 2**20


def test_a_filled_disk_is_refused_or_ends_the_service(sandbox_name: SandboxName, tmp_path: Path) -> None:
    exit, text = ended(sandbox_name, tmp_path, DISK)
    if sandbox_name == "process":
        assert (exit.signal, exit.reason) == ("SIGKILL", "disk")
    else:
        assert (exit.code, text) == (9, "ENOSPC")


def test_one_large_file_is_refused(sandbox_name: SandboxName, tmp_path: Path) -> None:
    _, text = ended(sandbox_name, tmp_path, ONE_FILE)
    assert text == ("EFBIG" if sandbox_name == "process" else "ENOSPC")


def test_a_service_deaf_to_sigterm_is_removed_all_the_same(sandbox_name: SandboxName, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, DEAF)
        await started.get()
        await started.service.signal("SIGTERM")
        await started.printed("no")
        assert started.service.exit is None
        await started.service.remove()
        assert (await started.ended()).signal == "SIGKILL"

    in_sandbox(sandbox_name, work)


@pytest.mark.skipif(not IS_LINUX, reason="only Linux hands orphans to a subreaper")
def test_a_daemon_that_left_its_parents_is_ended(process_ready: None, tmp_path: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, DAEMON)
        pid = int((await started.printed("daemon")).split()[1])
        await until(lambda: psutil.Process(pid).ppid() == os.getpid(), 5)
        await started.service.remove()
        assert not runs(pid)

    in_sandbox("process", work)


def test_children_are_found_and_ended_without_the_help_of_linux(
    process_ready: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProcessTree, "_walk", lambda self, orphans: self._ask_psutil())

    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, DAEMON.replace("'-e', middle", "'-e', inner"))
        pid = int((await started.printed("daemon")).split()[1])
        await started.service.remove()
        assert not runs(pid)

    in_sandbox("process", work)


def test_what_outlives_the_main_process_ends_with_it(sandbox_name: SandboxName, tmp_path: Path) -> None:
    leaver = DAEMON.replace("setInterval(() => {}, 1000)\n", "setTimeout(() => process.exit(4), 700)\n")

    async def work(sandbox: Sandbox) -> None:
        started = await start(sandbox, tmp_path, leaver)
        pid = int((await started.printed("daemon")).split()[1])
        exit = await started.ended()
        assert exit.code == 4
        assert sandbox_name == "docker" or not runs(pid)

    in_sandbox(sandbox_name, work)


def test_a_service_cannot_change_its_own_code(sandbox_name: SandboxName, tmp_path: Path) -> None:
    if sandbox_name == "process" and os.geteuid() == 0:
        pytest.skip("root may write whatever the mode of a file says")
    _, text = ended(sandbox_name, tmp_path, TAMPER)
    assert text.splitlines() == ["write EACCES", "create EACCES", "remove EACCES"]


def test_what_is_printed_is_safe_to_show(sandbox_name: SandboxName, tmp_path: Path) -> None:
    _, text = ended(sandbox_name, tmp_path, ESCAPES)
    first, second, third, long, last = text.split("\n")
    assert first == "ared bc\tend"
    assert second == "h\ufffd\ufffdi\ufffd"
    assert third == "c1 gnp"
    assert len(long) < 8300 and long.endswith("(cut)")
    assert last == "last without line feed"
