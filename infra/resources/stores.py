"""The tables: the ledger of revocations, the state of findings, and which certificates are trusted."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from functions.aws.directory_snapshot import DIRECTORY, SNAPSHOT
from functions.aws.lease import LEASE
from functions.aws.ledger import AUDIT, LOSS, OPEN, PERSON
from functions.aws.turn_line import LINE
from infra import names
from infra.resources.grants import Grant


class Store(Construct):
    """A table that outlives its stack: on demand, encrypted, restorable to any second of 35 days."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: str,
        sort_key: str | None = None,
        expires: str | None = None,
        streams: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        text = dynamodb.AttributeType.STRING
        self.table = dynamodb.Table(
            self,
            "Table",
            table_name=table,
            partition_key=dynamodb.Attribute(name="pk", type=text),
            sort_key=dynamodb.Attribute(name=sort_key, type=text) if sort_key else None,
            time_to_live_attribute=expires,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if streams else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        CfnOutput(self, "Name", value=self.table.table_name).override_logical_id(f"{id_}Table")

    def read(self) -> Grant:
        """The items of one partition."""
        return Grant(actions=["dynamodb:Query"], resources=[self.table.table_arn])

    def read_replace(self) -> Grant:
        """Single items, whole."""
        return Grant(
            actions=["dynamodb:GetItem", "dynamodb:PutItem"],
            resources=[self.table.table_arn],
        )

    @property
    def stream_arn(self) -> str:
        """The stream of its changes. Raises ValueError where it has none."""
        if self.table.table_stream_arn is None:
            raise ValueError(f"table {self.table.node.path} has no stream")
        return self.table.table_stream_arn

    def only(self, action: str, keys: Sequence[str], *, in_transactions: bool = False) -> Grant:
        """One action, on items whose partition key is one of `keys` (`*` at the end: begins so).

        Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control" and
        "Using IAM with DynamoDB transactions".
        """
        conditions = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}
        if in_transactions:
            conditions["ForAnyValue:StringEquals"] = {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}
        return Grant([f"dynamodb:{action}"], [self.table.table_arn], conditions=conditions)

    def keep(self) -> Grant:
        """Single items, whole or in part, and a look through all of them; none is deleted, they fade."""
        return Grant(
            actions=[f"dynamodb:{action}" for action in ("GetItem", "PutItem", "UpdateItem", "Scan")],
            resources=[self.table.table_arn],
        )


def ledger(scope: Construct) -> Store:
    """Revocations: who, why, since when, each step with its outcome."""
    return Store(scope, "Ledger", table=names.LEDGER, sort_key="sk", streams=True)


def keep_ledger(ledger: Store) -> list[Grant]:
    """What `leavers` does with the ledger, by kind of item, and nothing else.

    It deletes an entry among the open revocations or what was lost with a group, never a person's record or
    a note. That it does not replace those either is the work of conditions in its own writes, which IAM
    cannot ask for; so the audit trail records every change.
    """
    people, notes = f"{PERSON}*", f"{AUDIT}*"
    return [
        ledger.only("GetItem", [people, LEASE, DIRECTORY, SNAPSHOT]),
        ledger.only("BatchGetItem", [people, DIRECTORY]),
        ledger.only("Query", [OPEN, LOSS, DIRECTORY]),
        ledger.only("PutItem", [people, OPEN, notes], in_transactions=True),
        ledger.only("DeleteItem", [OPEN], in_transactions=True),
        ledger.only("PutItem", [LOSS, DIRECTORY, SNAPSHOT]),
        ledger.only("DeleteItem", [LOSS]),
        ledger.only("UpdateItem", [LEASE]),
    ]


def trust(scope: Construct) -> Store:
    """Which SAML certificates Identity Center was given, by whose word. An operator writes it."""
    return Store(scope, "Trust", table=names.TRUST, sort_key="sk")


def findings(scope: Construct) -> Store:
    """Which findings are open, so that nothing is said twice; closed ones fade by `expires` (epoch s)."""
    return Store(scope, "Findings", table=names.FINDINGS, expires="expires")


def cursor(scope: Construct) -> Store:
    """How far Okta's System Log has been read."""
    return Store(scope, "Cursor", table=names.CURSOR)


def sweep(scope: Construct) -> Store:
    """What a reading of a large organization has found so far, and what looks at single accounts took away of
    late; fades by `expires` (epoch s)."""
    return Store(scope, "Sweep", table=names.SWEEP, sort_key="sk", expires="expires")


def turns(scope: Construct) -> Store:
    """When the line ends in which every call of sso-admin stands: one item, a time."""
    return Store(scope, "Turns", table=names.TURNS)


def stand_in_line(turns: Store) -> Grant:
    """Book turns, and nothing else: the booking's own answer says when they are."""
    return turns.only("UpdateItem", [LINE])
