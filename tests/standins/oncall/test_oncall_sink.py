"""On-call's sink: what each provider would take, what it answers, and how it is read back."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from sandbox import oncall

EVENT = {
    "routing_key": "R0SANDBOX",
    "event_action": "trigger",
    "payload": {
        "summary": "The SAML certificate ends in 12 days",
        "source": "ostiary",
        "severity": "warning",
    },
}
NOTIFICATION = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": "arn:aws:sns:eu-west-1:222222222222:ostiary-findings",
    "Subject": "The SAML certificate ends in 12 days",
    "Message": "plain words",
    "Timestamp": "2026-11-16T18:15:12.862Z",
}


@pytest.fixture
def sink() -> Iterator[oncall.OncallServer]:
    with oncall.serve() as running:
        yield running


def post(sink: oncall.OncallServer, channel: str, body: Any) -> requests.Response:
    return requests.post(f"{sink.url}/{channel}", json=body, timeout=30)


def test_everything_is_shown_oldest_first(sink: oncall.OncallServer) -> None:
    # When a message comes on each channel
    post(sink, "slack", {"text": "to Slack"})
    post(sink, "pagerduty", EVENT)
    post(sink, "teams", {"type": "message", "summary": "to Teams", "attachments": [{"content": {}}]})
    post(sink, "webhook", {"subject": "to a webhook"})
    post(sink, "sns", NOTIFICATION)
    # Then GET / lists them in that order, with what each said
    shown = requests.get(sink.url, timeout=30).json()
    assert [(message["channel"], message["subject"]) for message in shown] == [
        ("slack", "to Slack"),
        ("pagerduty", "The SAML certificate ends in 12 days"),
        ("teams", "to Teams"),
        ("webhook", "to a webhook"),
        ("sns", "The SAML certificate ends in 12 days"),
    ]
    assert shown == sink.messages()
    assert shown[1]["body"] == EVENT
    assert shown[4]["body"] == "plain words"
    assert [message["at"] for message in shown] == sorted(message["at"] for message in shown)


def test_what_came_can_be_forgotten(sink: oncall.OncallServer) -> None:
    post(sink, "slack", {"text": "old"})
    requests.delete(sink.url, timeout=30)
    assert sink.messages() == []


def test_slack_answers_ok_and_refuses_an_empty_message(sink: oncall.OncallServer) -> None:
    assert post(sink, "slack", {"text": "x"}).text == "ok"
    refused = post(sink, "slack", {})
    assert (refused.status_code, refused.text) == (400, "no_text")


def test_pagerduty_answers_with_the_key_of_the_alert(sink: oncall.OncallServer) -> None:
    answer = post(sink, "pagerduty", {**EVENT, "dedup_key": "saml-certificate"})
    assert answer.status_code == 202
    assert answer.json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "saml-certificate",
    }
    assert post(sink, "pagerduty", EVENT).json()["dedup_key"]
    resolve = {"routing_key": "R0SANDBOX", "event_action": "resolve", "dedup_key": "saml-certificate"}
    assert post(sink, "pagerduty", resolve).status_code == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {"routing_key": ""},
        {"event_action": "shout"},
        {"event_action": "resolve"},
        {"payload": {"summary": "x", "source": "y"}},
        {"payload": {"summary": "x", "source": "y", "severity": "dire"}},
        {"payload": "text"},
    ],
)
def test_pagerduty_refuses_what_is_no_event_and_says_why(
    sink: oncall.OncallServer, wrong: dict[str, Any]
) -> None:
    refused = post(sink, "pagerduty", {**EVENT, **wrong})
    assert refused.status_code == 400
    assert refused.json()["status"] == "invalid event"
    assert refused.json()["errors"]
    assert sink.messages() == []


def test_a_json_message_from_sns_is_read(sink: oncall.OncallServer) -> None:
    post(sink, "sns", {**NOTIFICATION, "Message": json.dumps({"key": "saml-certificate"})})
    assert sink.messages()[0]["body"] == {"key": "saml-certificate"}


def test_a_subscription_is_confirmed_by_its_own_url(sink: oncall.OncallServer) -> None:
    # Given a topic on this machine, named localhost as the embedded AWS names itself
    asked: list[str] = []

    class Topic(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """The test reads `asked`."""

    topic = ThreadingHTTPServer(("127.0.0.1", 0), Topic)
    thread = threading.Thread(target=topic.serve_forever, daemon=True)
    thread.start()
    # When it asks for confirmation
    url = f"http://localhost:{topic.server_port}/?Action=ConfirmSubscription&Token=abc"
    answer = post(sink, "sns", {"Type": "SubscriptionConfirmation", "SubscribeURL": url})
    topic.shutdown()
    topic.server_close()
    thread.join()
    # Then the URL was fetched, and nothing is shown to on-call
    assert answer.status_code == 200
    assert asked == ["/?Action=ConfirmSubscription&Token=abc"]
    assert sink.messages() == []


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        "http://192.0.2.7/?Action=ConfirmSubscription",
        "file:///etc/passwd",
        "http://localhost.example.com/",
    ],
)
def test_no_url_beyond_this_machine_is_fetched(sink: oncall.OncallServer, url: str) -> None:
    assert post(sink, "sns", {"Type": "SubscriptionConfirmation", "SubscribeURL": url}).status_code == 403


def test_a_topic_that_does_not_answer_is_told_so(sink: oncall.OncallServer) -> None:
    confirmation = {"Type": "SubscriptionConfirmation", "SubscribeURL": "http://127.0.0.1:9/"}
    assert post(sink, "sns", confirmation).status_code == 502


@pytest.mark.parametrize("body", ["", "{", "text"])
@pytest.mark.parametrize("channel", ["slack", "pagerduty", "teams", "webhook", "sns"])
def test_what_is_no_json_is_refused(sink: oncall.OncallServer, channel: str, body: str) -> None:
    answer = requests.post(f"{sink.url}/{channel}", data=body, timeout=30)
    assert answer.status_code == 400
    assert sink.messages() == []


def test_a_channel_can_be_told_to_fail(sink: oncall.OncallServer) -> None:
    # Given a Slack that is down for one call
    fault = {"service": "oncall", "operation": "slack", "error": "server_error", "status": 503, "times": 1}
    assert requests.put(f"{sink.url}/_sandbox/faults", json=[fault], timeout=30).status_code == 204
    # When two messages come
    answers = [post(sink, "slack", {"text": text}).status_code for text in ("lost", "kept")]
    # Then the first is lost, the second kept, other channels are not touched
    assert answers == [503, 200]
    assert [message["subject"] for message in sink.messages()] == ["kept"]
    assert post(sink, "teams", {"text": "x"}).status_code == 202
    assert requests.get(f"{sink.url}/_sandbox/calls", timeout=30).json() == {
        "oncall": {"slack": 2, "teams": 1}
    }


def test_a_fault_that_cannot_be_is_refused(sink: oncall.OncallServer) -> None:
    assert requests.put(f"{sink.url}/_sandbox/faults", json=[{"x": 1}], timeout=30).status_code == 400


def test_an_unknown_channel_is_404_and_a_wrong_method_405(sink: oncall.OncallServer) -> None:
    assert post(sink, "fax", {}).status_code == 404
    assert requests.get(f"{sink.url}/slack", timeout=30).status_code == 405
