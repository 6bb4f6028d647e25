"""The canary: proof that the seal holds, before anything is judged.

Engines ignore network options they do not know, without a word; so a container of the very profile that services get
looks for ways out, on a lane like theirs. It dials nothing but a listener of our own on the host.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil

from runner.catalog.kata import Limits
from runner.sandbox.base import SandboxError
from runner.sandbox.berth import make_berth
from runner.sandbox.cache import cache_dir
from runner.sandbox.lane import Lane
from runner.sandbox.owner import Owner
from runner.sandbox.profile import USER, profile_hash, service_config
from runner.sandbox.reaper import LABEL_OWNER, LABEL_RUN
from runner.sandbox.toolbox import Progress

if TYPE_CHECKING:
    from docker import DockerClient

    from runner.sandbox.engine import EngineFacts

_SCRIPT = Path(__file__).with_name("canary.mjs")
_LIMITS = Limits()
_WITHIN_S = 20
_MAX_ADDRESSES = 16


class Answers(msgspec.Struct, frozen=True):
    """What the canary found, from inside the container (`canary.mjs`).

    `gateways` are those of default routes: Docker 20.10 writes one for an internal network too, to an address that
    nobody has. `live_gateways` are those of them that answered ARP: only by these can a packet leave the lane.
    """

    uid: int
    capabilities: str
    no_new_privileges: str
    seccomp: str
    gateways: list[str]
    live_gateways: list[str]
    nameservers: list[str]
    resolves: bool
    addresses6: list[str]
    writable: list[str]
    tmp_bytes: int
    reached: list[str]


class Proof(msgspec.Struct, frozen=True):
    """The canary's answers and what is wrong with them; sealed when nothing is."""

    answers: Answers
    leaks: list[str]

    @property
    def sealed(self) -> bool:
        return not self.leaks


def leaks_in(answers: Answers) -> list[str]:
    """What the container can do that it must not; empty when it is sealed."""
    foreign = [one for one in answers.nameservers if not one.startswith("127.")]
    checks = [
        (answers.uid != 1000, f"it runs as user {answers.uid}, not 1000"),
        (int(answers.capabilities, 16) != 0, f"it has the capabilities {answers.capabilities}"),
        (answers.no_new_privileges != "1", "it may gain privileges"),
        (answers.seccomp != "2", "no system call is filtered"),
        (bool(answers.live_gateways), f"it has a default route by {', '.join(answers.live_gateways)}"),
        (bool(foreign), f"it has the resolver {', '.join(foreign)}"),
        (answers.resolves, "it can resolve host.docker.internal"),
        (bool(answers.addresses6), f"it has the IPv6 address {', '.join(answers.addresses6)}"),
        (bool(answers.writable), f"it can write {', '.join(answers.writable)}"),
        (answers.tmp_bytes > _LIMITS.tmp_mb * 2**20, f"it could write {answers.tmp_bytes // 2**20} MB to /tmp"),
        (bool(answers.reached), f"it reaches the host at {', '.join(answers.reached)}"),
    ]
    return [text for is_leak, text in checks if is_leak]


def ensure_sealed(client: DockerClient, facts: EngineFacts, image: str, progress: Progress) -> Proof:
    """The proof for this engine, boot, image and profile: the kept one, else a new one, kept when it is good."""
    kept = kept_proof(facts, image)
    if kept is not None:
        return kept
    progress("Proving that a container cannot get out", None)
    labels = {LABEL_RUN: "canary", LABEL_OWNER: Owner.current().label}
    lane = Lane.make(client, facts, f"prodrill-canary-{secrets.token_hex(4)}", labels)
    try:
        proof = run_canary(client, facts, image, lane.id, labels, gateway=lane.gateway)
    finally:
        lane.remove()
    if proof.sealed:
        path = _proof_path(facts, image)
        part = path.with_suffix(f".{uuid.uuid4().hex}")
        part.write_bytes(msgspec.json.encode(proof))
        part.replace(path)
    return proof


def kept_proof(facts: EngineFacts, image: str) -> Proof | None:
    """A good proof from earlier on this boot; None when there is none."""
    try:
        return msgspec.json.decode(_proof_path(facts, image).read_bytes(), type=Proof)
    except (OSError, msgspec.DecodeError):
        return None


def _proof_path(facts: EngineFacts, image: str) -> Path:
    script = hashlib.sha256(_SCRIPT.read_bytes()).hexdigest()
    named = "\n".join([facts.id, facts.version, _boot(), image, profile_hash(), script])
    return cache_dir() / f"seal-{hashlib.sha256(named.encode()).hexdigest()[:16]}.json"


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    # The time of the boot as told shifts a little with the clock.
    return str(round(psutil.boot_time() / 60))


def run_canary(
    client: DockerClient, facts: EngineFacts, image: str, network: str, labels: dict[str, str], gateway: str = ""
) -> Proof:
    """Run the canary once on `network`; about a second. SandboxError when it could not tell."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    nonce = secrets.token_hex(8)
    with _listener(nonce) as port:
        env = {
            "CANARY_PORT": str(port),
            "CANARY_NONCE": nonce,
            "CANARY_DIAL": ",".join(_host_addresses(client, gateway)),
        }
        try:
            said = _run(client, facts, image, network, labels, env)
        except (DockerException, RequestException) as error:
            raise SandboxError(f"the canary could not be run: {error}; see `prodrill doctor`") from error
    try:
        answers = msgspec.json.decode(said, type=Answers)
    except msgspec.DecodeError as error:
        raise SandboxError(f"the canary gave no answer but {said[:400]!r}; see `prodrill doctor`") from error
    return Proof(answers, leaks_in(answers))


def _run(
    client: DockerClient, facts: EngineFacts, image: str, network: str, labels: dict[str, str], env: dict[str, str]
) -> bytes:
    api: Any = client.api
    berth = make_berth(api, image, network, labels)
    try:
        has_dead_upstream = api.inspect_container(berth)["HostConfig"]["Dns"] == ["127.0.0.1"]
        if not has_dead_upstream:
            raise SandboxError("the engine did not take the setting that keeps a container from resolving names")
        made = api.create_container(
            image,
            ["node", "--input-type=module", "-e", _SCRIPT.read_text()],
            user=USER,
            environment={**env, "CANARY_DEAD_UPSTREAM": "1"},
            host_config=service_config(api, _LIMITS, berth, cpus=facts.cpus),
            labels=labels,
        )
        return _said(api, made["Id"])
    finally:
        api.remove_container(berth, force=True, v=True)


def _said(api: Any, identity: str) -> bytes:
    """Start the container, and what it printed until it ended, or was ended after a while."""
    try:
        stream = api.attach(identity, stdout=True, stderr=True, stream=True)
        api.start(identity)
        timer = threading.Timer(_WITHIN_S, _kill_quietly, (api, identity))
        timer.start()
        try:
            return b"".join(stream)
        finally:
            timer.cancel()
    finally:
        api.remove_container(identity, force=True, v=True)


def _kill_quietly(api: Any, identity: str) -> None:
    from docker.errors import DockerException

    with contextlib.suppress(DockerException):
        api.kill(identity)


def _host_addresses(client: DockerClient, gateway: str) -> list[str]:
    """Where the host might be seen from a container: the lane's would-be gateway, other bridges', the host's own."""
    found = [gateway] if gateway else []
    for network in client.api.networks(names=["bridge"]):
        found += [one["Gateway"] for one in network.get("IPAM", {}).get("Config") or () if one.get("Gateway")]
    for addresses in psutil.net_if_addrs().values():
        found += [one.address for one in addresses if one.family == socket.AF_INET]
    ours = [one for one in dict.fromkeys(found) if not one.startswith("127.")]
    return ours[:_MAX_ADDRESSES]


@contextlib.contextmanager
def _listener(nonce: str) -> Iterator[int]:
    """A listener on all of the host's addresses, for as long as the canary sings; it says the nonce to who comes."""
    with socket.create_server(("0.0.0.0", 0), backlog=32) as server:
        server.settimeout(0.1)
        stop = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, nonce, stop), daemon=True)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            stop.set()
            thread.join()


def _answer(server: socket.socket, nonce: str, stop: threading.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(nonce.encode())
