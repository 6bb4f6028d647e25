"""Ledgers of an earlier engine that count for the one now, because what it changed could have changed none of them.

That is not to be believed of a change but shown for each trial: an entry says what a trial has to have been like.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from runner.probes.verdict import CROWDED
from runner.record.finding import Verdict
from runner.verifier.ledger import Head, LedgerError
from runner.verifier.origin import ENGINE
from runner.verifier.trial import Trial


class Carried(Struct, frozen=True):
    """The commits of an engine (SHA-256 `was`), and why no trial of it that `holds` would differ with the one `now`."""

    commits: tuple[str, ...]
    was: str
    why: str
    holds: Callable[[Trial], bool]


def uncrowded(trial: Trial) -> bool:
    """No round that decided was beyond the crowd limit; of what was not judged nothing is said, with either."""
    return all(
        one.verdict is Verdict.BLOCKED or (one.watched is not None and one.watched.crowd <= CROWDED)
        for one in trial.judged
    )


def without_an_error(trial: Trial) -> bool:
    return all(one.verdict is not Verdict.ERROR for one in trial.judged)


def any_trial(_: Trial) -> bool:
    """Of a change to how verdicts are told, once they are there, or to what none of the runs made use of."""
    return True


NOW = "bb8c4d6a60221b4480ce2b29657e9e25cc57cba5fa0886b957dc7a0c5ea579b1"
CARRIED = (
    Carried(
        ("f4bb9e43343789850d881c81c1023fe7c0f7bdcf",),
        "a9a0684d22524ef07494064d40dbcfbf353861d57fadb26a274888a9d5c4940d",
        "a service ended at its memory, disk or output limit on a machine beyond the crowd limit was failed and is "
        "inconclusive now, and none of these runs was beyond it; containers leave in turn, after the verdicts",
        uncrowded,
    ),
    Carried(
        ("935b11f6ceec530ab3c9c7b1f4d0bbef4d3bbaa8", "99ab61bf24ded3dbadebf0691e73eac77aa44ffd"),
        "2c6bd4040aedcb648f2150b7991c351a0bb4bdbeb28fff6abf3b61368a1acef0",
        "containers that cannot leave in turn, for want of a lock, were an error and leave all the same now, and none "
        "of these runs had an error",
        without_an_error,
    ),
    Carried(
        (
            "180842dc013d3a5281c9a2aeff1b51ad353c418f",
            "6f9cc594ebcd1197ad3cca97134567d29e03d6a4",
            "784cb758c4c63043a8414b4a8386a2b77d52ac71",
            "826a80d11e1befb106f20321b50dc8eac0ba5f9d",
            "db14a90b83a3091195ea4296b49ce6696e7de2bb",
        ),
        "d6120a78c7b86aa3401a9ba6139eff556e93ddf64906161047dd11948e7a5663",
        "what failed aside was told when the next of the other probes was over and is told at once now; what is driven "
        "and what is judged is the same, so that this holds for any run",
        any_trial,
    ),
    Carried(
        ("2d6801d5b651fa1cfd93157ca1a97a18d776aaff",),
        "60f754344d72c89af49cf37f004fff96980b3b589400dda02c7e175b2a0741d3",
        "a Valkey on the PATH in a folder of another name than bin was not found when it was to start; these runs had "
        "that of a package, which has a bin",
        any_trial,
    ),
)


def as_now(head: Head, trials: Sequence[Trial]) -> Head:
    """The head to count a ledger by. Raises LedgerError where one of its trials could be another now."""
    entry = next((each for each in CARRIED if each.was == head.origin.sources.get(ENGINE)), None)
    if entry is None:
        return head
    if doubtful := next((trial for trial in trials if not entry.holds(trial)), None):
        raise LedgerError(
            f"{doubtful.kata}, {doubtful.variant}, {doubtful.condition.text}, seed {doubtful.seed} cannot be carried "
            f"over from engine {entry.was[:12]}. Make it anew."
        )
    return structs.replace(head, origin=structs.replace(head.origin, sources=head.origin.sources | {ENGINE: NOW}))
