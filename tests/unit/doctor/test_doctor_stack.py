"""What doctor makes of CloudFormation's word on the hub stack."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra.config import Deployment
from infra.doctor import ask_aws
from infra.doctor.access import Access
from infra.doctor.verdict import Verdict
from tests.template.templates import CONTEXT


def hub(answer: dict[str, Any] | ClientError) -> Access:
    """An access whose CloudFormation says this of the stack."""

    def describe_stacks(StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert StackName == "ostiary-hub"
        if isinstance(answer, ClientError):
            raise answer
        return {"Stacks": [answer]}

    client = SimpleNamespace(describe_stacks=describe_stacks)
    return cast(Access, SimpleNamespace(deployment=Deployment.read(CONTEXT.get), in_hub=lambda _: client))


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_stands_gives_the_id_of_its_api(status: str) -> None:
    outputs = [{"OutputKey": "HookApiId", "OutputValue": "abc123"}]
    line, api = ask_aws.stack(hub({"StackStatus": status, "Outputs": outputs}))
    assert (line.verdict, api) == (Verdict.OK, "abc123")


@pytest.mark.parametrize(
    "status",
    ["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE", "UPDATE_ROLLBACK_FAILED", "CREATE_FAILED"],
)
def test_a_stack_that_does_not_stand_is_a_failure_with_its_status(status: str) -> None:
    line, api = ask_aws.stack(hub({"StackStatus": status}))
    assert (line.verdict, api) == (Verdict.FAIL, "")
    assert status in line.says


def test_a_stack_that_is_not_there_is_a_failure_with_the_command() -> None:
    line, api = ask_aws.stack(hub(refused("ValidationError", "Stack with id ostiary-hub does not exist")))
    assert (line.verdict, line.fix, api) == (Verdict.FAIL, "cdk deploy ostiary-hub", "")


def test_what_cannot_be_read_is_not_called_missing() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        ask_aws.stack(hub(refused("AccessDenied", "not authorized")))
