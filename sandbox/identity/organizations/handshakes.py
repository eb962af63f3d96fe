"""Inviting an account, and what the invited account says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sandbox.identity import envelopes
from sandbox.identity.members import Members
from sandbox.identity.paging import page
from sandbox.identity.settings import MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

_LIFE = timedelta(days=15)


@dataclass
class Handshake:
    """An invitation."""

    account: str
    organization: str
    requested: datetime
    notes: str | None
    tags: dict[str, str]
    id: str = field(default_factory=lambda: f"h-{uuid4().hex}")
    state: str = "OPEN"

    def described(self, moment: Callable[[datetime], Any]) -> dict[str, Any]:
        """The API's Handshake, its times as `moment` writes them."""
        organization = {
            "Type": "ORGANIZATION",
            "Value": self.organization,
            "Resources": [{"Type": "ORGANIZATION_FEATURE_SET", "Value": "ALL"}],
        }
        notes = [{"Type": "NOTES", "Value": self.notes}] if self.notes else []
        arn = f"arn:aws:organizations::{MANAGEMENT_ACCOUNT}:handshake/{self.organization}/invite/{self.id}"
        return {
            "Id": self.id,
            "Arn": arn,
            "Action": "INVITE",
            "State": self.state,
            "Parties": [
                {"Id": self.organization, "Type": "ORGANIZATION"},
                {"Id": self.account, "Type": "ACCOUNT"},
            ],
            "RequestedTimestamp": moment(self.requested),
            "ExpirationTimestamp": moment(self.requested + _LIFE),
            "Resources": [organization, {"Type": "ACCOUNT", "Value": self.account}, *notes],
        }

    def shape(self) -> dict[str, Any]:
        """As the API answers."""
        return {"Handshake": self.described(lambda moment: moment.timestamp())}


class Handshakes:
    """Invite, accept, decline, cancel, describe, and the two lists."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self._handshakes: dict[str, Handshake] = {}
        self.operations: dict[str, Handler] = {
            "InviteAccountToOrganization": self.invite,
            "AcceptHandshake": self.accept,
            "DeclineHandshake": lambda call: self._turn(self._invited(call), "DECLINED").shape(),
            "CancelHandshake": lambda call: self._turn(self._get(call), "CANCELED").shape(),
            "DescribeHandshake": lambda call: self._get(call).shape(),
            "ListHandshakesForAccount": self.list_for_account,
            "ListHandshakesForOrganization": self.list_for_organization,
        }

    def invite(self, call: Call) -> Result:
        """An account by its id; by e-mail address is not played."""
        target = call.params["Target"]
        if target["Type"] != "ACCOUNT":
            message = "The sandbox invites accounts by their id only"
            raise AwsError("InvalidInputException", message, Reason="INVALID_PARTY_TYPE_TARGET")
        if self._members.find(target["Id"]):
            raise AwsError(
                "HandshakeConstraintViolationException",
                "The account is already in an organization.",
                Reason="ALREADY_IN_AN_ORGANIZATION",
            )
        if any(each.account == target["Id"] and each.state == "OPEN" for each in self._handshakes.values()):
            raise AwsError("DuplicateHandshakeException", "A handshake with this account is open.")
        tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags", ())}
        organization = self._members.organization.id
        now = self._state.now()
        handshake = Handshake(target["Id"], organization, now, call.params.get("Notes"), tags)
        self._handshakes[handshake.id] = handshake
        return handshake.shape()

    def accept(self, call: Call) -> Result:
        """The account is a member from now on."""
        handshake = self._turn(self._invited(call), "ACCEPTED")
        name = f"invited-{handshake.account}"
        self._members.add(name, f"{name}@example.com", handshake.tags, handshake.account)
        now = self._state.now()
        response = {"Handshake": handshake.described(lambda moment: moment)}
        self._state.outbox.put(envelopes.of_call("accept-handshake", call.params, call.caller, now, response))
        joined = {
            "accountId": handshake.account,
            "joinedMethod": "Invited",
            "joinedTime": envelopes.stamp(now),
        }
        self._state.outbox.put(envelopes.of_service("account-joined-organization", joined, now))
        return handshake.shape()

    def list_for_account(self, call: Call) -> Result:
        """Invitations to the calling account."""
        found = [each for each in self._handshakes.values() if each.account == call.caller]
        return page(call, "Handshakes", [each.shape()["Handshake"] for each in found])

    def list_for_organization(self, call: Call) -> Result:
        """All invitations."""
        found = [each.shape()["Handshake"] for each in self._handshakes.values()]
        return page(call, "Handshakes", found)

    def _get(self, call: Call) -> Handshake:
        handshake = self._handshakes.get(call.params["HandshakeId"])
        if handshake is None:
            message = "We can't find a handshake with the HandshakeId that you specified."
            raise AwsError("HandshakeNotFoundException", message)
        return handshake

    def _invited(self, call: Call) -> Handshake:
        handshake = self._get(call)
        if handshake.account != call.caller:
            message = "Only the invited account can answer this handshake."
            raise AwsError("AccessDeniedException", message)
        return handshake

    def _turn(self, handshake: Handshake, state: str) -> Handshake:
        if handshake.state == state:
            raise AwsError("HandshakeAlreadyInStateException", "The handshake is already in this state.")
        if handshake.state != "OPEN":
            message = f"A handshake that is {handshake.state} cannot become {state}."
            raise AwsError("InvalidHandshakeTransitionException", message)
        handshake.state = state
        return handshake
