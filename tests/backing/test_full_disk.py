"""A disk that fills up while a service is probed is told as that, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.record.finding import Verdict
from runner.sandbox.toolbox import Toolbox
from tests.backing.serving import kata_with, report_of

_FILL = """    word = inputs.token()
    with open("{place}/fill", "wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)):
                pass
        except OSError:
            pass
    await get(client, "/keep/other")
"""


@pytest.fixture
def small_disk(servers: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache whose place for servers is a disk of 230 MB of its own."""
    toolbox = Toolbox().folder
    cache = Path(tempfile.mkdtemp(prefix="prodrill-test-"))
    cache.chmod(0o755)
    (cache / toolbox.name).symlink_to(toolbox)
    place = cache / "backing"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=230m,mode=0711", "prodrill-test", str(place)]
    try:
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("a disk can be mounted by root alone, and not in every container")
        monkeypatch.setenv("PRODRILL_CACHE", str(cache))
        monkeypatch.setenv("PRODRILL_SERVERS", str(place / "runs"))
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)
    finally:
        subprocess.run(["rm", "-rf", str(cache)], check=True)


def test_a_disk_that_fills_up_is_our_error_with_its_place(small_disk: Path, tmp_path: Path) -> None:
    fill = _FILL.format(place=small_disk)
    folder = kata_with(tmp_path, ("probes.py", "    word = inputs.token()\n", fill))
    report = report_of(folder, "process", "keeps")
    said = report.results[0].finding.sentence
    assert report.verdict is Verdict.ERROR and f"The disk of {small_disk}" in said and "is full" in said, said
    assert list((small_disk / "runs").iterdir()) == []
