"""The hook beside a handler that only calls boto3's put_events: fresh interpreters, one process, imports."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.hook.sample import delivery
from functions.policy import load
from infra.bundle import bundle

ROOT = Path(__file__).parents[2]
SECRET = "the-secret-of-the-benchmark"  # noqa: S105 - opens a stub of this process
HANDLERS = {
    path.stem.replace("_handler", "").replace(
        "handler", path.parent.name
    ): f"functions.{path.parent.name}.{path.stem}"
    for path in (ROOT / "functions").glob("*/*handler.py")
}
"""The modules that Lambda starts with, by function: two functions share the room `accounts`."""

COLD_RUNS = 15
WARM_RUNS = 400

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
    """As Lambda has it: the bundle and nothing else, nowhere to write bytecode; with the stub for AWS."""
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
        "PYTHONPATH": str(bundle(load(ROOT / "access.yaml").to_json(), "local")),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
    }


def started(program: str, url: str) -> float:
    """Milliseconds that `program` takes in a fresh interpreter, from its first line to its last."""
    timed = (
        f"import time\n_t = time.perf_counter()\n{program}\nprint('TOOK', (time.perf_counter() - _t) * 1000)"
    )
    command = [sys.executable, "-S", "-c", timed]
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
    command = [sys.executable, "-S", "-c", program, json.dumps(delivery())]
    ran = subprocess.run(  # noqa: S603 - this interpreter
        command, env=environment(url), capture_output=True, text=True, check=True
    )
    floor, hook = json.loads(ran.stdout.rsplit("TOOK ", 1)[1])
    return floor, hook


def imports(url: str) -> dict[str, float]:
    """Milliseconds to import boto3, and each function's handler: the best of five."""
    programs = {"boto3 alone": "import boto3"} | {n: f"import {module}" for n, module in HANDLERS.items()}
    return {name: min(started(program, url) for _ in range(5)) for name, program in programs.items()}
