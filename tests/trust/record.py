"""Records real histories as seeds of the tests here: `python -m tests.trust.record [KATA...]`, in the process sandbox.

One accepted fix of each kata is verified, and the history of each criterion is kept, compressed, in `histories/`.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import tempfile
from pathlib import Path

import msgspec

from runner.catalog.answers import load_key, materialise
from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas, load_kata
from runner.record.events import RunEnded
from runner.record.finding import Verdict
from runner.verifier import VerifyRequest, verify

FOLDER = Path(__file__).parent / "histories"
SEED = 20_26
_LINES_KEPT = 12
_LONGEST_BODY = 400_000


async def record(kata: Kata) -> None:
    """Keep the histories of the first accepted fix of the kata, all of which have to pass."""
    with tempfile.TemporaryDirectory() as scratch:
        service = materialise(kata, load_key(kata).accepted[0], Path(scratch) / "service")
        histories = Path(scratch) / "histories"
        histories.mkdir()
        async for event in verify(VerifyRequest(kata, service, "process", SEED, histories=histories)):
            if isinstance(event, RunEnded):
                for result in event.report.results:
                    print(kata.slug, result.criterion, result.finding.verdict, f"{result.wall_s:.1f} s")
                    assert result.finding.verdict is Verdict.PASSED, result.finding.sentence
        for file in sorted(histories.glob("*.json")):
            _keep(kata.slug, file)


def _keep(slug: str, file: Path) -> None:
    """What no judge reads is left out: lines that the service printed but for the first few, and bodies of exports."""
    kept = msgspec.json.decode(file.read_bytes())
    kept["logged"] = kept.get("logged", [])[:_LINES_KEPT]
    for exchange in kept.get("exchanges", []):
        if len(exchange.get("body", "")) > _LONGEST_BODY:
            exchange["body"] = ""
    into = FOLDER / slug / f"{file.stem}.json.gz"
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_bytes(gzip.compress(msgspec.json.encode(kept), mtime=0))
    print(f"  {file.stem}: {file.stat().st_size} bytes, {into.stat().st_size} kept")


if __name__ == "__main__":
    for one in [load_kata(slug) for slug in sys.argv[1:]] or all_katas():
        asyncio.run(record(one))
