"""What a deny really denies: an independent policy evaluator, in a process of its own."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_SECONDS = 60


@dataclass(frozen=True)
class Call:
    """One AWS call by a role session of Identity Center, with every right its permission set could give."""

    account: str
    user_id: str | None
    action: str
    resource: str
    issued_at: str = "2026-01-01T00:00:00Z"
    permission_set: str = "Developer"
    region: str = "eu-west-1"

    @property
    def role(self) -> str:
        """IAM Identity Center User Guide, "Referencing permission sets in resource policies"."""
        path = "" if self.region == "us-east-1" else f"{self.region}/"
        name = f"AWSReservedSSO_{self.permission_set}_0123456789abcdef"
        return f"arn:aws:iam::{self.account}:role/aws-reserved/sso.amazonaws.com/{path}{name}"


def verdicts(
    calls: Sequence[Call],
    policies: Sequence[Mapping[str, Any]],
    attached: Sequence[Mapping[str, Any]] = (),
) -> list[str]:
    """For each call `Allowed`, `ExplicitlyDenied` or `ImplicitlyDenied` under these root SCPs.

    `attached` are policies that the permission set carries beside its own. Raises RuntimeError as `judged`.
    """
    return judged([_simulation(call, policies, attached) for call in calls])


def judged(simulations: Sequence[Mapping[str, Any]]) -> list[str]:
    """The verdict on each simulation, as @cloud-copilot/iam-simulate takes them.

    Raises RuntimeError with the evaluator's own words where it cannot judge.
    """
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("Node.js is not installed; install version 20 or newer")
    run = subprocess.run(  # noqa: S603 - our own script, no shell
        [node, str(Path(__file__).with_name("evaluate.mjs"))],
        input=json.dumps(list(simulations)),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if run.returncode != 0:
        raise RuntimeError(f"the policy evaluator cannot judge: {run.stderr.strip()}")
    return [str(verdict) for verdict in json.loads(run.stdout)]


def _simulation(
    call: Call, policies: Sequence[Mapping[str, Any]], attached: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    session = f"{call.role.rpartition('/')[2]}/person@example.com"
    context = {"aws:TokenIssueTime": call.issued_at, "aws:PrincipalArn": call.role}
    if call.user_id is not None:
        context["identitystore:UserId"] = call.user_id
    return {
        "request": {
            "principal": f"arn:aws:sts::{call.account}:assumed-role/{session}",
            "action": call.action,
            "resource": {"resource": call.resource, "accountId": call.account},
            "contextVariables": context,
        },
        "identityPolicies": [
            {"name": "permission-set", "policy": _ALLOW_ALL},
            *({"name": f"attached-{i}", "policy": policy} for i, policy in enumerate(attached)),
        ],
        "serviceControlPolicies": [
            {
                "orgIdentifier": "root",
                "policies": [
                    {"name": "FullAWSAccess", "policy": _ALLOW_ALL},
                    *({"name": f"policy-{i}", "policy": policy} for i, policy in enumerate(policies)),
                ],
            }
        ],
        "resourceControlPolicies": [],
    }
