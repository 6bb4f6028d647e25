"""What is judged is what was given: the frozen copy holds all of it, and nothing that points elsewhere."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from runner.catalog.kata import Limits
from runner.sandbox import freeze
from runner.sandbox.base import Launch, Sandbox
from runner.sandbox.freeze import BadSource, copy_frozen, frozen_tar
from tests.sandbox.driving import Started, in_sandbox

SHOW = """
const fs = require('node:fs');
const found = fs.readdirSync('/app', { recursive: true, withFileTypes: true }).map((entry) => {
  const path = entry.parentPath + '/' + entry.name;
  const { mode, uid, gid } = fs.statSync(path);
  return [path, (mode & 0o7777).toString(8), uid, gid].join(' ');
});
console.log(found.sort().join('|'), fs.readFileSync('/app/deep/er/ä.txt', 'utf8'));
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source/deep/er").mkdir(parents=True)
    (tmp_path / "source/server.js").write_text(SHOW)
    (tmp_path / "source/deep/er/ä.txt").write_text("text")
    return tmp_path / "source"


def test_the_tar_belongs_to_root_and_holds_no_times(source: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(frozen_tar(source))) as tar:
        entries = {one.name: (one.mode, one.uid, one.gid, one.mtime) for one in tar}
    assert entries == {
        "deep": (0o755, 0, 0, 0),
        "deep/er": (0o755, 0, 0, 0),
        "deep/er/ä.txt": (0o444, 0, 0, 0),
        "server.js": (0o444, 0, 0, 0),
    }


@pytest.mark.docker
def test_what_is_put_into_a_container_is_what_is_in_it(docker_ready: None, source: Path) -> None:
    async def work(sandbox: Sandbox) -> None:
        started = Started(sandbox)
        started.service = await sandbox.start(Launch(source, ("node", "server.js"), {}, Limits()), started.on_line)
        await started.ended()
        assert started.text == (
            "/app/deep 755 0 0|/app/deep/er 755 0 0|/app/deep/er/ä.txt 444 0 0|/app/server.js 444 0 0 text"
        )

    in_sandbox("docker", work)


def test_the_copy_is_read_only_and_complete(source: Path, tmp_path: Path) -> None:
    copy_frozen(source, tmp_path / "copy")
    assert (tmp_path / "copy/deep/er/ä.txt").read_text() == "text"
    assert (tmp_path / "copy/server.js").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("kind", ["file", "folder", "fifo"])
def test_links_and_devices_are_refused_by_name(source: Path, kind: str) -> None:
    odd = source / "deep" / "odd"
    if kind == "fifo":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/etc/passwd" if kind == "file" else "/etc")
    with pytest.raises(BadSource, match="deep/odd is"):
        frozen_tar(source)


def test_the_links_that_npm_makes_are_left_out(source: Path) -> None:
    (source / "node_modules/.bin").mkdir(parents=True)
    (source / "node_modules/.bin/tool").symlink_to("../tool/cli.js")
    with tarfile.open(fileobj=io.BytesIO(frozen_tar(source))) as tar:
        assert not [name for name in tar.getnames() if "tool" in name]


def test_too_many_files_or_bytes_are_refused(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze, "MAX_FILES", 1)
    with pytest.raises(BadSource, match="more than 1 files"):
        frozen_tar(source)
    monkeypatch.undo()
    with (source / "large").open("wb") as file:
        file.truncate(freeze.MAX_BYTES + 1)
    with pytest.raises(BadSource, match="more than 30 MB"):
        frozen_tar(source)
