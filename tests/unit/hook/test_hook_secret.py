"""Every valid version of the secret is accepted, and Secrets Manager is not called at a stranger's will."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from functions.aws.secrets import STAGES, SecretUnavailableError, SecretVersions

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "ostiary/hook"


@dataclass
class Watched:
    """Secrets Manager, its calls counted, and out of order if `down`."""

    client: "SecretsManagerClient"
    calls: int = 0
    down: bool = False
    dies_at: tuple[int, ...] = ()
    seconds: float = 0.0

    @property
    def exceptions(self) -> Any:
        return self.client.exceptions

    def get_secret_value(self, **asked: Any) -> Any:
        self.calls += 1
        if self.down or self.calls in self.dies_at:
            raise self.exceptions.InternalServiceError({"Error": {"Code": "InternalServiceError"}}, "x")
        return self.client.get_secret_value(**asked)

    def versions(self) -> SecretVersions:
        client: Any = self
        return SecretVersions(client, NAME, now=lambda: self.seconds)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-1")
        client.create_secret(Name=NAME, SecretString="one")
        yield Watched(client)


def test_the_current_version_is_right_and_nothing_else(manager: Watched) -> None:
    versions = manager.versions()
    assert versions.holds("one")
    for wrong in ("two", "", "on", "one ", "\ud800", "öne"):
        assert not versions.holds(wrong)


def test_pending_and_previous_are_right_as_well(manager: Watched) -> None:
    manager.client.put_secret_value(SecretId=NAME, SecretString="two", VersionStages=["AWSCURRENT"])
    manager.client.put_secret_value(SecretId=NAME, SecretString="three", VersionStages=["AWSPENDING"])
    versions = manager.versions()
    assert all(versions.holds(each) for each in ("one", "two", "three"))


def test_the_versions_are_kept_for_a_minute(manager: Watched) -> None:
    versions = manager.versions()
    for second in range(60):
        manager.seconds = second
        assert versions.holds("one")
    assert manager.calls == len(STAGES)
    manager.seconds = 60
    versions.holds("one")
    assert manager.calls == 2 * len(STAGES)


def test_a_version_that_is_new_is_found_at_once(manager: Watched) -> None:
    versions = manager.versions()
    versions.holds("one")
    manager.seconds = 5
    manager.client.put_secret_value(SecretId=NAME, SecretString="two")
    assert versions.holds("two")


def test_wrong_secrets_cannot_hammer_secrets_manager(manager: Watched) -> None:
    versions = manager.versions()
    for tick in range(1000):
        manager.seconds = tick / 100
        assert not versions.holds(f"guess {tick}")
    assert manager.calls <= 3 * len(STAGES)


def test_what_was_read_serves_while_secrets_manager_is_down(manager: Watched) -> None:
    versions = manager.versions()
    versions.holds("one")
    manager.down, manager.seconds = True, 600
    assert versions.holds("one")
    with pytest.raises(SecretUnavailableError):
        versions.holds("two")
    manager.seconds = 601
    with pytest.raises(SecretUnavailableError):
        versions.holds("two")


def test_but_not_for_ever(manager: Watched) -> None:
    versions = manager.versions()
    versions.holds("one")
    manager.down, manager.seconds = True, 901
    with pytest.raises(SecretUnavailableError):
        versions.holds("one")


def test_after_an_outage_all_is_as_before(manager: Watched) -> None:
    versions = manager.versions()
    manager.down = True
    with pytest.raises(SecretUnavailableError):
        versions.holds("one")
    manager.down, manager.seconds = False, 5
    assert versions.holds("one")
    assert not versions.holds("two")


def test_a_secret_that_does_not_exist_is_unavailable_not_wrong(manager: Watched) -> None:
    client: Any = manager.client
    with pytest.raises(SecretUnavailableError, match="no-such"):
        SecretVersions(client, "no-such").holds("one")


def test_a_connection_that_died_while_the_function_was_frozen_costs_no_delivery(manager: Watched) -> None:
    """Given an instance that slept for an hour: its first call fails, and Okta may not come again."""
    versions = manager.versions()
    versions.holds("one")
    manager.seconds, manager.dies_at = 3600, (len(STAGES) + 1,)
    assert versions.holds("one")


def test_a_version_that_was_read_is_right_though_the_next_could_not_be_read(manager: Watched) -> None:
    """Given a new instance, and Secrets Manager failing behind the current version."""
    manager.dies_at = (2, 4)
    versions = manager.versions()
    assert versions.holds("one")
    with pytest.raises(SecretUnavailableError):
        versions.holds("perhaps the one that could not be read")


def test_okta_s_second_attempt_is_not_refused_because_the_first_could_not_be_checked(
    manager: Watched,
) -> None:
    """Given a new instance and Secrets Manager failing for a moment: it is soon asked again."""
    versions = manager.versions()
    manager.down = True
    with pytest.raises(SecretUnavailableError):
        versions.holds("one")
    manager.down, manager.seconds = False, 0.5
    assert versions.holds("one")
