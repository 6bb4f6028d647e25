"""Judges are pure: what they read is the history, and nothing of the machine they run on."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trust.delaying import KATAS, recorded

_KATAS = Path(__file__).parents[2] / "katas"

_CHILD = r"""
import json, sys, time

from tests.trust.delaying import KATAS, judge, load, recorded
from runner.verifier.recheck import probes_of

histories = [(slug, criterion, load(slug, criterion)) for slug, criterion in recorded()]
for kata in KATAS.values():
    probes_of(kata)
import runner.record.history as history_module
from runner.record.history import History

judging, met = False, []
HARMLESS = ("object.__getattr__", "sys._getframe", "builtins.id", "code.__new__", "import", "marshal.loads")


def audit(event, arguments):
    if judging and not event.startswith(HARMLESS):
        met.append(event)


def no_clock(*_):
    if judging:
        met.append("clock")
    return 1e9


for name in ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns", "sleep"):
    setattr(time, name, no_clock)
history_module.monotonic_s = no_clock


from_bytes = History.from_bytes.__func__


def kept(cls, data):
    global judging
    judging = False
    made = from_bytes(cls, data)
    judging = True
    return made


History.from_bytes = classmethod(kept)
sys.addaudithook(audit)
found = {}
for slug, criterion, data in histories:
    met.clear()
    finding = judge(slug, data)
    judging = False
    found[f"{slug}/{criterion}"] = [finding.verdict, sorted(set(met))]
print(json.dumps(found))
"""


def test_judging_opens_no_file_and_no_socket_starts_nothing_and_reads_no_clock() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], capture_output=True, text=True, cwd=_KATAS.parent, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) == len(list(recorded()))
    assert {name: met for name, (_, met) in found.items() if met} == {}
    assert {verdict for verdict, _ in found.values()} == {"passed"}


_PURE = {
    "__future__",
    "collections",
    "contextlib",
    "hashlib",
    "itertools",
    "json",
    "math",
    "re",
    "statistics",
    "typing",
}
_PURE |= {
    "msgspec",
    "urllib.parse",
    "collections.abc",
    "datetime",
    "base64",
    "struct",
    "enum",
    "operator",
    "functools",
    "string",
}
_VALUES = {
    *("BackingAct", "CallRecord", "Census", "Effect", "Exchange", "Finding", "History", "Measure", "Series", "Verdict"),
    *("VERY_LATE_S", "at_least", "at_most", "beside", "failed", "inconclusive", "kendall_tau", "passed"),
    *("held_up_s", "may_be_our_lateness"),
}


def _modules_of_judges() -> list[Path]:
    """Modules that hold nothing but judges: those beside `probes.py` that take what a judge needs and no more."""
    names = (
        "judges",
        "bursts",
        "drained",
        "idle",
        "outage",
        "spreading",
        "overtaking",
        "away",
        "ids",
        "sequence",
        "working",
    )
    return sorted(file for name in names for file in _KATAS.glob(f"*/{name}.py"))


@pytest.mark.parametrize("file", _modules_of_judges(), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_module_of_judges_imports_nothing_that_could_ask_the_world(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= _PURE
        elif isinstance(node, ast.ImportFrom) and node.module == "runner.probes":
            assert {alias.name for alias in node.names} <= _VALUES
        elif isinstance(node, ast.ImportFrom):
            assert node.module in _PURE
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "exec", "eval", "__import__", "input", "print")


def test_every_kata_has_such_a_module() -> None:
    assert {file.parent.name for file in _modules_of_judges()} == set(KATAS)
