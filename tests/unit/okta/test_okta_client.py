"""What the client promises its callers, against a real HTTP server."""

import pytest
import requests

from functions.okta.client import OktaClient
from functions.okta.errors import (
    OktaAnswerError,
    OktaError,
    OktaRefusedError,
    OktaRejectedError,
    OktaThrottledError,
    OktaUnreachableError,
)
from functions.okta.sign_in import ApiToken
from tests.unit.okta.conftest import TOKEN, Clock
from tests.unit.okta.scripted_http import Answer, Asked, ScriptedServer

FORBIDDEN = {"errorCode": "E0000006", "errorSummary": "You do not have permission"}


def test_given_a_person_when_sessions_are_cleared_then_tokens_and_devices_go_too(
    client: OktaClient, okta: ScriptedServer
) -> None:
    okta.answers = [Answer(204)]
    assert client.clear_sessions("00u1ab") is True
    assert okta.asked[0].method == "DELETE"
    assert okta.asked[0].path == "/api/v1/users/00u1ab/sessions?oauthTokens=true&forgetDevices=true"
    assert okta.asked[0].headers["Authorization"] == f"SSWS {TOKEN}"


def test_given_a_deleted_person_when_sessions_are_cleared_then_nothing_is_left_to_clear(
    client: OktaClient, okta: ScriptedServer
) -> None:
    okta.answers = [Answer(404, {"errorCode": "E0000007", "errorSummary": "Not found"})]
    assert client.clear_sessions("00u1ab") is False


def test_an_id_cannot_lead_to_another_path(client: OktaClient, okta: ScriptedServer) -> None:
    okta.answers = [Answer(204)]
    client.clear_sessions("00u1/../../apps")
    assert okta.asked[0].path.startswith("/api/v1/users/00u1%2F..%2F..%2Fapps/sessions?")


def test_given_a_rate_limit_when_it_resets_soon_then_the_call_waits_by_oktas_clock(
    client: OktaClient, okta: ScriptedServer, clock: Clock
) -> None:
    # Okta's clock is years behind ours: only the difference of its two headers counts.
    reset = {"Date": "Fri, 18 Apr 2025 12:00:00 GMT", "X-Rate-Limit-Reset": "1744977612"}
    okta.answers = [Answer(429, {}, reset), Answer(204)]
    assert client.clear_sessions("00u1ab")
    assert clock.slept == [13.0]


def test_given_a_rate_limit_when_it_outlasts_patience_then_the_caller_hears_how_long(
    client: OktaClient, okta: ScriptedServer, clock: Clock
) -> None:
    reset = {"Date": "Fri, 18 Apr 2025 12:00:00 GMT", "X-Rate-Limit-Reset": "1744977660"}
    okta.answers = [Answer(429, {}, reset)]
    with pytest.raises(OktaThrottledError, match="another 61 s") as raised:
        client.clear_sessions("00u1ab")
    assert raised.value.retry_after == 61.0
    assert clock.slept == []
    assert len(okta.asked) == 1


@pytest.mark.parametrize("headers", [{}, {"X-Rate-Limit-Reset": "soon"}])
def test_given_a_rate_limit_without_a_reset_then_the_call_waits_a_second(
    client: OktaClient, okta: ScriptedServer, clock: Clock, headers: dict[str, str]
) -> None:
    okta.answers = [Answer(429, {}, headers), Answer(204)]
    assert client.clear_sessions("00u1ab")
    assert clock.slept == [1.0]


def test_given_a_rate_limit_without_a_date_then_our_own_clock_has_to_do(
    client: OktaClient, okta: ScriptedServer, clock: Clock
) -> None:
    headers = {"Date": "yesterday", "X-Rate-Limit-Reset": str(clock.time + 4)}
    okta.answers = [Answer(429, {}, headers), Answer(204)]
    assert client.clear_sessions("00u1ab")
    assert clock.slept == [5.0]


@pytest.mark.parametrize("trouble", [Answer(503), Answer(500, "<html>"), Answer(hang_up=True)])
def test_given_a_passing_trouble_then_the_call_is_repeated(
    client: OktaClient, okta: ScriptedServer, clock: Clock, trouble: Answer
) -> None:
    okta.answers = [trouble, trouble, Answer(204)]
    assert client.clear_sessions("00u1ab")
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("trouble", [Answer(503), Answer(hang_up=True)])
def test_given_a_lasting_trouble_then_the_call_ends_after_four_attempts(
    client: OktaClient, okta: ScriptedServer, trouble: Answer
) -> None:
    okta.answers = [trouble]
    with pytest.raises(OktaUnreachableError, match=r"status\.okta\.com"):
        client.clear_sessions("00u1ab")
    assert len(okta.asked) == 4


def test_given_nobody_listens_then_okta_is_unreachable(http: requests.Session, clock: Clock) -> None:
    client = OktaClient("http://127.0.0.1:9", ApiToken(TOKEN), http, sleep=clock.sleep, now=clock.now)
    with pytest.raises(OktaUnreachableError):
        client.application("0oa1")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, OktaRefusedError, "credentials secret"),
        (403, OktaRefusedError, "E0000006 You do not have permission"),
        (400, OktaRejectedError, "HTTP 400"),
        (302, OktaRejectedError, "OSTIARY_OKTA_URL"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_repeated(
    client: OktaClient, okta: ScriptedServer, status: int, kind: type[OktaError], words: str
) -> None:
    okta.answers = [Answer(status, FORBIDDEN, {"Location": "https://elsewhere.example"})]
    with pytest.raises(kind, match=words) as raised:
        client.application("0oa1")
    assert len(okta.asked) == 1
    assert TOKEN not in str(raised.value)


def test_a_list_is_read_page_by_page_along_the_links(client: OktaClient, okta: ScriptedServer) -> None:
    def answer(asked: Asked) -> Answer:
        if "after=2" in asked.path:
            return Answer(200, [{"kid": "c"}])
        link = f'<{okta.url}/api/v1/apps/0oa1/credentials/keys?after=2>; rel="next"'
        return Answer(200, [{"kid": "a"}, {"kid": "b"}], {"Link": link})

    okta.answer_with = answer
    assert [key["kid"] for key in client.application_keys("0oa1")] == ["a", "b", "c"]


def test_the_token_does_not_follow_a_link_to_another_host(client: OktaClient, okta: ScriptedServer) -> None:
    okta.answers = [Answer(200, [{}], {"Link": '<https://evil.example/api/v1/x>; rel="next"'})]
    with pytest.raises(OktaAnswerError, match=r"evil\.example"):
        client.application_keys("0oa1")


@pytest.mark.parametrize("body", ["<html>", {"kid": "a"}, None])
def test_an_answer_that_is_no_list_is_an_error_and_not_an_empty_list(
    client: OktaClient, okta: ScriptedServer, body: object
) -> None:
    okta.answers = [Answer(200, body)]
    with pytest.raises(OktaAnswerError, match="credentials/keys"):
        client.application_keys("0oa1")


def test_an_app_that_is_no_object_is_an_error(client: OktaClient, okta: ScriptedServer) -> None:
    okta.answers = [Answer(200, [])]
    with pytest.raises(OktaAnswerError, match="object"):
        client.application("0oa1")


def test_metadata_comes_for_the_key_asked_for(client: OktaClient, okta: ScriptedServer) -> None:
    okta.answers = [Answer(200, "<EntityDescriptor/>")]
    assert client.saml_metadata("0oa1", "kid1") == "<EntityDescriptor/>"
    assert okta.asked[0].path == "/api/v1/apps/0oa1/sso/saml/metadata?kid=kid1"


@pytest.mark.parametrize("url", ["http://acme.okta.com", "acme.okta.com", "", "ftp://acme.okta.com"])
def test_a_token_is_never_sent_over_plain_http(http: requests.Session, url: str) -> None:
    with pytest.raises(OktaError, match="OSTIARY_OKTA_URL"):
        OktaClient(url, ApiToken(TOKEN), http)


def test_given_answers_that_take_long_then_fewer_attempts_are_made(
    client: OktaClient, okta: ScriptedServer, clock: Clock
) -> None:
    def slow(_: Asked) -> Answer:
        clock.time += 13
        return Answer(503)

    okta.answer_with = slow
    with pytest.raises(OktaUnreachableError):
        client.application("0oa1")
    assert len(okta.asked) == 2
