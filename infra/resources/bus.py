"""The hub's bus and who may put events on it from outside."""

from aws_cdk import CfnOutput
from aws_cdk import aws_events as events
from constructs import Construct

from infra import names
from infra.config import Deployment


class Bus(Construct):
    """The bus `ostiary`. Of all other accounts only the management account may send, and only AWS's events:
    it cannot speak for Okta or for an operator of the hub."""

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
                            "aws.controltower",
                            "aws.health",
                            "aws.signin",
                            "aws.sso",
                            "aws.sso-directory",
                            "aws.identitystore",
                        ]
                    }
                },
            },
        )
        CfnOutput(self, "BusName", value=self.bus.event_bus_name).override_logical_id("BusName")
        CfnOutput(self, "BusArn", value=self.bus.event_bus_arn).override_logical_id("BusArn")
