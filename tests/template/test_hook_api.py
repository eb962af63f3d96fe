"""The door for Okta: what a caller gets, and what is written down about it."""

import json

from tests.template.templates import Template, alarms_on, of_type


def answer(template: Template, type_: str) -> str:
    (response,) = [
        r
        for r in of_type(template, "AWS::ApiGateway::GatewayResponse").values()
        if r["ResponseType"] == type_
    ]
    status: str = response["StatusCode"]
    return status


def test_a_call_without_the_header_is_told_401(hub: Template) -> None:
    assert answer(hub, "BAD_REQUEST_PARAMETERS") == "401"
    for method in of_type(hub, "AWS::ApiGateway::Method").values():
        assert method["RequestParameters"] == {"method.request.header.Authorization": True}


def test_a_throttled_delivery_is_one_that_okta_sends_again(hub: Template) -> None:
    # Okta retries a 5xx once and a 4xx never
    assert answer(hub, "THROTTLED") == "503"


def test_no_body_is_refused_before_the_function_sees_it(hub: Template) -> None:
    (validator,) = of_type(hub, "AWS::ApiGateway::RequestValidator").values()

    assert validator["ValidateRequestParameters"] is True
    assert validator["ValidateRequestBody"] is False
    assert not of_type(hub, "AWS::ApiGateway::Model")
    for method in of_type(hub, "AWS::ApiGateway::Method").values():
        assert "RequestModels" not in method


def test_okta_can_verify_and_deliver_and_nothing_else(hub: Template) -> None:
    methods = of_type(hub, "AWS::ApiGateway::Method").values()

    assert sorted(m["HttpMethod"] for m in methods) == ["GET", "POST"]
    assert {m["Integration"]["Type"] for m in methods} == {"AWS_PROXY"}
    paths = [r["PathPart"] for r in of_type(hub, "AWS::ApiGateway::Resource").values()]
    assert sorted(paths) == ["events", "okta"]


def test_the_gateway_takes_a_burst_and_still_keeps_strangers_from_the_account(hub: Template) -> None:
    (stage,) = of_type(hub, "AWS::ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]

    # 20 deliveries in flight, each answered in 40 ms, are 500 a second; a day's 400,000 are five
    assert settings["ThrottlingRateLimit"] >= 20 / 0.04
    assert settings["ThrottlingBurstLimit"] >= 1000
    # Lambda Developer Guide, "Lambda quotas": 1,000 instances at a time, for the whole account
    assert settings["ThrottlingRateLimit"] * 0.2 <= 100
    assert settings["ThrottlingBurstLimit"] <= 1000
    assert settings["HttpMethod"] == "*"


def test_neither_secret_nor_names_are_logged(hub: Template) -> None:
    (stage,) = of_type(hub, "AWS::ApiGateway::Stage").values()
    written = json.loads(stage["AccessLogSetting"]["Format"])

    assert {"requestId", "status", "source"} <= set(written)
    for value in written.values():
        assert "header" not in value.lower()
        assert "body" not in value.lower()
        assert "authorizer" not in value.lower()
        assert "userAgent" not in value
    # Execution logs would write headers and bodies
    for setting in stage["MethodSettings"]:
        assert setting.get("LoggingLevel", "OFF") == "OFF"
        assert setting["DataTraceEnabled"] is False


def test_a_server_error_rings(hub: Template) -> None:
    (alarm,) = alarms_on(hub, "5XXError")

    assert alarm["Threshold"] == 0


def test_a_web_acl_can_be_put_before_it(hub: Template) -> None:
    (stage_id,) = of_type(hub, "AWS::ApiGateway::Stage")
    arn = json.dumps(hub["Outputs"]["HookStageArn"]["Value"])

    assert "/restapis/" in arn
    assert stage_id in arn
