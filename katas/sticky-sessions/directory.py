"""Head office's directory of members, as the probes play it: it knows passwords and visits, and answers at once."""

from __future__ import annotations

from typing import Any

from runner.probes import Call, Downstream, Gate, Inputs

TIERS = ("gold", "silver", "family")

Member = dict[str, str]


def a_member(inputs: Inputs) -> Member:
    """A member nobody can have met before: what they sign in with, and what the directory says of them."""
    name = inputs.token(8)
    return {
        "email": f"{name}@{inputs.token(5)}.example",
        "password": inputs.token(16),
        "memberId": f"m-{inputs.token(10)}",
        "name": name.capitalize(),
        "tier": inputs.choice(TIERS),
    }


def known(member: Member) -> Member:
    """What the directory says of a member whose password was right."""
    return {name: member[name] for name in ("memberId", "name", "tier")}


def keys(member: Member) -> Member:
    """What a member types in."""
    return {name: member[name] for name in ("email", "password")}


class Directory:
    """The downstream's script. `visits` of each member are drawn once."""

    def __init__(self, end: Downstream, inputs: Inputs) -> None:
        self._end, self._inputs = end, inputs
        self._members: dict[str, Member] = {}
        self._visits: dict[str, list[Any]] = {}
        end.on("POST", "/verify", self._verify)
        end.on("GET", "/members/*/visits", self._tell_visits)

    def join(self, *members: Member) -> None:
        for member in members:
            self._members[member["email"]] = member
            self._visits[member["memberId"]] = [
                {"bath": self._inputs.choice(("harbour", "north quay")), "minutes": self._inputs.randint(20, 150)}
                for _ in range(3)
            ]

    def visits(self, member: Member) -> dict[str, Any]:
        return {"visits": self._visits[member["memberId"]]}

    def hold_sign_ins(self) -> Gate:
        """From now on passwords are looked up, and the answers kept until the gate is opened."""
        gate: Gate = self._end.gate(self._verify)
        self._end.on("POST", "/verify", gate)
        return gate

    def hold_visits(self) -> Gate:
        gate: Gate = self._end.gate(self._tell_visits)
        self._end.on("GET", "/members/*/visits", gate)
        return gate

    async def _verify(self, call: Call) -> None:
        given = call.json()
        member = self._members.get(given["email"])
        if member is None or member["password"] != given["password"]:
            await call.reply(401, json={"error": "unknown"})
        else:
            await call.reply(200, json=known(member))

    async def _tell_visits(self, call: Call) -> None:
        visits = self._visits.get(call.path.split("/")[2])
        if visits is None:
            await call.reply(404, json={"error": "no such member"})
        else:
            await call.reply(200, json={"visits": visits})
