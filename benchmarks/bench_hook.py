"""What the hook costs beside a handler that only calls boto3's put_events, and how the deployed one holds up.

Run as `python -m benchmarks.bench_hook`; with `--local` without the deployed part, with `--json` as JSON.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from infra import names
from sandbox.bring_up import running
from sandbox.show import step

ROOT = Path(__file__).parents[1]
SECRET = "the-secret-of-the-benchmark"  # noqa: S105 - opens a stub of this process
CAPABILITIES = tuple(sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py")))
COLD_RUNS = 15
WARM_RUNS = 400
DELIVERIES, IN_FLIGHT = 1000, 20

FLOOR = """
import json, os
import boto3
client = boto3.client("events")
def handle(event, context):
    entries = [
        {"EventBusName": "ostiary", "Source": "s", "DetailType": e["eventType"], "Detail": json.dumps(e)}
        for e in json.loads(event["body"])["data"]["events"]
    ]
    client.put_events(Entries=entries)
    return {"statusCode": 204, "body": ""}
"""
HOOK = "from functions.hook.handler import handle\nfrom functions.hook.wiring import door\ndoor()\n"


def delivery(number: int = 0) -> dict[str, Any]:
    """The sample of Okta's documentation, its LogEvents with ids of their own and of nobody known."""
    sample = ROOT / "events/okta/hook-lock.json"
    envelope: dict[str, Any] = json.loads(sample.read_text())
    for event in envelope["data"]["events"]:
        event["uuid"] = f"{uuid.uuid4()}"
        event["target"] = [{"id": f"00uBench{number}", "type": "User", "alternateId": "nobody@example.com"}]
    return envelope


@contextlib.contextmanager
def stub() -> Iterator[str]:
    """Answers PutEvents and GetSecretValue on loopback, at once."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer in two pieces would wait 40 ms for the client's acknowledgement, and be measured.
        disable_nagle_algorithm = True
        wbufsize = 65_536

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer: dict[str, Any] = {"SecretString": SECRET}
            if "Entries" in body:
                answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}] * len(body["Entries"])}
            raw = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def environment(url: str) -> dict[str, str]:
    """As Lambda has it, with the stub for AWS."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "OSTIARY_BUS": "ostiary",
        "OSTIARY_HOOK_SECRET": "ostiary/hook",
        "POWERTOOLS_SERVICE_NAME": "hook",
        "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ["PATH"],
    }


def started(program: str, url: str) -> float:
    """Milliseconds that `program` takes in a fresh interpreter, from its first line to its last."""
    timed = (
        f"import time\n_t = time.perf_counter()\n{program}\nprint('TOOK', (time.perf_counter() - _t) * 1000)"
    )
    command = [sys.executable, "-c", timed]
    ran = subprocess.run(  # noqa: S603 - this interpreter
        command, env=environment(url), capture_output=True, text=True, check=True
    )
    return float(ran.stdout.rsplit("TOOK ", 1)[1])


def cold(url: str) -> tuple[float, float]:
    """Floor and hook, in turns: import and clients. The median."""
    floors, hooks = [], []
    for _ in range(COLD_RUNS):
        floors.append(started(FLOOR, url))
        hooks.append(started(HOOK, url))
    return statistics.median(floors), statistics.median(hooks)


WARM = """
import contextlib, io, json, statistics, sys, time
floor = {{}}
exec({floor!r}, floor)
from functions.hook.handler import handle
body = sys.argv[1]
event = {{"httpMethod": "POST", "body": body, "headers": {{
    "Authorization": {secret!r}, "Content-Type": "application/json"}}}}
def once(call):
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        assert call(event, None)["statusCode"] == 204
    return (time.perf_counter() - began) * 1000
for call in (floor["handle"], handle):
    for _ in range(20):
        once(call)
pairs = [(once(floor["handle"]), once(handle)) for _ in range({runs})]
print("TOOK", json.dumps([statistics.median(each) for each in zip(*pairs)]))
"""


def warm(url: str) -> tuple[float, float]:
    """Floor and hook, in turns in one process, one delivery each. The median."""
    program = WARM.format(floor=FLOOR, secret=SECRET, runs=WARM_RUNS)
    command = [sys.executable, "-c", program, json.dumps(delivery())]
    ran = subprocess.run(  # noqa: S603 - this interpreter
        command, env=environment(url), capture_output=True, text=True, check=True
    )
    floor, hook = json.loads(ran.stdout.rsplit("TOOK ", 1)[1])
    return floor, hook


def imports(url: str) -> dict[str, float]:
    """Milliseconds to import boto3, and each function's handler: the best of five."""
    programs = {"boto3 alone": "import boto3"} | {
        name: f"import functions.{name}.handler" for name in CAPABILITIES
    }
    return {name: min(started(program, url) for _ in range(5)) for name, program in programs.items()}


def deployed(step: Callable[[str], contextlib.AbstractContextManager[None]]) -> dict[str, float]:
    """1,000 deliveries, 20 in flight, at the endpoint in the sandbox; what was refused, and what was lost."""
    with tempfile.TemporaryDirectory() as directory, running(Path(directory), step) as world:
        sqs, events = world.hub_client("sqs"), world.hub_client("events")
        url = sqs.create_queue(QueueName="bench")["QueueUrl"]
        arn = f"arn:aws:sqs:{world.shape.hub_region}:{world.shape.hub_account}:bench"
        pattern = {"source": ["ostiary.okta"], "detail-type": ["user.account.lock"]}
        events.put_rule(Name="bench", EventBusName=names.BUS, EventPattern=json.dumps(pattern))
        events.put_targets(Rule="bench", EventBusName=names.BUS, Targets=[{"Id": "1", "Arn": arn}])
        sent = [delivery(number) for number in range(DELIVERIES)]
        headers = {"Authorization": world.hook_secret, "Content-Type": "application/json"}

        def post(envelope: dict[str, Any]) -> tuple[int, float, bool]:
            """As Okta sends it: a second time after a 5xx."""
            began = time.perf_counter()
            answer = requests.post(world.hook_url, json=envelope, headers=headers, timeout=60)
            again = answer.status_code >= 500
            if again:
                answer = requests.post(world.hook_url, json=envelope, headers=headers, timeout=60)
            return answer.status_code, (time.perf_counter() - began) * 1000, again

        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            # Twenty interpreters that start at once on two cores say nothing about Lambda's own starts.
            list(pool.map(post, [delivery() for _ in range(2 * IN_FLIGHT)]))
            began = time.perf_counter()
            answers = list(pool.map(post, sent))
            seconds = time.perf_counter() - began
        lost = _missing(sqs, url, {e["uuid"] for each in sent for e in each["data"]["events"]})
    times = sorted(took for _, took, _ in answers)
    return {
        "deliveries": DELIVERIES,
        "in flight": IN_FLIGHT,
        "a second": DELIVERIES / seconds,
        "p50 ms": times[len(times) // 2],
        "p99 ms": times[len(times) * 99 // 100],
        "slowest ms": times[-1],
        "sent again after 5xx": sum(again for _, _, again in answers),
        "refused": sum(status != 204 for status, _, _ in answers),
        "lost": lost,
    }


def _missing(sqs: Any, url: str, missing: set[str]) -> int:
    """How many of `missing` never arrive in the queue."""
    deadline = time.monotonic() + 60
    while missing and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            missing.discard(json.loads(message["Body"])["detail"]["uuid"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return len(missing)


def measure(*, local: bool, silent: bool) -> dict[str, dict[str, float]]:
    """Every figure, by table. With `silent` nothing is said meanwhile."""
    with stub() as url:
        figures = {}
        for name, pair in (("cold", cold(url)), ("warm", warm(url))):
            floor, hook = pair
            figures[name] = {"floor ms": floor, "hook ms": hook, "ratio": hook / floor}
        figures["import ms"] = imports(url)
    if not local:
        figures["deployed"] = deployed((lambda _: contextlib.nullcontext()) if silent else step)
    return figures


def show(figures: dict[str, dict[str, float]]) -> None:
    """As tables."""
    table = Table("", "floor ms", "hook ms", "ratio", "aim", title="The hook beside boto3's put_events alone")
    for name, aim in (("cold", 1.25), ("warm", 1.3)):
        row = figures[name]
        table.add_row(
            name, f"{row['floor ms']:.1f}", f"{row['hook ms']:.1f}", f"{row['ratio']:.2f}", f"≤ {aim}"
        )
    Console().print(table)
    for name, form in (("import ms", "{:.0f}"), ("deployed", "{:.1f}")):
        if name in figures:
            plain = Table("", name)
            for key, value in figures[name].items():
                plain.add_row(key, form.format(value).removesuffix(".0"))
            Console().print(plain)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument("--local", action="store_true", help="leave out the deployed endpoint")
    options = parser.parse_args()
    figures = measure(local=options.local, silent=options.json)
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        show(figures)


if __name__ == "__main__":
    main()
