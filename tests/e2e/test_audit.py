"""The audit trail in the deployed world: it holds what was done, and no role can take it away."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from functions.audit.entry import Item, plain
from functions.audit.history import ALONE, History, history
from functions.aws.audit_trail import AuditTrail
from functions.aws.ledger import OPEN, Ledger
from infra import names
from sandbox.world import World
from tests.e2e.waiting import eventually

LOGIN = "grace.tanaka@example.com"


class Told:
    """One person's trail, and the ledger beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.okta_id = world.okta.model.user_by_login(LOGIN).id
        self.person = f"okta:{self.okta_id}"
        self.bucket = names.audit_bucket(world.shape.hub_account, world.shape.hub_region)
        self._trail = AuditTrail(world.hub_client("s3"), self.bucket)
        self._ledger = Ledger(world.hub_client("dynamodb"), names.LEDGER)

    def suspend(self) -> None:
        url = f"{self.world.okta.url}/api/v1/users/{self.okta_id}/lifecycle/suspend"
        headers = {"Authorization": f"SSWS {self.world.okta.token}"}
        requests.post(url, headers=headers, timeout=30).raise_for_status()

    def done(self) -> bool:
        stored = self._ledger.read(self.person)
        return stored is not None and "tell" in stored.document["steps"]

    def history(self) -> History:
        now = {pk: plain(item) for pk, item in self._ledger.held(self.person).items()}
        return history(self.person, self._trail.entries(self.person), now)

    def fits(self) -> bool:
        """The last entries are what the ledger holds, and each change of the record has its note."""
        found = self.history()
        items = [line.entry.item for line in found.lines]
        return bool(items) and not found.remarks and items.count(Item.RECORD) == items.count(Item.NOTE)


def as_role(world: World, role: str, service: Any) -> Any:
    """A client with the rights of a function's role, and no others."""
    arn = names.role_arn(world.shape.hub_account, role)
    given = world.hub_client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        region_name=world.shape.hub_region,
        endpoint_url=world.aws.url,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def test_the_trail_holds_what_was_done_and_no_role_takes_it_away(world: World) -> None:
    if not world.aws.enforces_iam:
        pytest.skip("the other shape, which enforces IAM, shows it")
    told = Told(world)

    # Given somebody who left, and whose steps are done
    told.suspend()
    eventually(told.done, "the steps of the leaver")
    eventually(told.fits, "the trail to be what the ledger is")

    # Then the trail has it from the beginning
    found = told.history()
    assert not any(line.remarks for line in found.lines)
    items = [line.entry.item for line in found.lines]
    assert items.count(Item.RECORD) >= 2
    assert Item.REVOCATION in items
    assert all(line.entry.trigger for line in found.lines if line.entry.item is Item.RECORD)

    # And neither the function that writes the ledger nor the one that writes the trail can change it
    key = found.lines[0].entry.key
    s3 = world.hub_client("s3")
    (version,) = s3.list_object_versions(Bucket=told.bucket, Prefix=key)["Versions"]
    there = {"Bucket": told.bucket, "Key": key}
    for role in ("ostiary-leavers", "ostiary-audit"):
        client = as_role(world, role, "s3")
        for call, more in (
            (client.get_object, {}),
            (client.delete_object, {}),
            (client.delete_object, {"VersionId": version["VersionId"], "BypassGovernanceRetention": True}),
            (client.put_object_retention, {"Retention": {"Mode": "GOVERNANCE"}}),
            (client.put_object_legal_hold, {"LegalHold": {"Status": "OFF"}}),
        ):
            assert refused(call, **there, **more) == "AccessDenied", (role, call)
    assert refused(as_role(world, "ostiary-leavers", "s3").put_object, **there, Body=b"{}") == "AccessDenied"
    again = as_role(world, "ostiary-audit", "s3").put_object
    assert refused(again, **there, Body=b"{}", IfNoneMatch="*") == "PreconditionFailed"

    # Nor can the account's root
    taken = refused(s3.delete_object, **there, VersionId=version["VersionId"], BypassGovernanceRetention=True)
    assert taken == "AccessDenied"
    lock = s3.head_object(**there)
    assert lock["ObjectLockMode"] == "COMPLIANCE"

    # When somebody with rights of their own takes the deny's entry out of the ledger
    table = world.hub_client("dynamodb")
    table.delete_item(TableName=names.LEDGER, Key={"pk": {"S": OPEN}, "sk": {"S": told.person}})

    # Then that is in the trail too, as nothing that the function did
    eventually(
        lambda: told.history().lines[-1].entry.change == "removed", "the entry of what was done by hand"
    )
    assert told.history().lines[-1].remarks == (ALONE,)
