"""Person left → deny policy, assignments, memberships, Okta sessions; and the way back."""

from aws_cdk import Duration
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra import names
from infra.config import Deployment
from infra.patterns import GROUPS, LEAVERS, OPERATOR, SIGN_INS
from infra.resources.grants import Grant
from infra.resources.identity import directory, instance
from infra.resources.inbox import Inbox
from infra.resources.okta_access import OktaAccess, read_secret
from infra.resources.schedule import Timer
from infra.resources.stores import Store, keep_ledger, stand_in_line
from infra.resources.worker import House, Worker

REGROUP_WINDOW = Duration.seconds(3)
"""In which a batch of changes of groups may fill."""


class Leavers(Construct):
    """The function and its queue."""

    def __init__(
        self, scope: Construct, id_: str, house: House, *, ledger: Store, turns: Store, okta: OktaAccess
    ) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        deny_role = names.role_arn(deployment.management_account, names.DENY_POLICIES)
        # Short, because what a function does not live to hand back waits six times as long for its next
        # attempt, and a leaver must not.
        timeout = Duration.minutes(1)
        worker = Worker(
            self,
            "Worker",
            house,
            capability="leavers",
            # Trigger to deny is a promise: the CPU of 1 GB halves the cold start.
            memory=1024,
            timeout=timeout,
            environment={
                "OSTIARY_LEDGER_TABLE": names.LEDGER,
                "OSTIARY_TURNS_TABLE": names.TURNS,
                "OSTIARY_DENY_ROLE": deny_role,
                "OSTIARY_DENY_POLICIES": deployment.deny_policies,
                "OSTIARY_DENY_POLICY_SIZE": deployment.deny_policy_size,
                "OSTIARY_DENY_MANAGEMENT_POLICIES": deployment.deny_management_policies,
                "OSTIARY_SCIM_CREDENTIALS": deployment.scim_credentials,
                "OSTIARY_INSTANCE_ARN": deployment.instance_arn,
                "OSTIARY_IDENTITY_STORE_ID": deployment.identity_store_id,
                "OSTIARY_OKTA_URL": deployment.okta_url,
                "OSTIARY_OKTA_CREDENTIALS": deployment.okta_credentials,
                "OSTIARY_OKTA_APP_ID": deployment.okta_app_id,
            },
            grants=[
                Grant(["sts:AssumeRole"], [deny_role]),
                *keep_ledger(ledger),
                stand_in_line(turns),
                *okta.sign_in(),
                *_rights(deployment),
            ],
        )
        inbox = Inbox(
            self,
            "Inbox",
            capability="leavers",
            bus=house.bus,
            patterns={"leavers": LEAVERS, "leavers-operator": OPERATOR, "leavers-sign-ins": SIGN_INS},
            timeout=timeout,
            alarms=house.alarms,
        )
        # UpdatePolicy takes 2 calls a second from all callers, so one writer writes for everybody whose
        # revocation is in the ledger by then: a hundred at a time. No window to fill a batch: it would make
        # a single leaver wait.
        worker.reads(inbox, batch=10, concurrency=10)
        regroupings = Inbox(
            self,
            "Regroup",
            capability="regroup",
            bus=house.bus,
            patterns={"regroup": GROUPS},
            timeout=timeout,
            alarms=house.alarms,
            window=REGROUP_WINDOW,
        )
        # Hundreds may change groups at once: nobody who leaves waits behind them, and what they lost is
        # written together, so here a batch may take a moment to fill.
        worker.reads(regroupings, batch=20, concurrency=2, window=REGROUP_WINDOW)
        Timer(
            self,
            "Upkeep",
            worker.function,
            capability="leavers",
            every="upkeep",
            when=scheduler.ScheduleExpression.rate(Duration.minutes(15)),
            description="Ends denies that are due, and restores deny policies that somebody changed",
            retries=1,
        )


def _rights(deployment: Deployment) -> list[Grant]:
    scim = deployment.scim_credentials
    return [
        *([read_secret(deployment, scim)] if scim else []),
        instance(
            deployment,
            [
                "DescribePermissionSet",
                "DeleteAccountAssignment",
                "DescribeAccountAssignmentDeletionStatus",
                "CreateAccountAssignment",
                "DescribeAccountAssignmentCreationStatus",
            ],
        ),
        directory(
            deployment,
            [
                "GetUserId",
                "GetGroupId",
                "DescribeUser",
                "ListUsers",
                "ListGroupMemberships",
                "ListGroupMembershipsForMember",
                "DeleteGroupMembership",
                "CreateGroupMembership",
            ],
        ),
    ]
