"""Images of PostgreSQL and Valkey that an engine has already: nothing is ever pulled here."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from runner.sandbox.base import NoEngine

if TYPE_CHECKING:
    from docker import DockerClient

_REPOSITORIES = {"postgres": ("postgres",), "valkey": ("valkey/valkey", "redis")}
_VERSION_VARIABLES = {"postgres": ("PG_VERSION", "PG_MAJOR"), "valkey": ("VALKEY_VERSION", "REDIS_VERSION")}
_NUMBER = re.compile(r"\d+(\.\d+)*")


class FoundImage(Struct, frozen=True):
    """An image's tag, and the version of the server in it; empty where it does not say."""

    tag: str
    version: str


def wanted_text(kind: str) -> str:
    """Which images are looked for."""
    return _named(kind) or " or ".join(_REPOSITORIES[kind])


def _named(kind: str) -> str:
    """`PRODRILL_POSTGRES_IMAGE`, for an image of another name."""
    return os.environ.get(f"PRODRILL_{kind.upper()}_IMAGE", "")


def images_of(kind: str) -> list[FoundImage]:
    """What the engine has, the newest server first. NoEngine where none answers."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    from runner.sandbox.engine import connect

    client, _ = connect()
    try:
        named = _named(kind)
        found = [
            FoundImage(tag, _version_in(client, kind, tag))
            for repository in ([named] if named else _REPOSITORIES[kind])
            for image in client.api.images(name=repository)
            for tag in image.get("RepoTags") or ()
        ]
    except (DockerException, RequestException) as error:
        raise NoEngine(f"the Docker engine does not list its images: {error}") from error
    finally:
        client.close()
    return sorted(found, key=lambda one: [-int(part) for part in one.version.split(".") if part])


def _version_in(client: DockerClient, kind: str, tag: str) -> str:
    """What the image's environment says; else what its tag does."""
    api: Any = client.api
    config: dict[str, Any] = api.inspect_image(tag).get("Config") or {}
    said = dict(each.split("=", 1) for each in config.get("Env") or () if "=" in each)
    texts = [*(said.get(name, "") for name in _VERSION_VARIABLES[kind]), tag.rpartition(":")[2]]
    return next((match[0] for text in texts if (match := _NUMBER.match(text))), "")
