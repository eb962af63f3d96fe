"""moto behind the strict layer: its own request handling, over backends that belong to one server alone.

moto's server keeps one state for the whole process. Here each identity plane has its own, so that tests
may run several, and nothing of moto ever touches boto3.
"""

import json
from typing import Any, cast

from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.organizations.models import OrganizationsBackend
from moto.organizations.responses import OrganizationsResponse
from moto.ssoadmin.models import SSOAdminBackend
from moto.ssoadmin.responses import SSOAdminResponse

from sandbox.identity.settings import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.identity.wire import AwsError, Call, Result

_REGION = "us-east-1"


class _Organizations(OrganizationsResponse):
    def __init__(self, backend: OrganizationsBackend) -> None:
        super().__init__()
        self._backend = backend

    @property
    def organizations_backend(self) -> OrganizationsBackend:
        return self._backend


class _SsoAdmin(SSOAdminResponse):
    def __init__(self, backend: SSOAdminBackend) -> None:
        super().__init__()
        self._backend = backend

    @property
    def ssoadmin_backend(self) -> SSOAdminBackend:
        return self._backend


class Moto:
    """moto's Organizations and Identity Center of one identity plane."""

    def __init__(self) -> None:
        self.organizations = OrganizationsBackend("aws", MANAGEMENT_ACCOUNT)
        self.sso_admin = SSOAdminBackend(_REGION, MANAGEMENT_ACCOUNT)
        instance = self.sso_admin.instances[0]
        instance.instance_arn = INSTANCE_ARN
        instance.identity_store_id = IDENTITY_STORE_ID
        # moto looks for `path` where its own list says `Path`, and so knows no policy under job-function/.
        managed = json.loads(aws_managed_policies_data)
        self.sso_admin.aws_managed_policies = {
            name: {**policy, "path": policy["Path"]} for name, policy in managed.items()
        }

    def carry_out(self, call: Call) -> Result:
        """Let moto answer. Raises AwsError: moto's own, or that neither layer has the operation."""
        handler = self._handler(call)
        try:
            status, _, body = handler._dispatch(_request(call))
        except NotImplementedError as error:
            raise _unknown(call) from error
        answer = cast(dict[str, Any], json.loads(body or "{}"))
        if status >= 400:
            code = answer.get("__type", "InternalServerException").split("#")[-1]
            raise AwsError(code, answer.get("message", answer.get("Message", "")), status=status)
        return {key: value for key, value in answer.items() if value is not None}

    def _handler(self, call: Call) -> BaseResponse:
        if call.service == "organizations":
            return _Organizations(self.organizations)
        if call.service == "sso-admin":
            return _SsoAdmin(self.sso_admin)
        raise _unknown(call)


def _unknown(call: Call) -> AwsError:
    return AwsError(
        "UnsupportedOperationException",
        f"The sandbox does not play {call.service}:{call.operation}: neither its own layer nor moto has it",
    )


def _request(call: Call) -> Request:
    scope = f"{MANAGEMENT_ACCOUNT}/20260101/{_REGION}/{call.service}/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"sandbox.{call.operation}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
    }
    url = f"https://{call.service}.{_REGION}.amazonaws.com/"
    return Request.from_primitives("POST", url, headers, json.dumps(dict(call.params)).encode())
