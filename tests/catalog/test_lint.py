"""Each rule of lint, by breaking it in an otherwise complete kata."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runner.catalog.errors import NoSuchKata
from runner.catalog.lint import lint
from tests.catalog.changing import replace

KATA, KEY, COURSE = "katas/slow-scan", "solutions/slow-scan", "course"
PROBES = f"{KATA}/probes.py"
JUDGE = "@good_and_bad_requests.judge\n"


def complaints(slugs: list[str] | None = None) -> str:
    return "\n".join(str(problem) for problem in lint(slugs))


def test_a_complete_kata_has_no_problems(root: Path) -> None:
    assert complaints() == ""


def test_an_unknown_kata_is_refused_with_the_nearest_name(root: Path) -> None:
    with pytest.raises(NoSuchKata, match="Did you mean 'slow-scan'"):
        lint(["slow-scam"])


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (f"{KATA}/kata.yaml", "title:", "titel:", "unknown key `titel`"),
        (f"{KATA}/kata.yaml", "lesson: slow-scan", "lesson: slow-scam", "no lesson 'slow-scam'"),
        (f"{KATA}/kata.yaml", "points: [P1.1]", "points: [P1.11]", "no point 'P1.11'. Did you mean 'P1.1'"),
        (f"{KATA}/kata.yaml", "points: [P1.1]", "points: []", "syllabus has this kata make P1.1 testable"),
        (f"{KATA}/kata.yaml", "limit: every", "limit: '' # ", "has an empty `limit`"),
        (f"{KATA}/kata.yaml", "    limit:", "    lesson: slow-scan#two-place\n    limit:", "Did you mean 'two-places'"),
        (f"{KATA}/kata.yaml", "    limit:", "    lesson: slow-scam\n    limit:", "no lesson 'slow-scam'"),
        (PROBES, '@probe("bad-requests', '@probe("bad-request', "is for no criterion. Did you mean"),
        (PROBES, JUDGE, "", "has no judge: add `@good_and_bad_requests.judge`"),
        (PROBES, JUDGE, JUDGE + "def again(history: History) -> Finding: (", "not valid Python"),
        (PROBES, '@probe("bad-requests-are-refused", window_s=0.5)\n', "", "no probe for the criterion"),
        (f"{KATA}/hints.md", "### 3", "### 4", "should have the levels 1, 2 and 3"),
        (f"{KATA}/incident.md", "service/README.md", "service/READMY.md", "leads nowhere"),
        (
            f"{KATA}/service/README.md",
            "Keeps what",
            "[See](../kata.yaml). Keeps what",
            "out of the folder that a learner",
        ),
        (f"{KATA}/service/README.md", "INSTANCE_ID", "INSTANCE", "should name `INSTANCE_ID`"),
        (f"{KATA}/service/README.md", "/healthz", "/health", "should name `/healthz`"),
        (f"{KATA}/kata.yaml", "difficulty: 1", "difficulty: 1\nbacking: [valkey]", "should name `REDIS_URL`"),
        (f"{KATA}/kata.yaml", "difficulty: 1", "difficulty: 1\ndownstreams: {pay: PAY_URL}", "should name `PAY_URL`"),
        (f"{KATA}/kata.yaml", "entry:", "readiness: /readyz\n  entry:", "asked of several `replicas` only"),
        (f"{KATA}/kata.yaml", "difficulty: 1", "difficulty: 1\nreplicas: 9", "`replicas` should be from 1 to 5"),
        (PROBES, "(client: Client", "(replicas: Replicas, client: Client", "so it should ask for `service`"),
        (f"{KATA}/service/package.json", '"type": "module",', "", '"type": "module"'),
        (f"{KATA}/service/package.json", "{", "", "not valid JSON"),
        (f"{KATA}/service/src/app.js", "'express'", "'fastify'", "imports 'fastify'"),
        (f"{KATA}/service/src/app.js", "const app", "// TODO\n  const app", "is unfinished: TODO"),
        (
            f"{KEY}/rejected/ascii-only/answer.yaml",
            "title: A",
            "title: >-\n\n  a\n\n  b\n# A",
            "`title` should be one line",
        ),
        (f"{KEY}/accepted/zod/answer.yaml", "npm package zod", "npm package nothing", "'nothing', which katas/package"),
        (f"{KEY}/accepted/zod/answer.yaml", "npm package zod", "by hand", "should differ in approach"),
        (f"{KEY}/accepted/by-hand/answer.yaml", "by hand", "by foot", "should have `approach: by hand`"),
        (f"{KEY}/accepted/zod/src/items.js", "'zod'", "'joi'", "imports 'joi'"),
        (f"{COURSE}/slow-scan.md", "katas: [slow-scan]", "katas: []", "should lead to its kata"),
        (f"{COURSE}/slow-scan.md", "katas: [slow-scan]", "katas: [slow-scan, nil]", "no kata 'nil'"),
        (f"{COURSE}/slow-scan.md", "prerequisites: []", "prerequisites: [slow-scan]", "comes no earlier"),
        (f"{COURSE}/slow-scan.md", "points: [P1.1]", "points: [P1.2]", "syllabus has this lesson teach P1.1"),
        (f"{COURSE}/slow-scan.md", "bytes ->", "b" * 70 + " ->", "at most 76 columns"),
        (f"{COURSE}/slow-scan.md", "In the kata", "In [the kata](../katas/none)", "leads nowhere"),
        (f"{COURSE}/syllabus.yaml", "[slow-scan]", "[slow-scan, slow-scan]", "is there twice"),
        (f"{COURSE}/syllabus.yaml", "lessons: [slow-scan]", "lessons: []\ncomplete: true", "is in no module of the"),
        (
            f"{COURSE}/syllabus.yaml",
            "lesson: slow-scan",
            "lesson: slow-scam",
            "in no module. Did you mean 'slow-scan'?",
        ),
    ],
)
def test_each_broken_rule_is_told(root: Path, file: str, old: str, new: str, complaint: str) -> None:
    replace(root / file, old, new)
    assert complaint in complaints()


@pytest.mark.parametrize(
    ("gone", "complaint"),
    [
        (f"{KATA}/kata.yaml", "no kata here: this file is missing"),
        (f"{KATA}/incident.md", "incident.md: this file is missing"),
        (f"{KATA}/debrief.md", "debrief.md: this file is missing"),
        (f"{KATA}/hints.md", "hints.md: this file is missing"),
        (f"{KATA}/probes.py", "probes.py: this file is missing"),
        (f"{KATA}/service/README.md", "README.md: this file is missing"),
        (f"{KATA}/service/server.js", "entry file is missing"),
        (f"{KATA}/service/src/app.js", "should have 80 to 300 lines"),
        (f"{KEY}/broken.yaml", "broken.yaml: this file is missing"),
        (f"{KEY}/accepted/zod", "at least 3 accepted answers; there are 2"),
        (f"{KEY}/rejected/ascii-only", "at least 4 rejected answers; there are 3"),
        (KEY, "no answer key for 'slow-scan'"),
        (f"{COURSE}/slow-scan.md", "no lesson 'slow-scan'"),
    ],
)
def test_each_missing_part_is_told(root: Path, gone: str, complaint: str) -> None:
    place = root / gone
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    assert complaint in complaints()


@pytest.mark.parametrize("name", ["incident.md", "debrief.md", "service/README.md", "service/src/empty.js"])
def test_an_empty_file_is_told(root: Path, name: str) -> None:
    (root / KATA / name).write_text("\n")
    assert f"{Path(name).name}: is empty" in complaints()


def test_a_kata_of_several_replicas_names_its_readiness_and_its_probes_ask_for_them(root: Path) -> None:
    replace(root / KATA / "kata.yaml", "health: /healthz", "health: /healthz\n  readiness: /readyz\nreplicas: 3")
    assert "should name `/readyz`, its readiness route" in complaints()
    replace(root / KATA / "service/README.md", "/healthz", "/healthz /readyz /healthz")
    assert complaints() == ""
    replace(root / PROBES, "(client: Client", "(service: Service, client: Client")
    assert "asks for `service`; kata.yaml says `replicas: 3`, so it should ask for `replicas`" in complaints()


def test_an_answer_that_repeats_a_shipped_file_is_told(root: Path) -> None:
    shutil.copy(root / KATA / "service/server.js", root / KEY / "accepted/zod/server.js")
    assert "is the same as in the shipped service" in complaints()


def test_an_answer_that_changes_nothing_is_told(root: Path) -> None:
    shutil.rmtree(root / KEY / "accepted/zod/src")
    assert "differs in nothing" in complaints()


def test_probes_in_another_order_are_told(root: Path) -> None:
    _second_criterion(root)
    text = (root / PROBES).read_text()
    second = '\n\n@probe("second")\nasync def two() -> None: ...\n\n\n@two.judge\ndef judged() -> None: ...\n'
    (root / PROBES).write_text(text + second)
    assert "order of kata.yaml" not in complaints()
    head, tail = text.split('@probe("', 1)
    (root / PROBES).write_text(head + second + '\n\n@probe("' + tail)
    assert "should be in the order of kata.yaml: bad-requests-are-refused, second" in complaints()


def test_a_second_probe_for_a_criterion_is_told(root: Path) -> None:
    text = (root / PROBES).read_text()
    (root / PROBES).write_text(text + '\n\n@probe("bad-requests-are-refused")\nasync def two() -> None: ...\n')
    assert "there is a second probe for 'bad-requests-are-refused'" in complaints()


def test_a_criterion_that_nothing_fails_is_told(root: Path) -> None:
    _second_criterion(root)
    assert "nothing shows that 'second' bites" in complaints()


def test_a_criterion_that_comes_out_blocked_is_not_to_be_listed(root: Path) -> None:
    _second_criterion(root)
    replace(root / KEY / "broken.yaml", "refused]", "refused, second]")
    assert "'second' needs 'bad-requests-are-refused', which fails" in complaints()


def test_a_problem_names_its_line(root: Path) -> None:
    file = root / KATA / "service/src/log.js"
    file.write_text(file.read_text() + "// FIXME later\n")
    (problem,) = lint(["slow-scan"])
    assert problem.file == file
    assert file.read_text().splitlines()[(problem.line or 0) - 1] == "// FIXME later"


def test_installed_packages_are_not_looked_at(root: Path) -> None:
    junk = root / KATA / "service/node_modules/x/index.js"
    junk.parent.mkdir(parents=True)
    junk.write_text("import 'nothing'; // TODO\n")
    (root / "katas/node_modules").mkdir()
    assert complaints() == ""


def _second_criterion(root: Path) -> None:
    file = root / KATA / "kata.yaml"
    text = file.read_text() + (
        "  - {id: second, sentence: s, measure: m, limit: l, why: w, needs: [bad-requests-are-refused]}\n"
    )
    file.write_text(text)
    hints = root / KATA / "hints.md"
    hints.write_text(hints.read_text() + "\n## second\n\n### 1\na\n### 2\nb\n### 3\nc\n")
