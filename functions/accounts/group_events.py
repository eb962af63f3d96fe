"""What tells that Identity Center has a group, or will have one. The shapes are in events/."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.accounts.event_fields import EventError, find, section
from functions.inbox import Envelope

STORE = "aws.identitystore"
NOTIFICATIONS = frozenset({"Group Created", "Group Updated"})
"""IAM Identity Center User Guide, "Set up event notifications": what the Identity Store tells by itself."""

_SCIM = "identitystore-scim.amazonaws.com"
_GROUP_ARN = re.compile(r":group/([^/]+)$")


@dataclass(frozen=True)
class GroupAppeared:
    """Identity Center has a group that it did not have, or that had another name."""

    group_id: str


@dataclass(frozen=True)
class GroupPlanned:
    """Okta has a new group, known here by its name alone: Identity Center gets it later, or never."""

    name: str


@dataclass(frozen=True)
class Ignored:
    """Nothing to do, and why."""

    why: str


def planned(log_event: Mapping[str, Any]) -> GroupPlanned | Ignored:
    """Okta's `group.lifecycle.create`. Raises EventError if it names no group."""
    if section(log_event, "outcome").get("result") not in (None, "SUCCESS"):
        return Ignored("Okta made no group")
    for target in log_event.get("target") or ():
        if target.get("type") == "UserGroup" and target.get("displayName"):
            return GroupPlanned(str(target["displayName"]))
    raise EventError("no group among the targets")


def notified(envelope: Envelope) -> GroupAppeared:
    """The Identity Store's own word: the group is among `resources`. Raises EventError if it is not."""
    ids = [match[1] for arn in envelope.resources if (match := _GROUP_ARN.search(arn))]
    return _group(ids or [find(envelope.detail, "groupId")])


def recorded(detail: Mapping[str, Any]) -> GroupAppeared | Ignored:
    """A call that CloudTrail recorded. Names are masked; the id is in the answer to a creation, in the
    question otherwise. Raises EventError if there is none."""
    answer, asked = section(detail, "responseElements"), section(detail, "requestParameters")
    if detail.get("eventSource") != _SCIM:
        return _group([find(answer, "groupId"), find(asked, "groupId")])
    if _members_alone(section(asked, "httpBody").get("operations")):
        return Ignored("members came or went")
    return _group([answer.get("id"), asked.get("id")])


def _members_alone(operations: object) -> bool:
    """A group's members change all the time; its name is what grants look at."""
    if not isinstance(operations, list) or not operations:
        return False
    return all(
        str(section({"it": each}, "it").get("path") or "").startswith("members") for each in operations
    )


def _group(candidates: Iterable[Any]) -> GroupAppeared:
    found = next((each for each in candidates if each), None)
    if found is None:
        raise EventError("no group id")
    return GroupAppeared(str(found))
