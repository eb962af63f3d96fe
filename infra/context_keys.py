"""The keys of the CDK context: what each means, what it must look like, and what it is if left out."""

import re
from dataclasses import dataclass
from typing import Any


class ConfigError(ValueError):
    """The context is incomplete or wrong; the text holds one sentence a key, each on its own line."""


@dataclass(frozen=True)
class Key:
    """One context key: what it means, an example, what it must look like, and what it is if left out."""

    name: str
    meaning: str
    example: str
    pattern: str
    default: str | None = None

    def read(self, raw: Any) -> str:
        """Raises ConfigError with one sentence that names the key, its meaning and an example."""
        if raw is None or raw == "":
            if self.default is None:
                raise ConfigError(self._sentence("is missing"))
            return self.default
        if not isinstance(raw, str):
            raise ConfigError(self._sentence(f"must be a string in quotes, not {raw!r}"))
        if not re.fullmatch(self.pattern, raw):
            raise ConfigError(self._sentence(f"cannot be {raw!r}"))
        return raw

    def _sentence(self, problem: str) -> str:
        return (
            f'context key "{self.name}" {problem}: it is {self.meaning}, for example "{self.example}" '
            "(set it in cdk.json or with -c)."
        )


KEYS = (
    Key(
        "management_account",
        "the 12-digit id of the organization's management account",
        "123456789012",
        "[0-9]{12}",
    ),
    Key(
        "hub_account",
        "the 12-digit id of the account that runs the hub: Identity Center's delegated administrator, "
        "or the management account itself",
        "222222222222",
        "[0-9]{12}",
    ),
    Key(
        "hub_region",
        "the primary Region of IAM Identity Center, where the hub runs",
        "eu-west-1",
        "[a-z]{2}(-[a-z]+)+-[0-9]",
    ),
    Key(
        "organization_id",
        "the id of the organization, whose member accounts may then tell the hub of IAM users, or empty for "
        "none of them",
        "o-a1b2c3d4e5",
        r"o-[a-z0-9]{10,32}",
        default="",
    ),
    Key(
        "instance_arn",
        "the ARN of the IAM Identity Center instance (console: Settings)",
        "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6",
        r"arn:aws:sso:::instance/(sso)?ins-[0-9a-zA-Z.-]{16}",
    ),
    Key(
        "identity_store_id",
        "the id of the identity store behind the instance (console: Settings)",
        "d-9067f01234",
        r"d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
    Key(
        "okta_url",
        "the address of the Okta organization, without a path",
        "https://example.okta.com",
        r"https?://[^/\s]+",
    ),
    Key(
        "okta_app_id",
        "the id of the AWS IAM Identity Center app in Okta",
        "0oa1exampleapp1d697",
        "0oa[A-Za-z0-9]+",
    ),
    Key(
        "okta_more_apps",
        "the ids of further SAML apps in Okta whose certificates are watched, separated by commas, or empty",
        "0oa2exampleapp1d697,0oa3exampleapp1d697",
        "0oa[A-Za-z0-9]+(,0oa[A-Za-z0-9]+)*",
        default="",
    ),
    Key(
        "scim_credentials",
        'the name of a secret {"url": "https://scim...", "token": "..."} with which the watch calls Identity '
        "Center's SCIM endpoint and leavers are disabled there, or empty for none",
        "ostiary/scim",
        "[A-Za-z0-9_/+=.@-]{1,512}",
        default="",
    ),
    Key(
        "okta_credentials",
        "the name of the secret that holds the credentials for Okta's API",
        "ostiary/okta",
        "[A-Za-z0-9_/+=.@-]{1,512}",
        default="ostiary/okta",
    ),
    Key(
        "okta_log_stream",
        "the event source of an Okta log stream to EventBridge in the hub's account, or empty for none",
        "aws.partner/okta.com/example/ostiary",
        r"aws\.partner/okta\.com/[A-Za-z0-9_./-]+",
        default="",
    ),
    Key(
        "deny_policies",
        "how many service control policies Ostiary may fill with people who left, of those that one root "
        "or OU takes",
        "4",
        r"[1-9]",
        default="4",
    ),
    Key(
        "deny_policy_size",
        "how many characters a service control policy may have in your organization (AWS's quota)",
        "5120",
        r"5120|10240",
        default="5120",
    ),
    Key(
        "deny_management_policies",
        "how many IAM policies of the management account Ostiary may fill with people who left, of the ten "
        "that a permission set takes; 0 for no deny in that account",
        "4",
        "[0-9]",
        default="4",
    ),
    Key(
        "audit_retention_mode",
        "how firmly the audit trail is locked: COMPLIANCE, where nobody can delete an entry before its time, "
        "root included; or GOVERNANCE, where whoever holds s3:BypassGovernanceRetention can",
        "COMPLIANCE",
        r"COMPLIANCE|GOVERNANCE",
        default="COMPLIANCE",
    ),
    Key(
        "audit_retention_days",
        "for how many days each entry of the audit trail is locked",
        "400",
        "[1-9][0-9]{0,3}|[1-3][0-9]{4}",
        default="400",
    ),
    Key(
        "alert_email",
        "the address that alerts are mailed to, or empty for none",
        "on-call@example.com",
        r"[^@\s]+@[^@\s]+",
        default="",
    ),
    Key(
        "runbooks_url",
        "the address under which on-call reads the runbooks of docs/runbooks",
        "https://example.com/ostiary/docs/runbooks",
        r"https?://\S+[^/\s]",
    ),
    Key(
        "policy_file",
        "the path of the access policy, from the project's root",
        "access.yaml",
        r".+",
        default="access.yaml",
    ),
    Key(
        "bundle_platform",
        'what the functions are bundled for: "lambda" (arm64, the Python of Lambda) '
        'or "local" (this machine and its Python)',
        "lambda",
        r"lambda|local",
        default="lambda",
    ),
)
