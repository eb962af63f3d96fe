"""Account joined, moved, re-tagged → account assignments."""

from aws_cdk import Duration
from constructs import Construct

from functions import bus
from infra import names
from infra.config import Deployment
from infra.patterns import ACCOUNTS, ACCOUNTS_ASKED, ACCOUNTS_OKTA, GROUPS_TOLD, IDENTITY_CENTER
from infra.resources.grants import Grant
from infra.resources.identity import directory, instance
from infra.resources.inbox import Inbox
from infra.resources.stores import Store, stand_in_line
from infra.resources.worker import House, Worker


class Accounts(Construct):
    """The function and its queue."""

    def __init__(self, scope: Construct, id_: str, house: House, turns: Store) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        organization_role = names.role_arn(deployment.management_account, names.ORGANIZATION_READ)
        # One account is a few dozen assignments, at most 15 outstanding, each a matter of seconds. What is
        # not done by then, or an account too new for Identity Center, comes back as functions.inbox says.
        timeout = Duration.minutes(2)
        worker = Worker(
            self,
            "Worker",
            house,
            capability="accounts",
            memory=512,
            timeout=timeout,
            environment=environment(deployment),
            grants=[
                Grant(["sts:AssumeRole"], [organization_role]),
                *rights(deployment),
                stand_in_line(turns),
            ],
            # One event of AWS may be work for many accounts: each is put as an event of its own.
            puts=(bus.FINDINGS, bus.ACCOUNTS),
        )
        inbox = Inbox(
            self,
            "Inbox",
            capability="accounts",
            bus=house.bus,
            patterns={
                "accounts": ACCOUNTS,
                "identity-center": IDENTITY_CENTER,
                "groups": GROUPS_TOLD,
                "accounts-okta": ACCOUNTS_OKTA,
                "accounts-asked": ACCOUNTS_ASKED,
            },
            # A delegated administrator's own changes are logged in its own account.
            of_this_account={"identity-center-here": IDENTITY_CENTER}
            if deployment.hub_account != deployment.management_account
            else None,
            timeout=timeout,
            alarms=house.alarms,
        )
        # All callers of sso-admin share 20 calls a second, and one account's work is minutes: few at once,
        # one account each. The number counts in functions.aws.turns.
        worker.reads(inbox, batch=1, concurrency=2)


def environment(deployment: Deployment) -> dict[str, str]:
    """What a function is told that reads the organization and assigns."""
    return {
        "OSTIARY_ORGANIZATION_ROLE": names.role_arn(deployment.management_account, names.ORGANIZATION_READ),
        "OSTIARY_INSTANCE_ARN": deployment.instance_arn,
        "OSTIARY_IDENTITY_STORE_ID": deployment.identity_store_id,
        "OSTIARY_MANAGEMENT_ACCOUNT": deployment.management_account,
        "OSTIARY_HUB_ACCOUNT": deployment.hub_account,
        # Only reconcile may use it.
        "OSTIARY_SWEEP_TABLE": names.SWEEP,
        "OSTIARY_TURNS_TABLE": names.TURNS,
        # There only while a grant is for the management account; reconcile alone may be it.
        "OSTIARY_MANAGEMENT_ACCESS": names.role_arn(deployment.management_account, names.MANAGEMENT_ACCESS),
    }


def rights(deployment: Deployment) -> list[Grant]:
    """What it takes to read access and to make what is missing; nothing here takes any away."""
    return [
        instance(
            deployment,
            [
                "ListPermissionSets",
                "DescribePermissionSet",
                "ListAccountAssignments",
                "ListPermissionSetsProvisionedToAccount",
                "CreateAccountAssignment",
                "DescribeAccountAssignmentCreationStatus",
                "ListAccountAssignmentCreationStatus",
            ],
        ),
        directory(deployment, ["ListGroups", "GetGroupId", "DescribeGroup", "GetUserId"]),
    ]
