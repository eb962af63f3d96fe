"""Too much for one run, and AWS too busy for all of it at once."""

import pytest

from tests.unit.accounts.company import FULL, ONE, TWO, Company


def test_more_than_fits_into_one_run_is_handed_over_account_by_account() -> None:
    """Given 3 assignments to make and a second of time, each account's part becomes an event."""
    company = Company()
    done = company.run(seconds=1)
    assert set(done.handed_over) == {ONE, TWO}
    assert [dict(event.detail)["account"] for event in done.events()] == list(done.handed_over)
    assert company.writes() == 0


def test_a_run_that_ends_in_the_middle_hands_over_the_rest() -> None:
    """Given requests that never end, the run says so in time; the accounts are looked at again."""
    company = Company()
    company.center.looks = 10**6
    done = company.run(seconds=60)
    assert set(done.handed_over) == {ONE, TWO}


@pytest.mark.parametrize(
    "code", ["ConflictException", "ThrottlingException", "ServiceQuotaExceededException"]
)
def test_throttled_creates_end_right(code: str) -> None:
    """Given AWS full for a while, every assignment is there in the end and none is called failed."""
    company = Company()
    company.center.trouble["create_account_assignment"] = [code] * 5
    done = company.run()
    assert company.access() == FULL
    assert done.applied.failed == ()


def test_a_quota_that_stays_full_is_a_failure_with_its_reason() -> None:
    company = Company()
    company.center.trouble["create_account_assignment"] = ["ServiceQuotaExceededException"] * 100
    done = company.run()
    assert {failed.reason.split(":")[0] for failed in done.applied.failed} == {
        "ServiceQuotaExceededException"
    }


def test_being_throttled_while_looking_loses_nothing() -> None:
    company = Company()
    company.center.trouble["list_account_assignment_creation_status"] = ["ThrottlingException"] * 3
    company.run()
    assert company.access() == FULL
    assert company.center.calls["create_account_assignment"] == 3
