"""What a leaver costs: seconds until the deny is read back in force, and AWS calls; one, and 400 at once.

The function's own wiring, one instance a thread, against the sandbox's identity plane with UpdatePolicy held
to AWS's 2 calls a second (burst 3); DynamoDB, IAM and EventBridge are the embedded AWS's. Every call of
boto3 is counted. Aims: at most one UpdatePolicy for 25 leavers, at most 8 AWS calls for each.
"""

import argparse
import json
import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import requests
from rich.console import Console
from rich.table import Table

from functions.aws.session import assumed
from functions.inbox import Envelope
from functions.leavers.deny import LARGE, held_in
from functions.leavers.renderer import BREATH_SECONDS
from functions.leavers.environment import Environment
from functions.leavers.wiring import Leavers
from functions.policy import AccessPolicy
from sandbox import embedded
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT, Settings, serve
from sandbox.identity.server import IdentityServer
from sandbox.world import ROOT

PORT = 15800
SECRET = "bench"  # noqa: S105 - opens nothing
INSTANCES, BATCH = 10, 10
"""As infra/capabilities/leavers.py has them."""
ROLE = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/ostiary-deny-policies"
REGION = "eu-west-1"


class _Okta(BaseHTTPRequestHandler):
    """Ends every session that it is asked to end."""

    protocol_version = "HTTP/1.1"

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@dataclass(frozen=True)
class Figure:
    """One burst."""

    leavers: int
    seconds: float
    updates: int
    calls: int
    by_service: Mapping[str, int]

    @property
    def per_update(self) -> float:
        return self.leavers / max(1, self.updates)

    @property
    def per_leaver(self) -> float:
        return self.calls / self.leavers


class Counted:
    """Every call of boto3 clients, by service and operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()

    def listen(self, session: boto3.Session) -> None:
        session.events.register("before-call", self._count)

    def _count(self, model: Any, **_: Any) -> None:
        with self._lock:
            self.calls[f"{model.service_model.service_name}:{model.name}"] += 1


@contextmanager
def world(people: int, groups: int) -> Iterator[tuple[IdentityServer, Counted]]:
    """An organization, a directory of `people`, each in `groups` groups that have access."""
    with ExitStack() as stack:
        plane = stack.enter_context(serve(PORT, settings=Settings(policy_updates_per_second=2)))
        okta = ThreadingHTTPServer(("127.0.0.1", PORT + 1), _Okta)
        threading.Thread(target=okta.serve_forever, daemon=True).start()
        stack.callback(okta.server_close)
        stack.callback(okta.shutdown)
        directory = Path(stack.enter_context(TemporaryDirectory()))
        aws = stack.enter_context(embedded.serve(ROOT, directory, plane.url, MANAGEMENT_ACCOUNT, REGION))
        os.environ.update(_environment(plane.url, aws.url))
        boto3.setup_default_session(region_name=REGION)
        _fill(plane, people, groups)
        counted = Counted()
        default = boto3.DEFAULT_SESSION
        if default is None:
            raise RuntimeError("there is no default session")
        counted.listen(default)
        assumed.cache_clear()
        counted.listen(assumed(ROLE, "ostiary-leavers"))
        yield plane, counted


def burst(leavers: int, groups: int) -> Figure:
    """So many deactivations at once, taken in by as many instances as AWS would start."""
    with world(leavers, groups) as (plane, counted):
        batches = _batches(leavers)
        instances = [Leavers(_read(), AccessPolicy(permission_sets={})) for _ in range(INSTANCES)]
        warm = Envelope("warm", "ostiary.okta", "user.session.end", datetime.now(UTC), _event("warm", "x"))
        for instance in instances:
            _take(instance, [warm])
        instances[0].upkeep.run()
        time.sleep(BREATH_SECONDS)  # That was a writing; nobody leaves right after one.
        counted.calls.clear()
        plane.faults.reset()
        began = time.monotonic()
        threads = [threading.Thread(target=_work, args=(each, batches)) for each in instances]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        denied = _denied(plane)
        if denied != leavers:
            raise RuntimeError(f"{denied} of {leavers} leavers are denied")
        updates = plane.faults.calls()["organizations"].get("UpdatePolicy", 0)
        by_service = Counter[str]()
        for name, count in counted.calls.items():
            by_service[name.partition(":")[0]] += count
        return Figure(leavers, seconds, updates, sum(counted.calls.values()), dict(by_service))


def _work(instance: Leavers, batches: "queue.Queue[list[Envelope]]") -> None:
    while True:
        try:
            envelopes = batches.get_nowait()
        except queue.Empty:
            return
        _take(instance, envelopes)


def _take(instance: Leavers, envelopes: list[Envelope]) -> None:
    batch = instance.batch()
    batch.admit(envelopes)
    for envelope in envelopes:
        batch.receive(envelope)


def _batches(leavers: int) -> "queue.Queue[list[Envelope]]":
    found: queue.Queue[list[Envelope]] = queue.Queue()
    now = datetime.now(UTC)
    envelopes = [
        Envelope(f"e-{n}", "ostiary.okta", "user.lifecycle.deactivate", now, _event(f"u-{n}", _okta_id(n)))
        for n in range(leavers)
    ]
    for start in range(0, leavers, BATCH):
        found.put(envelopes[start : start + BATCH])
    return found


def _event(uuid: str, okta_id: str) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "published": datetime.now(UTC).isoformat(),
        "eventType": "user.lifecycle.deactivate" if okta_id != "x" else "user.session.end",
        "outcome": {"result": "SUCCESS"},
        "target": [{"id": okta_id, "type": "User", "alternateId": f"{okta_id}@example.com"}],
    }


def _okta_id(number: int) -> str:
    return f"00u{number:017d}"


def _denied(plane: IdentityServer) -> int:
    organizations = _client(plane, "organizations")
    listed = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    contents = [
        organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"]
        for each in listed
        if each["Name"].startswith("ostiary-")
    ]
    return sum(len(held_in(content)) for content in contents)


def _client(plane: IdentityServer, service: Any) -> Any:
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=plane.url,
        aws_access_key_id=MANAGEMENT_ACCOUNT,
        aws_secret_access_key=SECRET,
    )


def _fill(plane: IdentityServer, people: int, groups: int) -> None:
    organizations = _client(plane, "organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    sso, store = _client(plane, "sso-admin"), _client(plane, "identitystore")
    created = sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name="Developer")
    arn = created["PermissionSet"]["PermissionSetArn"]
    account = _account(plane, organizations)
    group_ids = []
    for number in range(groups):
        group = store.create_group(IdentityStoreId=IDENTITY_STORE_ID, DisplayName=f"g-{number}")["GroupId"]
        group_ids.append(group)
        sso.create_account_assignment(
            InstanceArn=INSTANCE_ARN,
            TargetId=account,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=arn,
            PrincipalType="GROUP",
            PrincipalId=group,
        )
        plane.settle()
    scim = requests.Session()
    scim.headers["Authorization"] = f"Bearer {plane.scim_token}"
    for number in range(people):
        okta_id = _okta_id(number)
        body: dict[str, Any] = {
            "userName": f"{okta_id}@example.com",
            "externalId": okta_id,
            "displayName": okta_id,
        }
        body |= {"name": {"givenName": "A", "familyName": "B"}, "active": True}
        user = scim.post(f"{plane.scim_url}/Users", json=body, timeout=10).json()["id"]
        for group in group_ids:
            store.create_group_membership(
                IdentityStoreId=IDENTITY_STORE_ID, GroupId=group, MemberId={"UserId": user}
            )
    boto3.client("dynamodb", region_name=REGION).create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    boto3.client("events", region_name=REGION).create_event_bus(Name="ostiary")
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="okta", SecretString='{"token": "bench"}')


def _account(plane: IdentityServer, organizations: Any) -> str:
    asked = organizations.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]["Id"]
    plane.settle()
    status = organizations.describe_create_account_status(CreateAccountRequestId=asked)
    return str(status["CreateAccountStatus"]["AccountId"])


def _environment(plane: str, aws: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": MANAGEMENT_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "bench",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "bench",
        **{f"AWS_ENDPOINT_URL_{name}": plane for name in ("ORGANIZATIONS", "SSO_ADMIN", "IDENTITYSTORE")},
    }


def _read() -> Environment:
    return Environment(
        bus="ostiary",
        runbooks="https://example.com",
        region=REGION,
        ledger_table="ledger",
        deny_role=ROLE,
        instance_arn=INSTANCE_ARN,
        identity_store_id=IDENTITY_STORE_ID,
        okta_url=f"http://127.0.0.1:{PORT + 1}",
        okta_credentials="okta",
        okta_app_id="0oabench",
        deny_size=LARGE,
        deny_count=4,
        deny_management=4,
        scim_credentials="",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leavers", type=int, nargs="+", default=[1, 25, 100, 400])
    parser.add_argument("--groups", type=int, default=0, help="groups with access that each is in")
    arguments = parser.parse_args()
    with redirect_stdout(StringIO()):  # Metrics go there, as Lambda wants them.
        figures = [burst(count, arguments.groups) for count in arguments.leavers]
    if arguments.json:
        rows = [{**asdict(f), "per_update": f.per_update, "per_leaver": f.per_leaver} for f in figures]
        Console().print_json(json.dumps(rows))
        return
    table = Table("leavers", "s", "UpdatePolicy", "leavers for each", "AWS calls for each leaver")
    for each in figures:
        table.add_row(
            str(each.leavers),
            f"{each.seconds:.1f}",
            str(each.updates),
            f"{each.per_update:.0f}",
            f"{each.per_leaver:.1f}  ({', '.join(f'{k} {v}' for k, v in sorted(each.by_service.items()))})",
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
