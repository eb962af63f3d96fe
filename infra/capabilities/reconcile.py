"""By the clock and on demand: all access as the access policy wants it."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from functions import bus
from infra import names
from infra.capabilities.accounts import environment, rights
from infra.config import Deployment
from infra.patterns import PERMISSION_SETS, RECONCILE, deployed
from infra.resources.grants import Grant
from infra.resources.identity import directory, instance
from infra.resources.inbox import Inbox
from infra.resources.stores import Store, stand_in_line
from infra.resources.worker import House, Worker

PROVISIONING = (
    "GetInlinePolicyForPermissionSet",
    "GetPermissionsBoundaryForPermissionSet",
    "ListAccountsForProvisionedPermissionSet",
    "ListCustomerManagedPolicyReferencesInPermissionSet",
    "ListManagedPoliciesInPermissionSet",
    "ProvisionPermissionSet",
    "DescribePermissionSetProvisioningStatus",
    "ListPermissionSetProvisioningStatus",
)
"""What a permission set permits, and its latest state for the accounts that have it; nothing changes it."""


class Reconcile(Construct):
    """A function of its own beside `accounts`: it lives longer, an account that joins does not wait behind
    it, and it alone may take an assignment away."""

    def __init__(self, scope: Construct, id_: str, house: House, sweeps: Store, turns: Store) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        organization_role = names.role_arn(deployment.management_account, names.ORGANIZATION_READ)
        management_access = names.role_arn(deployment.management_account, names.MANAGEMENT_ACCESS)
        # As long as Lambda lets it: 1,000 accounts and 120 groups are about two minutes of calls.
        timeout = Duration.minutes(15)
        worker = Worker(
            self,
            "Worker",
            house,
            capability="reconcile",
            handler="functions.accounts.reconcile_handler.handle",
            memory=1024,
            timeout=timeout,
            environment=environment(deployment),
            grants=[
                Grant(["sts:AssumeRole"], [organization_role, management_access]),
                *rights(deployment),
                instance(
                    deployment,
                    [
                        "DeleteAccountAssignment",
                        "DescribeAccountAssignmentDeletionStatus",
                        "ListAccountAssignmentDeletionStatus",
                    ],
                ),
                instance(deployment, PROVISIONING),
                # Who has something that no grant wants: `accounts` takes nothing away, and asks for no names.
                directory(deployment, ["DescribeUser"]),
                stand_in_line(turns),
                Grant(["dynamodb:PutItem", "dynamodb:Query"], [sweeps.table.table_arn]),
            ],
            puts=(bus.FINDINGS, bus.ACCOUNTS),
        )
        inbox = Inbox(
            self,
            "Inbox",
            capability="reconcile",
            bus=house.bus,
            patterns={
                "reconcile": RECONCILE,
                "permission-sets": PERMISSION_SETS,
                "deployed": deployed(
                    names.PERMISSION_SETS, deployment.management_account, deployment.hub_region
                ),
            },
            of_this_account=_told_here(deployment),
            timeout=timeout,
            alarms=house.alarms,
        )
        # Two is the least that Lambda allows; the number counts in functions.aws.turns.
        worker.reads(inbox, batch=1, concurrency=2)
        self._daily(inbox, "Daily", "reconcile", 3, "Compares all access with access.yaml", None)
        ask = events.RuleTargetInput.from_object(
            {
                "id": events.EventField.event_id,
                "time": events.EventField.time,
                "source": bus.ACCOUNTS,
                "detail-type": "reconcile",
                "detail": {"scope": "permission-sets"},
            }
        )
        self._daily(
            inbox, "DailySets", "permission-sets", 4, "Looks at each permission set and its accounts", ask
        )

    def _daily(
        self,
        inbox: Inbox,
        id_: str,
        name: str,
        hour: int,
        description: str,
        message: events.RuleTargetInput | None,
    ) -> None:
        target = targets.SqsQueue(inbox.queue, dead_letter_queue=inbox.dead_letters, message=message)
        events.Rule(
            self,
            id_,
            rule_name=f"ostiary-{name}-daily",
            description=f"{description} once a day",
            schedule=events.Schedule.cron(minute="0", hour=str(hour)),
            targets=[target],
        )


def _told_here(deployment: Deployment) -> dict[str, events.EventPattern]:
    """What is told on this account's default bus: the hub's own deployment, which brings a new access policy;
    and what a delegated administrator changes, which is logged in its account."""
    told = {"deployed-here": deployed(names.HUB, deployment.hub_account, deployment.hub_region)}
    if deployment.hub_account != deployment.management_account:
        told["permission-sets-here"] = PERMISSION_SETS
    return told
