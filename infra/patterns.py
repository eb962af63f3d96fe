"""Event patterns of all rules, as EventBridge takes them: which event starts what."""

from aws_cdk.aws_events import EventPattern

from functions import bus
from functions.okta.event_types import FROM_LOG, GROUP_CREATE, LOG_ONLY, WATCH_EVENTS

ACCOUNT_EVENTS = (
    "CreateAccountResult",
    "AccountJoinedOrganization",
    "AccountDepartedOrganization",
    "AcceptHandshake",
    "MoveAccount",
    "TagResource",
    "UntagResource",
    "CloseAccountResult",
    "RemoveAccountFromOrganization",
    "LeaveOrganization",
    "UpdateOrganizationalUnit",
)
"""AWS Organizations User Guide, "Logging AWS Organizations API calls with AWS CloudTrail"."""

FACTORY_EVENTS = ("CreateManagedAccount", "UpdateManagedAccount")
"""AWS Control Tower User Guide, "Lifecycle events in AWS Control Tower". Update comes on a retry or an
enrolment."""

NAME_EVENTS = ("PutAccountName",)
"""AWS Account Management Reference Guide, "PutAccountName": grants go by the names of accounts as well."""

IDENTITY_EVENTS = (
    "CreateAccountAssignment",
    "DeleteAccountAssignment",
    "CreateGroup",
    "UpdateGroup",
    "PatchGroup",
)
"""IAM Identity Center User Guide, "Logging IAM Identity Center API calls with AWS CloudTrail"; in Identity
Center's Region. Groups that Okta pushes are logged by identitystore-scim ("Logging IAM Identity Center SCIM
API calls with AWS CloudTrail"), those of the console by sso-directory, those of the API by identitystore."""

PERMISSION_SET_EVENTS = (
    "AttachCustomerManagedPolicyReferenceToPermissionSet",
    "AttachManagedPolicyToPermissionSet",
    "DeleteInlinePolicyFromPermissionSet",
    "DeletePermissionsBoundaryFromPermissionSet",
    "DetachCustomerManagedPolicyReferenceFromPermissionSet",
    "DetachManagedPolicyFromPermissionSet",
    "PutInlinePolicyToPermissionSet",
    "PutPermissionsBoundaryToPermissionSet",
    "UpdatePermissionSet",
)
"""The same page: somebody changed what a permission set permits."""

IDENTITY_SOURCES = ["aws.sso", "aws.sso-directory", "aws.identitystore", "aws.identitystore-scim"]

LEAVER_EVENTS = (
    "user.lifecycle.deactivate",
    "user.lifecycle.suspend",
    "user.lifecycle.delete.initiated",
    "user.account.lock",
    "application.user_membership.remove",
    # The way back: these may end a revocation, or be newer than the event that would begin one.
    "user.lifecycle.reactivate",
    "user.lifecycle.activate",
    "user.lifecycle.unsuspend",
    "user.account.unlock",
    "user.account.unlock_by_admin",
    "application.user_membership.add",
)
"""Okta event types, as in "Event Types" of Okta's reference."""

GROUP_EVENTS = ("group.user_membership.add", "group.user_membership.remove", "group.lifecycle.delete")
"""The same. In a queue of their own: somebody regroups hundreds, and no leaver may wait behind them."""

SIGN_IN_EVENTS = ("UserAuthentication", "GetRoleCredentials", "Federate", "CreateToken")
"""IAM Identity Center User Guide, "Logging IAM Identity Center API calls with AWS CloudTrail"."""

IAM_USER_EVENTS = (
    "CreateUser",
    "CreateAccessKey",
    "CreateLoginProfile",
    "DeleteUser",
    "DeleteAccessKey",
    "DeleteLoginProfile",
)
"""IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail": IAM is global, and its events are
in us-east-1 alone."""

OPERATOR_EVENTS = ("leaver.revoke", "leaver.restore")

_CLOUDTRAIL = ["AWS Service Event via CloudTrail", "AWS API Call via CloudTrail"]


def _recorded(sources: list[str], names: tuple[str, ...]) -> EventPattern:
    """Events that CloudTrail records, by name alone; a call that AWS refused has changed nothing."""
    return EventPattern(
        source=sources,
        detail_type=_CLOUDTRAIL,
        detail={"eventName": list(names), "errorCode": [{"exists": False}]},
    )


def _named(sources: list[str], names: tuple[str, ...]) -> EventPattern:
    """The same, whatever AWS calls the kind of event: of some that CloudTrail records as a service's own, no
    page says the detail-type."""
    return EventPattern(source=sources, detail={"eventName": list(names), "errorCode": [{"exists": False}]})


ORGANIZATION = _named(["aws.organizations", "aws.account"], ACCOUNT_EVENTS + NAME_EVENTS)
ACCOUNT_FACTORY = _recorded(["aws.controltower"], FACTORY_EVENTS)
IDENTITY_CENTER = _recorded(IDENTITY_SOURCES, IDENTITY_EVENTS)
PERMISSION_SETS = _recorded(["aws.sso"], PERMISSION_SET_EVENTS)
GROUPS_TOLD = EventPattern(source=["aws.identitystore"], detail_type=["Group Created", "Group Updated"])
"""IAM Identity Center User Guide, "Set up event notifications": told without a trail."""
ACCOUNTS = _named(
    ["aws.organizations", "aws.controltower", "aws.account"], ACCOUNT_EVENTS + FACTORY_EVENTS + NAME_EVENTS
)
ACCOUNTS_OKTA = EventPattern(source=[bus.OKTA], detail_type=[GROUP_CREATE])
ACCOUNTS_ASKED = EventPattern(source=[bus.ACCOUNTS], detail_type=["reconcile.account"])
RECONCILE = EventPattern(source=[bus.ACCOUNTS], detail_type=["reconcile", "reconcile.group"])

SCIM_TOKEN = EventPattern(
    source=["aws.health"],
    detail_type=["AWS Health Event"],
    detail={
        "service": ["IAMIDENTITYCENTER"],
        "eventTypeCode": ["AWS_IAMIDENTITYCENTER_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION"],
    },
)
"""IAM Identity Center User Guide, "Automatic provisioning": sent from 90 days before the token expires."""

IAM_USERS = EventPattern(
    source=["aws.iam"],
    detail_type=["AWS API Call via CloudTrail"],
    detail={"eventName": list(IAM_USER_EVENTS), "errorCode": [{"exists": False}]},
)

SIGN_INS = EventPattern(
    source=["aws.signin", "aws.sso"],
    detail_type=_CLOUDTRAIL,
    detail={
        "eventName": list(SIGN_IN_EVENTS),
        "userIdentity": {"onBehalfOf": {"userId": [{"exists": True}]}},
    },
)
LEAVERS = EventPattern(source=[bus.OKTA], detail_type=list(LEAVER_EVENTS))
GROUPS = EventPattern(source=[bus.OKTA], detail_type=list(GROUP_EVENTS))
OKTA_WATCH = EventPattern(source=[bus.OKTA], detail_type=sorted(WATCH_EVENTS | LOG_ONLY))
OPERATOR = EventPattern(source=[bus.OPERATOR], detail_type=list(OPERATOR_EVENTS))
FINDINGS = EventPattern(source=[bus.FINDINGS], detail_type=["finding"])


def deployed(stack: str, account: str, region: str) -> EventPattern:
    """A stack has come to its new state.

    CloudFormation User Guide, "Managing events with CloudFormation and Amazon EventBridge".
    """
    return EventPattern(
        source=["aws.cloudformation"],
        detail_type=["CloudFormation Stack Status Change"],
        detail={
            "stack-id": [{"prefix": f"arn:aws:cloudformation:{region}:{account}:stack/{stack}/"}],
            "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
        },
    )


def log_stream(source: str) -> EventPattern:
    """Okta, "Log streaming": every LogEvent comes as detail-type SystemLog; only some are consumed.

    Amazon EventBridge User Guide, "Amazon EventBridge quotas": a pattern has at most 2,048 characters.
    """
    return EventPattern(source=[source], detail_type=["SystemLog"], detail={"eventType": sorted(FROM_LOG)})
