"""The ledger changed → its stream → an entry in the audit trail."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from functions.aws.ledger import AUDIT, LOSS, OPEN, PERSON
from infra import names
from infra.resources.alarms import PERIOD, Bell
from infra.resources.grants import Grant, acknowledge
from infra.resources.inbox import DeadLetters
from infra.resources.stores import Store
from infra.resources.trail import WRITER, Trail
from infra.resources.worker import House, Worker

BEHIND = Duration.minutes(15)

GIVEN_UP = Duration.hours(12)
"""A stream forgets after 24 hours: what is given up can still be read from it for another twelve."""

REVOCATIONS = lambda_.FilterCriteria.filter(
    {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": PERSON}, {"prefix": AUDIT}, OPEN, LOSS]}}}}
)
"""Not the writer's lease, and not the directory as it was last seen."""


class Audit(Construct):
    """The function, its place at the ledger's stream, and what it gave up on."""

    def __init__(self, scope: Construct, id_: str, house: House, *, ledger: Store) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        trail = Trail(self, "Trail", deployment)
        dead_letters = DeadLetters(self, "DeadLetters", names.function(WRITER))
        acknowledge(
            dead_letters,
            {
                "AwsSolutions-SQS3": (
                    "It is where the stream's mapping puts what it gave up; the rule knows only queues "
                    "behind queues."
                )
            },
        )
        house.alarms.on_dead_letters(WRITER, dead_letters)
        worker = Worker(
            self,
            "Worker",
            house,
            capability=WRITER,
            memory=256,
            timeout=Duration.minutes(1),
            environment={
                "OSTIARY_AUDIT_BUCKET": names.audit_bucket(deployment.hub_account, deployment.hub_region)
            },
            grants=[trail.put(), *_read(ledger)],
            puts=(),
        )
        worker.function.add_event_source_mapping(
            "Stream",
            event_source_arn=ledger.stream_arn,
            # From the beginning: nothing that was written before the mapping was ready is left out.
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            filters=[REVOCATIONS],
            batch_size=100,
            report_batch_item_failures=True,
            bisect_batch_on_error=True,
            max_record_age=GIVEN_UP,
            on_failure=sources.SqsDlq(dead_letters),
        )
        house.alarms.ring(_BEHIND, worker.function.metric("IteratorAge", period=PERIOD, statistic="max"))
        CfnOutput(self, "DeadLettersUrl", value=dead_letters.queue_url).override_logical_id(
            "AuditDeadLettersUrl"
        )


_BEHIND = Bell(
    "audit-behind",
    BEHIND.to_milliseconds(),
    "What changed in the ledger 15 minutes ago is not in the audit trail yet: the function fails, or is "
    "refused by its bucket. Nothing is lost for 12 hours.",
    "audit-trail.md",
)


def _read(ledger: Store) -> list[Grant]:
    """AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB": what the mapping asks for."""
    return [
        Grant(
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            [ledger.stream_arn],
        ),
        Grant(
            ["dynamodb:ListStreams"],
            ["*"],
            why="Lambda asks for it before it reads a stream; the action knows no resource, and tells names.",
        ),
    ]
