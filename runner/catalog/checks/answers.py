"""The answer key: enough of it, of differing kinds, each with its reason, and each differing from what is shipped."""

from __future__ import annotations

from collections.abc import Iterator

from runner.catalog.answers import Answer, AnswerKey, load_key
from runner.catalog.checks.problem import Problem, from_error
from runner.catalog.checks.service import check_imports, toolbox_packages
from runner.catalog.checks.texts import check_leftovers
from runner.catalog.content import content_root
from runner.catalog.errors import CatalogError
from runner.catalog.files import walk_files
from runner.catalog.kata import Kata

MIN_ACCEPTED, MIN_REJECTED = 3, 4
_NPM = "npm package "


def check_answers(kata: Kata) -> Iterator[Problem]:
    """All of the key of one kata; the first file that cannot be read hides the others."""
    folder = content_root() / "solutions" / kata.slug
    try:
        key = load_key(kata)
    except CatalogError as error:
        yield from_error(error, folder)
        return
    yield from _enough(key)
    yield from _approaches(key)
    yield from _every_criterion_bites(kata, key)
    for answer in key.all:
        yield from _fails(kata, answer)
    for answer in (*key.accepted, *key.rejected):
        yield from _one_answer(kata, answer)
    yield from check_leftovers(folder)
    yield from check_imports(folder)


def _enough(key: AnswerKey) -> Iterator[Problem]:
    counts = (("accepted", len(key.accepted), MIN_ACCEPTED), ("rejected", len(key.rejected), MIN_REJECTED))
    for kind, have, need in counts:
        if have < need:
            yield Problem(key.folder / kind, None, f"there should be at least {need} {kind} answers; there are {have}")


def _approaches(key: AnswerKey) -> Iterator[Problem]:
    """At least three approaches, among them one by hand and one with a package of the toolbox."""
    where = key.folder / "accepted"
    approaches = {answer.approach for answer in key.accepted}
    if len(key.accepted) >= MIN_ACCEPTED and len(approaches) < MIN_ACCEPTED:
        yield Problem(where, None, f"the accepted answers should differ in approach: {', '.join(sorted(approaches))}")
    if not any(each.startswith("by hand") for each in approaches):
        yield Problem(where, None, "one accepted answer should have `approach: by hand`")
    packages = [each.removeprefix(_NPM).split(" ")[0] for each in approaches if each.startswith(_NPM)]
    if not packages:
        yield Problem(where, None, f"one accepted answer should have `approach: {_NPM}NAME`")
    for package in packages:
        if package.rstrip(",;:") not in toolbox_packages():
            yield Problem(where, None, f"the approach names {package!r}, which katas/package.json does not have")


def _every_criterion_bites(kata: Kata, key: AnswerKey) -> Iterator[Problem]:
    failed = {name for answer in key.all for name in answer.fails}
    for criterion in kata.criteria:
        if criterion.id not in failed:
            text = f"nothing shows that {criterion.id!r} bites: no answer and not the broken service fails it"
            yield Problem(key.folder, None, text)


def _fails(kata: Kata, answer: Answer) -> Iterator[Problem]:
    """What needs a failed criterion comes out blocked, and is not to be listed."""
    file = answer.folder / ("broken.yaml" if answer.kind == "broken" else "answer.yaml")
    for name in answer.fails:
        for need in kata.criterion(name).needs:
            if need in answer.fails:
                yield Problem(file, None, f"{name!r} needs {need!r}, which fails: it comes out blocked; do not list it")


def _one_answer(kata: Kata, answer: Answer) -> Iterator[Problem]:
    file = answer.folder / "answer.yaml"
    for name, text in (("title", answer.title), ("why", answer.why)):
        if not text.strip() or "\n" in text.strip():
            yield Problem(file, None, f"`{name}` should be one line of text")
    overlay = [each for each in walk_files(answer.folder) if each.as_posix() != "answer.yaml"]
    if not overlay and not answer.remove:
        yield Problem(answer.folder, None, "differs in nothing from the shipped service")
    for relative in overlay:
        shipped = kata.service_folder / relative
        if shipped.is_file() and shipped.read_bytes() == (answer.folder / relative).read_bytes():
            yield Problem(answer.folder / relative, None, "is the same as in the shipped service: remove it here")
