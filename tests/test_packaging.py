"""What a wheel holds, and that it works away from the checkout; what the README's lines call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def _prodrill(site: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(site), "PRODRILL_HOME": str(home), "PRODRILL_WORKSPACE": str(home / "work")}
    command = [sys.executable, "-m", "runner.cli.main", *arguments]
    return subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_a_wheel_holds_the_course_the_katas_and_the_answer_keys(unpacked: Path) -> None:
    content = unpacked / "runner" / "_content"
    for kata in (CHECKOUT / "katas").glob("*/kata.yaml"):
        slug = kata.parent.name
        assert (content / "katas" / slug / "service" / "server.js").is_file()
        assert (content / "solutions" / slug / "broken.yaml").is_file()
    assert (content / "course" / "syllabus.yaml").is_file()
    assert (content / "katas" / "package-lock.json").is_file()
    assert not list(unpacked.rglob("node_modules"))


def test_a_wheel_works_away_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    listed = _prodrill(unpacked, "list", "--json", home=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "blocked-event-loop" in listed.stdout
    started = _prodrill(unpacked, "start", "abrupt-shutdown", home=tmp_path)
    assert started.returncode == 0, started.stderr
    verified = _prodrill(unpacked, "verify", "abrupt-shutdown", "--sandbox", "process", "--json", "-", home=tmp_path)
    assert verified.returncode == 1, verified.stderr
    assert json.loads(verified.stdout)["verdict"] == "failed"


def test_the_bootstrap_says_what_it_can_do() -> None:
    said = subprocess.run(
        [sys.executable, str(CHECKOUT / "runner" / "bootstrap.py"), "dance"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert "bootstrap.py open" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_readme_names_the_two_lines() -> None:
    readme = (CHECKOUT / "README.md").read_text()
    assert "python3 runner/bootstrap.py open" in readme
    assert "python3 runner/bootstrap.py test" in readme
