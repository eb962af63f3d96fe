"""How doctor runs its checks: each after what it stands on, and never ok where it could not read."""

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from functions.okta.errors import OktaRefusedError
from infra.doctor.run import Probe, run
from infra.doctor.verdict import Line, Verdict, fail, healthy, ok, unknown, warn


def denied(message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, "DescribeTrails")


def raising(error: Exception) -> Probe:
    def look() -> Line:
        raise error

    return Probe(("check",), look)


@pytest.mark.parametrize(
    ("error", "says", "fix"),
    [
        (denied(), "not allowed to DescribeTrails", "allow DescribeTrails"),
        (
            denied("User: x is not authorized to perform: cloudtrail:DescribeTrails on resource: *"),
            "not allowed to cloudtrail:DescribeTrails",
            "allow cloudtrail:DescribeTrails",
        ),
        (ClientError({"Error": {"Code": "Throttling", "Message": "slow"}}, "X"), "slow", "again"),
        (NoCredentialsError(), "credentials", "sign in"),
        (OktaRefusedError("okta.apps.read is not granted"), "okta.apps.read", "Okta"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_says_what_is_missing(
    error: Exception, says: str, fix: str
) -> None:
    (line,) = run([raising(error)])
    assert line.verdict is Verdict.UNKNOWN
    assert says in line.says
    assert fix in line.fix


def test_what_stands_on_something_broken_is_not_looked_at() -> None:
    lines = run(
        [
            Probe(("above",), lambda: pytest.fail("looked at"), needs=("below",)),
            Probe(("below",), lambda: fail("below", "broken", "mend it")),
        ]
    )
    assert [(line.check, line.verdict) for line in lines] == [
        ("above", Verdict.SKIPPED),
        ("below", Verdict.FAIL),
    ]


def test_what_could_not_be_read_does_not_keep_others_from_trying() -> None:
    lines = run(
        [
            raising(denied()),
            Probe(("tries",), lambda: ok("tries", "there"), unless_failed=("check",)),
            Probe(("waits",), lambda: ok("waits", "there"), needs=("check",)),
        ]
    )
    assert [line.verdict for line in lines] == [Verdict.UNKNOWN, Verdict.OK, Verdict.SKIPPED]


def test_a_check_that_its_probe_did_not_reach_is_skipped_and_not_forgotten() -> None:
    lines = run([Probe(("one", "two"), lambda: fail("one", "gone", "bring it"))])
    assert [(line.check, line.verdict) for line in lines] == [
        ("one", Verdict.FAIL),
        ("two", Verdict.SKIPPED),
    ]


def test_checks_that_wait_for_each_other_are_a_defect() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        run(
            [
                Probe(("a",), lambda: ok("a", ""), needs=("b",)),
                Probe(("b",), lambda: ok("b", ""), needs=("a",)),
            ]
        )


@pytest.mark.parametrize(
    ("line", "good"),
    [
        (ok("c", ""), True),
        (warn("c", "", ""), True),
        (fail("c", "", ""), False),
        (unknown("c", "", ""), False),
        (Line("c", Verdict.SKIPPED, ""), False),
    ],
)
def test_a_pipeline_passes_on_ok_and_warnings_alone(line: Line, good: bool) -> None:
    assert healthy([ok("other", ""), line]) is good
