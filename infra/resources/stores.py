"""The tables: the ledger of revocations, the state of findings, and which certificates are trusted."""

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

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

    def read_write(self) -> Grant:
        """Items in and out; the table itself stays as it is."""
        return Grant(
            actions=[
                f"dynamodb:{action}"
                for action in (
                    "GetItem",
                    "BatchGetItem",
                    "Query",
                    "Scan",
                    "ConditionCheckItem",
                    "PutItem",
                    "UpdateItem",
                    "DeleteItem",
                    "BatchWriteItem",
                )
            ],
            resources=[self.table.table_arn],
        )


def ledger(scope: Construct) -> Store:
    """Revocations: who, why, since when, each step with its outcome."""
    return Store(scope, "Ledger", table=names.LEDGER, sort_key="sk")


def trust(scope: Construct) -> Store:
    """Which SAML certificates Identity Center was given, by whose word. An operator writes it."""
    return Store(scope, "Trust", table=names.TRUST, sort_key="sk")


def findings(scope: Construct) -> Store:
    """Which findings are open, so that nothing is said twice; closed ones fade by `expires` (epoch s)."""
    return Store(scope, "Findings", table=names.FINDINGS, expires="expires")


def cursor(scope: Construct) -> Store:
    """How far Okta's System Log has been read."""
    return Store(scope, "Cursor", table=names.CURSOR)
