"""Stack `ostiary-hub`: everything that runs, in Identity Center's primary Region."""

from aws_cdk import Environment, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import names
from infra.capabilities.accounts import Accounts
from infra.capabilities.alerts import Alerts
from infra.capabilities.audit import Audit
from infra.capabilities.catchup import Catchup
from infra.capabilities.expiry import Expiry
from infra.capabilities.hook import Hook
from infra.capabilities.leavers import Leavers
from infra.capabilities.reconcile import Reconcile
from infra.capabilities.rotate import Rotate
from infra.config import Deployment
from infra.resources import stores
from infra.resources.alarms import Alarms
from infra.resources.bus import Bus
from infra.resources.dashboard import Dashboard
from infra.resources.okta_access import OktaAccess
from infra.resources.promises import promises
from infra.resources.worker import House


class HubStack(Stack):
    """The bus, what is shared, and one construct a capability."""

    def __init__(self, scope: Construct, deployment: Deployment, code: lambda_.Code) -> None:
        super().__init__(
            scope,
            names.HUB,
            description="Ostiary: the door between Okta and IAM Identity Center",
            env=Environment(account=deployment.hub_account, region=deployment.hub_region),
        )
        alarms = Alarms(
            self,
            "Alarms",
            topic=names.TOPIC,
            email=deployment.alert_email,
            runbooks=deployment.runbooks_url,
        )
        house = House(deployment, code, Bus(self, "Bus", deployment).bus, alarms)
        okta = OktaAccess(self, "OktaAccess", deployment)
        Hook(self, "Hook", house)
        Catchup(self, "Catchup", house, okta, stores.cursor(self))
        Rotate(self, "Rotate", house, okta)
        turns = stores.turns(self)
        Accounts(self, "Accounts", house, turns)
        Reconcile(self, "Reconcile", house, stores.sweep(self), turns)
        ledger = stores.ledger(self)
        Leavers(self, "Leavers", house, ledger=ledger, turns=turns, okta=okta)
        Audit(self, "Audit", house, ledger=ledger)
        Expiry(self, "Expiry", house, okta, stores.trust(self))
        Alerts(self, "Alerts", house, stores.findings(self))
        promises(alarms)
        # Last, because it shows every alarm there is.
        Dashboard(self, "Dashboard", alarms)
