"""IAM users, their access keys and passwords: ways into AWS that Okta knows nothing of. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import moment
from functions.finding import Finding, Severity
from functions.policy.globs import matches

ROOT = "root"
"""How the root user is named here; no IAM user can be told from it otherwise, so keys name it apart."""

GUIDE = Guide(
    why=(
        "Whoever has this key or password reaches AWS without Okta: no second factor, no end when the person "
        "leaves, and no deny policy of Ostiary binds it. It is also what an intruder makes first, to come "
        "back."
    ),
    actions=(
        "Ask whoever made it (named below), on a channel that you know: was it you, and what for?",
        "They do not know of it: treat it as an intrusion. IAM in that account > Users > the user > Security "
        "credentials: deactivate the access key, delete the password; attach the AWS managed policy "
        "AWSDenyAll to the user. Call security, and end the access of whoever made it: `ostiary revoke`.",
        "It is not needed: delete it. A role, or IAM Identity Center, does the same without a standing "
        "secret. This clears when it is deleted.",
        "It is needed: write it into `watch: {iam_users: [<account>/<user>]}` of access.yaml, with a person "
        "who answers for it, and deploy.",
    ),
    runbook="iam-user.md",
)


class IamEventError(Exception):
    """Not CloudTrail's word on an IAM user; the queue's dead letters keep it."""


@dataclass(frozen=True)
class _Deed:
    """What one call of IAM does: to which kind of credential, whether it makes or ends it, how to say it."""

    kind: str
    makes: bool
    says: str


_DEEDS: Mapping[str, _Deed] = {
    "CreateUser": _Deed("user", True, "IAM user {user} was created in account {account}"),
    "DeleteUser": _Deed("user", False, "IAM user {user} was deleted in account {account}"),
    "CreateAccessKey": _Deed("key", True, "An access key of {user} was created in account {account}"),
    "DeleteAccessKey": _Deed("key", False, "An access key of {user} was deleted in account {account}"),
    "CreateLoginProfile": _Deed(
        "password", True, "A console password of {user} was created in account {account}"
    ),
    "DeleteLoginProfile": _Deed(
        "password", False, "The console password of {user} was deleted in account {account}"
    ),
}

MADE = tuple(name for name, deed in _DEEDS.items() if deed.makes)
ENDED = tuple(name for name, deed in _DEEDS.items() if not deed.makes)


@dataclass(frozen=True)
class IamEvent:
    """What happened, where, by whom. Of an access key only its id: CloudTrail has never held the secret."""

    name: str
    account: str
    user: str
    at: datetime
    by: str
    source: str
    is_root: bool
    key_id: str = ""

    @classmethod
    def read(cls, detail: Mapping[str, Any]) -> Self:
        """IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail". Raises IamEventError."""
        try:
            name, asked = str(detail["eventName"]), detail.get("requestParameters") or {}
            answer = detail.get("responseElements") or {}
            key = answer.get("accessKey") or {}
            identity = detail["userIdentity"]
            own = identity.get("userName") if identity.get("type") == "IAMUser" else None
            # Whoever names no user means their own; the root user has no name.
            user = asked.get("userName") or key.get("userName") or own
            is_root = user is None and identity.get("type") == "Root"
            if name not in _DEEDS or (user is None and not is_root):
                raise IamEventError(f"not about an IAM user: {name}")
            return cls(
                name=name,
                account=str(detail.get("recipientAccountId") or identity["accountId"]),
                user=str(user or ROOT),
                at=datetime.fromisoformat(detail["eventTime"]).astimezone(UTC),
                by=str(identity.get("arn") or identity.get("invokedBy") or identity.get("type")),
                source=str(detail.get("sourceIPAddress") or "unknown"),
                is_root=is_root,
                key_id=str(key.get("accessKeyId") or asked.get("accessKeyId") or ""),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise IamEventError(f"an IAM event without {error}") from error
        except ValueError as error:
            raise IamEventError(f"an IAM event of no time: {error}") from error


def examine(event: IamEvent, known: Collection[str], management: str, desk: Desk) -> tuple[Finding, ...]:
    """One finding: open for what was made, clear for what was deleted; none for what access.yaml knows.

    `management`: the management account, where no service control policy binds. What is made there, or for
    a root user, is a page.
    """
    named = f"{event.account}/{event.user}"
    deed = _DEEDS[event.name]
    if (
        deed.makes
        and not event.is_root
        and any(matches(name, glob) for name in (named, event.user) for glob in known)
    ):
        return ()
    user = "the root user" if event.is_root else event.user
    severity = Severity.PAGE if event.is_root or event.account == management else Severity.WARNING
    facts = {
        "Account": event.account,
        "User": user,
        "Made by" if deed.makes else "Deleted by": event.by,
        "From address": event.source,
        "At": moment(event.at),
        **({"Access key id": event.key_id} if event.key_id else {}),
    }
    found = Found(
        severity if deed.makes else None,
        deed.says.format(user=user, account=event.account),
        facts,
        event.at,
    )
    return (desk.write(_key(event, deed), f"Account {event.account}", found, GUIDE),)


def _key(event: IamEvent, deed: _Deed) -> str:
    # A colon cannot stand in an IAM user's name, so nobody can call a user like the root user.
    user = f":{ROOT}" if event.is_root else event.user
    return f"iam/{event.account}/{user}/{deed.kind}" + (f"/{event.key_id}" if event.key_id else "")
