"""What people meet before anything works: nobody is signed in, a typo, a folder that is not there, a pipe."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError, ProfileNotFound
from typer import Exit as Leaving
from typer.testing import CliRunner

from cli.exits import Exit, aws_errors
from cli.main import app
from cli.screen import WIDE, screen
from tests.template.templates import ROOT

RUN = CliRunner()


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Scan")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoRegionError(), "Give the hub's with --region."),
        (NoCredentialsError(), "Sign in to the hub account first, as for the AWS CLI."),
        (ProfileNotFound(profile="nobody"), "Sign in to the hub account first, as for the AWS CLI."),
        (refused("AccessDeniedException"), "Are you signed in to the hub account, and is this its Region?"),
        (
            refused("ResourceNotFoundException"),
            "Are you signed in to the hub account, and is this its Region?",
        ),
        (refused("ThrottlingException"), ""),
    ],
)
def test_an_error_of_aws_says_what_to_do(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Leaving) as left, aws_errors():
        raise error

    said = capsys.readouterr().err.strip()
    assert left.value.exit_code == Exit.FAILED
    assert said.startswith("AWS refused or could not be reached: ")
    assert said.endswith(told or ".")
    assert "\n" not in said


def test_a_context_key_with_a_typo_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given -c hub_acount=…, nobody looks at the account of cdk.json and believes it is the other."""
    monkeypatch.chdir(ROOT)
    result = RUN.invoke(app, ["doctor", "-c", "hub_acount=333333333333"])
    assert result.exit_code == Exit.USAGE
    assert "'hub_acount'" in result.stderr
    assert "hub_account" in result.stderr


@pytest.mark.parametrize("command", ["snapshot", "import"])
def test_a_file_that_cannot_be_written_is_told_before_minutes_of_reading(
    command: str, tmp_path: Path
) -> None:
    result = RUN.invoke(app, [command, str(tmp_path / "nowhere" / "file")])
    assert result.exit_code == Exit.USAGE
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_is_no_certificate_is_told_before_aws_is_asked(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "okta.cert").write_bytes(content)
    result = RUN.invoke(app, ["certificates", "trust", str(tmp_path / "okta.cert"), "--yes"])
    assert result.exit_code == Exit.USAGE
    assert result.stderr.strip().endswith("is no certificate; give one as PEM or DER.")


def test_what_goes_into_a_pipe_keeps_a_row_on_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no terminal, `| grep` finds whole rows; a width that somebody asks for is kept."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert screen().width == WIDE
    monkeypatch.setenv("COLUMNS", "60")
    assert screen().width == 60


def test_json_is_json_whatever_the_policy(tmp_path: Path) -> None:
    (tmp_path / "access.yaml").write_text("permission_sets: {A: {managd: x}}\n")
    result = RUN.invoke(app, ["validate", str(tmp_path / "access.yaml"), "--json"])
    assert (json.loads(result.stdout)["valid"], result.exit_code) == (False, Exit.MISTAKES)
