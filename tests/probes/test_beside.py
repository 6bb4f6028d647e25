"""A kata's modules find each other by path: each file once, and no mixing of two katas."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runner.probes import beside


def _kata(root: Path, slug: str, **files: str) -> Path:
    """A folder with these modules; returns the path of its `probes.py`."""
    folder = root / slug
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder / "probes.py"


def test_a_module_beside_the_file_is_loaded_and_named_after_its_folder(tmp_path: Path) -> None:
    judges = beside(str(_kata(tmp_path, "lost-rows", judges="LIMIT = 3")), "judges")
    assert (judges.LIMIT, judges.__name__) == (3, "lost_rows_judges")


def test_every_neighbour_that_asks_gets_the_same_module(tmp_path: Path) -> None:
    ask = 'from runner.probes import beside\nscene = beside(__file__, "scene")'
    probes = _kata(tmp_path, "shared-scene", scene="class Scene: ...", judges=ask, reading=ask)
    scenes = [beside(probes, "scene"), beside(probes, "judges").scene, beside(probes, "reading").scene]
    assert scenes[0] is scenes[1] is scenes[2]


def test_modules_that_ask_for_each_other_are_loaded_once_each(tmp_path: Path) -> None:
    ask = "from runner.probes import beside\nother = beside(__file__, {!r})"
    probes = _kata(tmp_path, "a-circle", one=ask.format("two"), two=ask.format("one"))
    one = beside(probes, "one")
    assert one.other.other is one


def test_modules_of_the_same_name_in_two_katas_are_two(tmp_path: Path) -> None:
    first = beside(_kata(tmp_path, "first-kata", judges="LIMIT = 1"), "judges")
    second = beside(_kata(tmp_path, "second-kata", judges="LIMIT = 2"), "judges")
    assert (first.LIMIT, second.LIMIT) == (1, 2)
    assert first.__name__ != second.__name__


def test_two_copies_of_a_kata_do_not_mix_however_they_take_turns(tmp_path: Path) -> None:
    left = _kata(tmp_path / "left", "copied-kata", judges="LIMIT = 1")
    right = _kata(tmp_path / "right", "copied-kata", judges="LIMIT = 2")
    first = beside(left, "judges")
    assert (first.LIMIT, beside(right, "judges").LIMIT) == (1, 2)
    assert beside(left, "judges") is first


def test_a_dataclass_may_live_beside_the_probes(tmp_path: Path) -> None:
    text = "from __future__ import annotations\nimport dataclasses\n@dataclasses.dataclass\nclass Row:\n    n: int"
    assert beside(_kata(tmp_path, "with-values", values=text), "values").Row(4).n == 4


def test_a_missing_file_is_named_with_who_needs_it(tmp_path: Path) -> None:
    probes = _kata(tmp_path, "lacks-judges")
    with pytest.raises(ModuleNotFoundError) as caught:
        beside(probes, "judges")
    assert str(probes.with_name("judges.py")) in str(caught.value)
    assert "probes.py needs it" in str(caught.value)


def test_a_module_that_does_not_load_is_not_kept(tmp_path: Path) -> None:
    probes = _kata(tmp_path, "broken-module", judges="1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            beside(probes, "judges")
    assert "broken_module_judges" not in sys.modules
