"""Katas from disk: what is accepted, in which order, and how each kind of mistake is told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runner.catalog.errors import BadValue, BadYaml, CatalogError, MissingFile, MissingKey, NoSuchKata, UnknownKey
from runner.catalog.loader import all_katas, kata_slugs, load_kata, survey
from runner.catalog.scaffold import scaffold
from tests.catalog.changing import replace


def test_a_kata_is_found_by_name_and_by_folder(root: Path) -> None:
    by_name = load_kata("slow-scan")
    assert by_name.slug == "slow-scan"
    assert by_name.spec.title == "Slow scan"
    assert load_kata(root / "katas" / "slow-scan") == by_name
    assert load_kata(str(root / "katas" / "slow-scan")) == by_name


def test_an_unknown_name_is_answered_with_the_nearest_one(root: Path) -> None:
    with pytest.raises(NoSuchKata, match=r"'slow-scna'.*Did you mean 'slow-scan'") as caught:
        load_kata("slow-scna")
    assert caught.value.nearest == "slow-scan"


@pytest.mark.parametrize("name", ["", "..", "no such", "Ärger", "-", "a/../../b"])
def test_strange_names_are_refused_without_a_traceback(root: Path, name: str) -> None:
    with pytest.raises(CatalogError):
        load_kata(name)


def test_a_folder_without_kata_yaml_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"kata\.yaml"):
        load_kata(tmp_path)


def test_an_unknown_key_names_file_line_key_and_the_nearest_valid_one(kata_file: Path) -> None:
    replace(kata_file, "    measure: >-", "    mesure: x\n    measure: >-")
    with pytest.raises(UnknownKey) as caught:
        load_kata("slow-scan")
    error = caught.value
    assert (error.key, error.nearest, error.file) == ("criteria[0].mesure", "measure", kata_file)
    assert error.line == kata_file.read_text().splitlines().index("    mesure: x") + 1
    assert str(error).startswith(f"{kata_file}:{error.line}: unknown key `criteria[0].mesure`")


def test_an_unknown_key_unlike_any_other_lists_the_valid_ones(kata_file: Path) -> None:
    replace(kata_file, "difficulty: 1", "difficulty: 1\nlimits: {qqq: 1}")
    with pytest.raises(UnknownKey, match=r"`limits\.qqq`\. Valid here: memory_mb, heap_mb, cpus"):
        load_kata("slow-scan")


def test_a_wrong_type_names_the_key_and_shows_the_value(kata_file: Path) -> None:
    replace(kata_file, "minutes: 15", "minutes: a while")
    with pytest.raises(BadValue, match=r":5: `minutes` should be `int`, but is `str`: 'a while'"):
        load_kata("slow-scan")


def test_a_missing_key_is_named(kata_file: Path) -> None:
    replace(kata_file, "difficulty: 1\n", "")
    with pytest.raises(MissingKey, match="the key `difficulty` is missing"):
        load_kata("slow-scan")


def test_a_missing_key_of_a_criterion_is_named_with_its_place(kata_file: Path) -> None:
    replace(kata_file, "    limit: every", "    # every")
    with pytest.raises(MissingKey, match=r"`criteria\[0\]\.limit`"):
        load_kata("slow-scan")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title: [", 2),
        ("title: a\n\ttab: b\n", 2),
        ("title: a\ntitle: b\n", 2),
        ("- a\n- b\n", 1),
        ("", 1),
        ("\0", None),
    ],
)
def test_what_is_no_yaml_mapping_is_refused_with_its_line(kata_file: Path, text: str, line: int | None) -> None:
    kata_file.write_text(text)
    with pytest.raises(BadYaml) as caught:
        load_kata("slow-scan")
    if line is not None:
        assert caught.value.line == line


def test_a_merge_key_may_be_overridden(kata_file: Path) -> None:
    replace(kata_file, "difficulty: 1", "limits: {<<: &base {pids: 64, cpus: 2}, pids: 32}\ndifficulty: 1")
    assert load_kata("slow-scan").spec.limits.pids == 32


def test_bytes_that_are_no_text_are_refused(kata_file: Path) -> None:
    kata_file.write_bytes(b"title: \xff\xfe\n")
    with pytest.raises(BadYaml, match="UTF-8"):
        load_kata("slow-scan")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("difficulty: 1", "difficulty: 9", "`difficulty` should be from 1 to 5, but is 9"),
        ("difficulty: 1", "difficulty: 1\nlimits: {memory_mb: 64, heap_mb: 65}", r"`limits\.heap_mb`"),
        ("difficulty: 1", "difficulty: 1\ndownstreams: {pay: pay-url}", r"`downstreams\.pay`.*'pay-url'"),
        ("difficulty: 1", "difficulty: 1\nbacking: [postgress]", r"`backing\[0\]` .*Did you mean 'postgres'\?"),
        ("difficulty: 1", "difficulty: 1\nbacking: [mysql]", r"should be postgres or valkey, but is 'mysql'"),
        ("difficulty: 1", "difficulty: 1\nbacking: [valkey, valkey]", r"`backing\[1\]` is there twice"),
        ("difficulty: 1", "difficulty: 1\npostgres: {connections: 0}", r"`postgres\.connections` should be from 1 to"),
        ("lesson: slow-scan", "lesson: ../x", "`lesson`"),
        ("entry: server.js", "entry: ../server.js", r"`service\.entry`"),
        ("health: /healthz", "health: healthz", r"`service\.health`"),
        ("difficulty: 1", "difficulty: 1\nreplicas: 0", "`replicas` should be from 1 to 5, but is 0"),
        ("difficulty: 1", "difficulty: 1\nreplicas: 6", "`replicas` should be from 1 to 5, but is 6"),
        ("difficulty: 1", "difficulty: 1\nreplicas: three", "`replicas`"),
        ("health: /healthz", "health: /healthz\n  readiness: /readyz", "asked of several `replicas` only"),
        ("id: bad-requests-are-refused", "id: Bad", r"`criteria\[0\]\.id`"),
        (
            "  - id: bad-requests-are-refused",
            "  - needs: [later]\n    id: bad-requests-are-refused",
            "'later' is not one",
        ),
    ],
)
def test_values_out_of_range_are_refused(kata_file: Path, old: str, new: str, complaint: str) -> None:
    replace(kata_file, old, new)
    with pytest.raises(BadValue, match=complaint):
        load_kata("slow-scan")


def test_needs_refer_to_earlier_criteria_and_ids_are_unique(kata_file: Path) -> None:
    text = kata_file.read_text()
    criterion = text[text.index("  - id:") :]
    kata_file.write_text(text + criterion)
    with pytest.raises(BadValue, match="is there twice: 'bad-requests-are-refused'"):
        load_kata("slow-scan")
    kata_file.write_text(text + criterion.replace("id: bad-requests", "needs: [third]\n    id: other"))
    with pytest.raises(BadValue, match="'third' is not one"):
        load_kata("slow-scan")


def test_a_criterion_aside_needs_another_and_none_waits_for_it(kata_file: Path) -> None:
    text = kata_file.read_text()
    criterion = text[text.index("  - id:") :]
    kata_file.write_text(text + criterion.replace("id: bad-requests", "aside: true\n    id: other"))
    with pytest.raises(BadValue, match="should be of a criterion that needs another"):
        load_kata("slow-scan")
    aside = criterion.replace("id: bad-requests", "aside: true\n    needs: [bad-requests-are-refused]\n    id: other")
    kata_file.write_text(text + aside)
    assert load_kata("slow-scan").criteria[-1].aside
    last = criterion.replace("id: bad-requests", "needs: [other-are-refused]\n    id: third")
    kata_file.write_text(text + aside + last)
    with pytest.raises(BadValue, match="should not wait for 'other-are-refused', which runs aside"):
        load_kata("slow-scan")


def test_katas_come_in_course_order_then_by_difficulty(root: Path) -> None:
    for slug in ("zebra", "alpha", "unlisted"):
        scaffold(slug)
    replace(root / "course" / "syllabus.yaml", "[slow-scan]", "[zebra, slow-scan]")
    replace(root / "katas" / "alpha" / "kata.yaml", "lesson: alpha", "lesson: slow-scan")
    replace(root / "katas" / "alpha" / "kata.yaml", "difficulty: 1", "difficulty: 2")
    assert [kata.slug for kata in all_katas()] == ["zebra", "slow-scan", "alpha", "unlisted"]


def test_without_a_syllabus_katas_come_by_difficulty_and_name(root: Path) -> None:
    scaffold("alpha")
    (root / "course" / "syllabus.yaml").unlink()
    replace(root / "katas" / "alpha" / "kata.yaml", "difficulty: 1", "difficulty: 2")
    assert [kata.slug for kata in all_katas()] == ["slow-scan", "alpha"]


def test_one_broken_kata_hides_no_other(root: Path) -> None:
    scaffold("alpha")
    (root / "katas" / "alpha" / "kata.yaml").write_text("title: [")
    katas, problems = survey()
    assert [kata.slug for kata in katas] == ["slow-scan"]
    assert len(problems) == 1
    with pytest.raises(BadYaml):
        all_katas()


def test_a_content_root_without_katas_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_CONTENT", str(tmp_path))
    with pytest.raises(CatalogError, match="PRODRILL_CONTENT"):
        kata_slugs()


def test_forty_katas_are_all_read(root: Path) -> None:
    for number in range(39):
        scaffold(f"kata-{number}")
    started = time.perf_counter()
    assert len(all_katas()) == 40
    print(f"40 katas in {(time.perf_counter() - started) * 1000:.0f} ms")
