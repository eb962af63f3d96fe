"""The hub's bus and who may put events on it from outside."""

from aws_cdk import CfnOutput
from aws_cdk import aws_events as events
from constructs import Construct

from infra import names
from infra.config import Deployment
from infra.patterns import IDENTITY_SOURCES


class Bus(Construct):
    """The bus `ostiary`. Of all other accounts only the management account may send, and only AWS's events:
    it cannot speak for Okta or for an operator of the hub. The organization's other accounts, where the
    deployment names it, may send what AWS tells of IAM users, and nothing else."""

    def __init__(self, scope: Construct, id_: str, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self.bus = events.EventBus(self, "Bus", event_bus_name=names.BUS)
        events.CfnEventBusPolicy(
            self,
            "Policy",
            event_bus_name=self.bus.event_bus_name,
            statement_id="ostiary-management-account",
            statement={
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{deployment.management_account}:root"},
                "Action": "events:PutEvents",
                "Resource": self.bus.event_bus_arn,
                "Condition": {
                    "ForAllValues:StringEquals": {
                        "events:source": [
                            "aws.organizations",
                            "aws.account",
                            "aws.cloudformation",
                            "aws.controltower",
                            "aws.health",
                            "aws.signin",
                            *IDENTITY_SOURCES,
                            "aws.iam",
                        ]
                    }
                },
            },
        )
        if deployment.organization_id:
            self._let_members_in(deployment.organization_id)
        CfnOutput(self, "BusName", value=self.bus.event_bus_name).override_logical_id("BusName")
        CfnOutput(self, "BusArn", value=self.bus.event_bus_arn).override_logical_id("BusArn")

    def _let_members_in(self, organization: str) -> None:
        """Amazon EventBridge User Guide, "Permissions for event buses in Amazon EventBridge". No account can
        make up an event of a source that begins with aws."""
        events.CfnEventBusPolicy(
            self,
            "MembersPolicy",
            event_bus_name=self.bus.event_bus_name,
            statement_id="ostiary-member-accounts",
            statement={
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "events:PutEvents",
                "Resource": self.bus.event_bus_arn,
                "Condition": {
                    "StringEquals": {"aws:PrincipalOrgID": organization},
                    "ForAllValues:StringEquals": {"events:source": ["aws.iam"]},
                    # Without it, "for all values" would hold where there is no value at all.
                    "Null": {"events:source": "false"},
                },
            },
        )
