"""The plain scripts that our verdicts are compared with: one a kata, and really run."""

from __future__ import annotations

import pytest

from runner.catalog.answers import load_key
from runner.sandbox.choose import prepare
from runner.verifier.bench_plain import answers_of, judge_plainly, script_of
from tests.trust.delaying import KATAS


def test_every_kata_has_a_plain_script() -> None:
    assert [slug for slug, kata in KATAS.items() if script_of(kata) is None] == []


def test_the_answers_compared_are_of_every_kind() -> None:
    for kata in KATAS.values():
        kinds = [answer.kind for answer in answers_of(kata)]
        assert kinds.count("broken") == 1 and kinds.count("accepted") == 2 and kinds.count("rejected") == 4


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["abrupt-shutdown", "n-plus-one"])
def test_a_plain_script_refuses_the_broken_service(slug: str) -> None:
    kata = KATAS[slug]
    script = script_of(kata)
    assert script is not None
    prepare("process", lambda text, fraction: None, kata.spec.backing)
    assert not judge_plainly(kata, load_key(kata).broken, script).passed
