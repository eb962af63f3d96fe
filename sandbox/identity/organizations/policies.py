"""Policies: moto keeps them, this refuses what AWS refuses."""

import json
from typing import Any

from moto.organizations.models import FakePolicy

from sandbox.identity.members import Members
from sandbox.identity.paging import page
from sandbox.identity.rates import Bucket
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

SCP = "SERVICE_CONTROL_POLICY"
_STATEMENT_ELEMENTS = {
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Principal",
}


class Policies:
    """Create, update, delete, list."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self._backend = state.moto.organizations
        settings = state.settings
        self._updates = Bucket(settings.policy_updates_per_second, settings.policy_update_burst)
        self.operations: dict[str, Handler] = {
            "CreatePolicy": self.create,
            "UpdatePolicy": self.update,
            "DeletePolicy": self.delete,
            "DescribePolicy": self.describe,
            "ListPolicies": self.list,
        }

    def create(self, call: Call) -> Result:
        """The name must be new, the content a policy that is not too large."""
        self._check_name(call.params["Name"])
        self._check_content(call.params["Type"], call.params["Content"])
        return self._state.moto.carry_out(call)

    def update(self, call: Call) -> Result:
        """The same for what is given. Throttled if the settings say so."""
        if not self._updates.take():
            message = "You have sent too many requests in too short a period of time."
            raise AwsError("TooManyRequestsException", message, Type="UpdatePolicy")
        policy = self._changeable(call)
        if call.params.get("Name", policy.name) != policy.name:
            self._check_name(call.params["Name"])
        if "Content" in call.params:
            self._check_content(policy.type, call.params["Content"])
        return self._state.moto.carry_out(call)

    def delete(self, call: Call) -> Result:
        """Not while it is attached."""
        self._changeable(call)
        return self._state.moto.carry_out(call)

    def describe(self, call: Call) -> Result:
        """One policy with its content."""
        return find_policy(self._state, call.params["PolicyId"]).describe()

    def list(self, call: Call) -> Result:
        """Those of one type."""
        wanted = call.params["Filter"]
        found = [summary(each) for each in self._backend.policies if each.type == wanted]
        return page(call, "Policies", found)

    def _changeable(self, call: Call) -> FakePolicy:
        policy = find_policy(self._state, call.params["PolicyId"])
        if policy.aws_managed:
            message = "You can't change an AWS managed policy."
            raise AwsError("InvalidInputException", message, Reason="IMMUTABLE_POLICY")
        return policy

    def _check_name(self, name: str) -> None:
        if any(each.name == name for each in self._backend.policies):
            raise AwsError("DuplicatePolicyException", "A policy with the same name already exists.")

    def _check_content(self, kind: str, content: str) -> None:
        """AWS Organizations User Guide, "Quotas": white space counts too."""
        limit = self._state.settings.policy_size_limit
        if len(content) > limit:
            raise AwsError(
                "ConstraintViolationException",
                f"You have exceeded the maximum policy size of {limit} characters.",
                Reason="POLICY_CONTENT_LIMIT_EXCEEDED",
            )
        try:
            document = json.loads(content)
        except ValueError as error:
            raise _malformed("it is not JSON") from error
        if kind == SCP:
            check_statements(document)


def find_policy(state: State, policy_id: str) -> FakePolicy:
    """Raises AwsError."""
    policy = next((each for each in state.moto.organizations.policies if each.id == policy_id), None)
    if policy is None:
        message = "We can't find a policy with the PolicyId that you specified."
        raise AwsError("PolicyNotFoundException", message)
    return policy


def summary(policy: FakePolicy) -> dict[str, Any]:
    """The API's PolicySummary."""
    return dict(policy.describe()["Policy"]["PolicySummary"])


def check_statements(document: Any) -> None:
    """AWS Organizations User Guide, "SCP syntax". Raises AwsError."""
    if not isinstance(document, dict) or not document.keys() <= {"Version", "Id", "Statement"}:
        raise _malformed("it holds more than Version, Id and Statement")
    if document.get("Version") not in (None, "2012-10-17", "2008-10-17"):
        raise _malformed("Version is unknown")
    statements = document.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        _check_statement(statement)


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict):
        raise _malformed("Statement is not an object or a list of objects")
    if unknown := statement.keys() - _STATEMENT_ELEMENTS:
        raise _malformed(f"{sorted(unknown)[0]} is not an element of a statement")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise _malformed("Effect is not Allow or Deny")
    if ("Action" in statement) == ("NotAction" in statement):
        raise _malformed("exactly one of Action and NotAction is needed")
    if ("Resource" in statement) == ("NotResource" in statement):
        raise _malformed("exactly one of Resource and NotResource is needed")
    if "Principal" in statement:
        raise _malformed("an SCP has no Principal")
    if not isinstance(statement.get("Condition", {}), dict):
        raise _malformed("Condition is not an object")


def _malformed(what: str) -> AwsError:
    message = f"The provided policy document does not meet the requirements: {what}."
    return AwsError("MalformedPolicyDocumentException", message)
