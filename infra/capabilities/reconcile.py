"""By the clock and on demand: all access as the access policy wants it."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from functions import bus
from infra import names
from infra.capabilities.accounts import environment, rights
from infra.patterns import RECONCILE
from infra.resources.grants import Grant
from infra.resources.identity import instance
from infra.resources.inbox import Inbox
from infra.resources.worker import House, Worker


class Reconcile(Construct):
    """A function of its own beside `accounts`: it lives longer, an account that joins does not wait behind
    it, and it alone may take an assignment away."""

    def __init__(self, scope: Construct, id_: str, house: House) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        organization_role = names.role_arn(deployment.management_account, names.ORGANIZATION_READ)
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
                Grant(["sts:AssumeRole"], [organization_role]),
                *rights(deployment),
                instance(
                    deployment,
                    [
                        "DeleteAccountAssignment",
                        "DescribeAccountAssignmentDeletionStatus",
                        "ListAccountAssignmentDeletionStatus",
                    ],
                ),
            ],
            puts=(bus.FINDINGS, bus.ACCOUNTS),
        )
        inbox = Inbox(
            self,
            "Inbox",
            capability="reconcile",
            bus=house.bus,
            patterns={"reconcile": RECONCILE},
            timeout=timeout,
            alarms=house.alarms,
        )
        # Two is the least that Lambda allows; each keeps to its share of Identity Center's calls.
        worker.reads(inbox, batch=1, concurrency=2)
        events.Rule(
            self,
            "Daily",
            rule_name="ostiary-reconcile-daily",
            description="Compares all access with access.yaml once a day",
            schedule=events.Schedule.cron(minute="0", hour="3"),
            targets=[targets.SqsQueue(inbox.queue, dead_letter_queue=inbox.dead_letters)],
        )
