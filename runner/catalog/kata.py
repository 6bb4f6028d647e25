"""What a kata is, as values. Reading one from disk is `runner.catalog.loader`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What one copy of the service may use. Megabytes are 2**20 bytes; a `heap_mb` of 0 leaves the heap to Node.js."""

    memory_mb: int = 256
    heap_mb: int = 160
    cpus: float = 1.0
    pids: int = 128
    tmp_mb: int = 32
    log_mb: int = 1


BACKING_VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
"""The backing services that there are, and where a service finds each."""
BACKING = tuple(BACKING_VARIABLES)


class PostgresSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """What the service's role may do in its database; `connections` is how many it may have open at once."""

    connections: int = 50


class ServiceSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How a service is started and recognised.

    `entry` is started with Node.js; a `.ts` or `.mjs` file of the same stem takes its place where `entry` is absent.
    `health` answers 200 with JSON whose `instance` is the value of the environment variable `INSTANCE_ID`.
    `readiness` answers 200 while a replica should be given requests; `health` where it is empty.
    """

    entry: str = "server.js"
    health: str = "/healthz"
    readiness: str = ""
    env: dict[str, str] = {}


class Criterion(Struct, frozen=True, forbid_unknown_fields=True):
    """One production criterion: a plain sentence, what is measured, the limit, and why that limit.

    `lesson` is the page that explains it, as a link says it: `shutdown#say-no-first`; empty where none is named.
    `aside` says that its probe mostly waits, and so runs beside the others.
    """

    id: str
    sentence: str
    measure: str
    limit: str
    why: str
    needs: tuple[str, ...] = ()
    lesson: str = ""
    aside: bool = False


class KataSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """`kata.yaml`, as written."""

    title: str
    lesson: str
    points: tuple[str, ...]
    difficulty: int
    minutes: int
    criteria: tuple[Criterion, ...]
    service: ServiceSpec = ServiceSpec()
    downstreams: dict[str, str] = {}
    backing: tuple[str, ...] = ()
    postgres: PostgresSpec = PostgresSpec()
    replicas: int = 1
    limits: Limits = Limits()


class Kata(Struct, frozen=True):
    """A kata on disk: its slug, its folder, and what its `kata.yaml` says."""

    slug: str
    folder: Path
    spec: KataSpec

    @property
    def service_folder(self) -> Path:
        return self.folder / "service"

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.spec.criteria

    def criterion(self, criterion_id: str) -> Criterion:
        return next(c for c in self.spec.criteria if c.id == criterion_id)

    def with_needs(self, only: Iterable[str]) -> tuple[Criterion, ...]:
        """These criteria and all that they need, in the order of `kata.yaml`; all there are where `only` is empty."""
        wanted: set[str] = set()
        todo = list(only) or [criterion.id for criterion in self.criteria]
        while todo:
            criterion = todo.pop()
            if criterion not in wanted:
                wanted.add(criterion)
                todo.extend(self.criterion(criterion).needs)
        return tuple(criterion for criterion in self.criteria if criterion.id in wanted)
