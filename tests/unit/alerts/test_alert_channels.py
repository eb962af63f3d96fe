"""Channels against a real HTTP server that fails in each way, and the mail topic."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import boto3
import pytest
import requests

from functions.alerts.channels import Mail, PagerDuty, Reader
from functions.alerts.channels_secret import BY_SECRET, ChannelsSecretError, webhooks
from functions.alerts.decision import Decision
from functions.alerts.wire import REST, TIMEOUT, ChannelError, Wire, webhook_session
from sandbox import oncall
from tests.unit.alerts.conftest import FINDING, REGION, digest, message
from tests.unit.okta.scripted_http import Answer, ScriptedServer, scripted_server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECRET_PATH = "/services/T000/B000/TopSecret"
ROUTING_KEY = "R0UTINGKEY" * 3


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with webhook_session() as session:
        yield session


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


def secret(server: ScriptedServer) -> str:
    return json.dumps(
        {
            "slack": server.url + SECRET_PATH,
            "teams": server.url + SECRET_PATH,
            "pagerduty": {"url": f"{server.url}/v2/enqueue", "routing_key": ROUTING_KEY},
            "webhook": {"url": server.url + SECRET_PATH, "authorization": f"Bearer {ROUTING_KEY}"},
        }
    )


def test_slack_gets_blocks_at_its_webhook(server: ScriptedServer, http: requests.Session) -> None:
    server.answers = [Answer(200, "ok")]
    webhooks(secret(server), http)["slack"].send(message())
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", SECRET_PATH)
    assert asked.headers["Content-Type"] == "application/json"
    assert json.loads(asked.body)["blocks"][0]["type"] == "header"


def test_pagerduty_gets_a_trigger_and_a_resolve_of_the_same_key(
    server: ScriptedServer, http: requests.Session
) -> None:
    server.answers = [Answer(202, {"status": "success", "dedup_key": FINDING.key})]
    channel = webhooks(secret(server), http)["pagerduty"]
    channel.send(message())
    channel.send(message(Decision.RESOLVED))
    bodies = [json.loads(asked.body) for asked in server.asked]
    assert [body["event_action"] for body in bodies] == ["trigger", "resolve"]
    assert {body["dedup_key"] for body in bodies} == {FINDING.key}
    assert {body["routing_key"] for body in bodies} == {ROUTING_KEY}


@pytest.mark.parametrize("name", BY_SECRET)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(500, "<html>oops</html>"), "HTTP 500"),
        (Answer(503), "HTTP 503"),
        (Answer(429, headers={"Retry-After": "30"}), "HTTP 429"),
        (Answer(410, "channel_is_archived"), "HTTP 410 channel_is_archived"),
        (Answer(400, {"status": "invalid event", "errors": [ROUTING_KEY]}), "HTTP 400"),
        (Answer(302, headers={"Location": "https://elsewhere.example/"}), "HTTP 302"),
        (Answer(404, f"no webhook at {SECRET_PATH}"), "HTTP 404"),
        (Answer(hang_up=True), "no answer (ConnectionError)"),
    ],
)
def test_a_failure_is_told_without_address_or_key(
    server: ScriptedServer, http: requests.Session, name: str, answer: Answer, words: str
) -> None:
    server.answers = [answer]
    with pytest.raises(ChannelError) as raised:
        webhooks(secret(server), http)[name].send(message())
    assert str(raised.value) == f"{name}: {words}"
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert len(server.asked) == 1


def test_a_server_that_never_answers_is_given_up(
    server: ScriptedServer, http: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def time_out(*_: object, **kept: object) -> requests.Response:
        assert kept["timeout"] == (2.0, 5.0)
        raise requests.ReadTimeout(f"{server.url}{SECRET_PATH} timed out")

    monkeypatch.setattr(http, "post", time_out)
    with pytest.raises(ChannelError, match=r"slack: no answer \(ReadTimeout\)") as raised:
        webhooks(secret(server), http)["slack"].send(message())
    assert SECRET_PATH not in str(raised.value)


def test_nobody_listening_is_told_without_the_address(http: requests.Session) -> None:
    with pytest.raises(ChannelError) as raised:
        Wire("slack", f"http://127.0.0.1:9{SECRET_PATH}", http).post({})
    assert str(raised.value) == "slack: no answer (ConnectionError)"


def test_who_does_not_answer_is_left_alone_for_a_moment(
    server: ScriptedServer, http: requests.Session
) -> None:
    """Given a batch of findings and a dead endpoint, its time-out is waited for once."""
    now = 1000.0
    wire = Wire("slack", server.url + SECRET_PATH, http, clock=lambda: now)
    server.answers = [Answer(hang_up=True), Answer(200, "ok")]
    with pytest.raises(ChannelError, match="no answer"):
        wire.post({})
    with pytest.raises(ChannelError, match="slack: not asked again so soon"):
        wire.post({})
    now += REST
    wire.post({})
    assert len(server.asked) == 2


def test_several_that_do_not_answer_cost_a_batch_one_wait_each(http: requests.Session) -> None:
    """Given every channel hangs, ten findings of one batch still fit into the function's minute."""
    now, asked = 0.0, Counter[str]()

    class Hanging:
        def post(self, url: str, **_: object) -> requests.Response:
            nonlocal now
            asked[url] += 1
            now += sum(TIMEOUT)
            raise requests.ReadTimeout

    hanging = cast(requests.Session, Hanging())
    wires = [Wire(name, f"https://{name}.example", hanging, clock=lambda: now) for name in BY_SECRET]
    for _ in range(10):
        for wire in wires:
            with pytest.raises(ChannelError):
                wire.post({})
    assert set(asked.values()) == {1}
    assert now < 60


def test_who_refuses_is_asked_again_at_once(server: ScriptedServer, http: requests.Session) -> None:
    wire = Wire("slack", server.url + SECRET_PATH, http)
    server.answers = [Answer(500), Answer(200, "ok")]
    with pytest.raises(ChannelError, match="HTTP 500"):
        wire.post({})
    wire.post({})


def test_every_channel_delivers_what_its_provider_takes(http: requests.Session) -> None:
    """Given on-call's stand-in, which refuses what Slack, Teams or PagerDuty would refuse."""
    with oncall.serve() as sink:
        addresses = {name: f"{sink.url}/{name}" for name in ("slack", "teams", "webhook")}
        named = {**addresses, "pagerduty": {"url": f"{sink.url}/pagerduty", "routing_key": ROUTING_KEY}}
        channels = webhooks(json.dumps(named), http)
        for channel in channels.values():
            channel.send(message())
            channel.send(message(Decision.RESOLVED))
            if isinstance(channel, Reader):
                channel.send_digest(digest())
        told = Counter(each["channel"] for each in sink.messages())
    assert told == {"slack": 3, "teams": 3, "webhook": 3, "pagerduty": 2}


def test_a_webhook_is_told_who_calls(server: ScriptedServer, http: requests.Session) -> None:
    server.answers = [Answer(200)]
    webhooks(secret(server), http)["webhook"].send(message())
    assert server.asked[0].headers["Authorization"] == f"Bearer {ROUTING_KEY}"
    assert json.loads(server.asked[0].body)["event"] == "opened"


def test_no_address_and_no_key_is_in_a_log_or_a_repr(
    server: ScriptedServer, http: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers = [Answer(200, "ok")]
    channels = webhooks(secret(server), http)
    for channel in channels.values():
        channel.send(message())
    said = caplog.text + repr(channels)
    assert SECRET_PATH not in said
    assert ROUTING_KEY not in said
    assert server.url not in said


def test_an_empty_secret_names_no_channel(http: requests.Session) -> None:
    assert webhooks("{}", http) == {}


def test_pagerdutys_own_address_is_the_default(http: requests.Session) -> None:
    channel = webhooks('{"pagerduty": {"routing_key": "R"}}', http)["pagerduty"]
    assert isinstance(channel, PagerDuty)
    assert channel.wire.url == "https://events.pagerduty.com/v2/enqueue"


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.slack.com/TopSecret",
        "[]",
        '{"sms": "https://TopSecret"}',
        '{"teams": "http://TopSecret"}',
        '{"webhook": {"authorization": "TopSecret"}}',
        '{"webhook": {"url": "https://x.example", "authorization": 5, "TopSecret": 1}}',
        '{"slack": "http://hooks.slack.com/TopSecret"}',
        '{"slack": {"url": "TopSecret"}}',
        '{"pagerduty": "TopSecret"}',
        '{"pagerduty": {"key": "TopSecret"}}',
        '{"pagerduty": {"routing_key": "TopSecret", "url": "http://events.example"}}',
    ],
)
def test_a_wrong_secret_is_refused_without_showing_it(http: requests.Session, text: str) -> None:
    with pytest.raises(ChannelsSecretError) as raised:
        webhooks(text, http)
    assert "TopSecret" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_mail_goes_to_the_topic(dynamodb: "DynamoDBClient") -> None:
    # Given a topic that a queue listens to
    sns, sqs = boto3.client("sns", region_name=REGION), boto3.client("sqs", region_name=REGION)
    topic = sns.create_topic(Name="ostiary-alerts")["TopicArn"]
    queue = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    # When
    Mail(sns, topic).send(message())

    # Then
    sent = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert sent["Subject"] == "[Warning] SAML signing certificate of AWS expires in 30 days"
    assert "2. Import it in Identity Center." in sent["Message"]


def test_a_topic_that_is_gone_is_a_failure_of_that_channel(dynamodb: "DynamoDBClient") -> None:
    topic = f"arn:aws:sns:{REGION}:123456789012:gone"
    with pytest.raises(ChannelError, match="gone"):
        Mail(boto3.client("sns", region_name=REGION), topic).send(message())
