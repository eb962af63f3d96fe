"""What a deployment must say about its place: read from the CDK context, checked before anything is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.context_keys import KEYS, ConfigError

ORGANIZATIONS_REGION = "us-east-1"
"""AWS Organizations User Guide, "AWS Organizations and Amazon EventBridge": its events exist only there."""


@dataclass(frozen=True)
class Deployment:
    """Where Ostiary is deployed and what it stands between. One account where hub is management account."""

    management_account: str
    hub_account: str
    hub_region: str
    organization_id: str
    instance_arn: str
    identity_store_id: str
    okta_url: str
    okta_app_id: str
    okta_more_apps: str
    scim_credentials: str
    okta_credentials: str
    okta_log_stream: str
    deny_policies: str
    deny_policy_size: str
    deny_management_policies: str
    audit_retention_mode: str
    audit_retention_days: str
    alert_email: str | None
    runbooks_url: str
    policy_file: Path
    bundle_platform: str

    @classmethod
    def read(cls, context: Callable[[str], Any]) -> "Deployment":
        """Read the keys through `context` (`app.node.try_get_context`).

        Raises ConfigError with a line for every key that is missing or wrong.
        """
        values: dict[str, str] = {}
        problems: list[str] = []
        for key in KEYS:
            try:
                values[key.name] = key.read(context(key.name))
            except ConfigError as error:
                problems.append(str(error))
        if problems:
            raise ConfigError("\n".join(problems))
        return cls._of(values)

    @classmethod
    def _of(cls, values: Mapping[str, str]) -> "Deployment":
        others = {key: value for key, value in values.items() if key not in ("alert_email", "policy_file")}
        return cls(
            **others, alert_email=values["alert_email"] or None, policy_file=Path(values["policy_file"])
        )
