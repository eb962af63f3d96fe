"""`ostiary saml inspect`: reads the capture, compares, and says it line by line."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from rich.table import Table

from cli.exits import Exit, leave
from cli.options import AsJson
from cli.saml.document import MOST_BYTES, HostileError, decode, parse
from cli.saml.judgement import Expected, Line, Verdict, judge
from cli.saml.signature import signatures
from cli.screen import screen
from functions.expiry.saml_app import fingerprint_of

app = typer.Typer(help="Captured SAML responses.", no_args_is_help=True)

_STYLE = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}

Capture = Annotated[str, typer.Argument(help="The captured response, base64 or XML; - reads standard input.")]
Audience = Annotated[
    str | None, typer.Option("--audience", help="Identity Center's issuer URL (console: Settings).")
]
Acs = Annotated[str | None, typer.Option("--acs", help="Identity Center's ACS URL (console: Settings).")]
UserName = Annotated[str | None, typer.Option("--user", help="The userName in Identity Center.")]
Certificate = Annotated[
    list[Path] | None,
    typer.Option("--certificate", help="A certificate that Identity Center has, PEM or DER.", exists=True),
]
At = Annotated[
    datetime | None, typer.Option("--at", help="When it was sent, in UTC; otherwise now is compared.")
]


@app.callback()
def saml() -> None:
    """Captured SAML responses."""


@app.command()
def inspect(
    file: Capture,
    *,
    audience: Audience = None,
    acs: Acs = None,
    user: UserName = None,
    certificate: Certificate = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say what Identity Center will object to in a captured SAML response."""
    trusted = frozenset(fingerprint_of(read_certificate(path)) for path in certificate or ())
    now = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    raw = _read(file)
    try:
        root = parse(decode(raw))
        signed = signatures(root, now)
        lines = judge(root, len(raw.strip()), signed, Expected(audience, acs, user, trusted), now)
    except HostileError as error:
        leave(Exit.MISTAKES, f"Refused: {error}.")
    _write(lines, as_json=as_json)
    if any(line.verdict is Verdict.FAIL for line in lines):
        raise typer.Exit(Exit.MISTAKES)


def read_certificate(path: Path) -> x509.Certificate:
    """PEM or DER. Leaves with USAGE where it is neither."""
    try:
        raw = path.read_bytes()
        pem = raw.lstrip().startswith(b"-----BEGIN")
        return x509.load_pem_x509_certificate(raw) if pem else x509.load_der_x509_certificate(raw)
    except (OSError, ValueError) as error:
        why = f"cannot be read: {error.strerror}" if isinstance(error, OSError) else "is no certificate"
        leave(Exit.USAGE, f"{path} {why}; give one as PEM or DER.")


def _read(file: str) -> bytes:
    try:
        # One byte more than is looked at tells that it is too much; the rest may be endless.
        if file == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        leave(Exit.USAGE, f"{file} cannot be read: {error.strerror}.")


def _write(lines: tuple[Line, ...], *, as_json: bool) -> None:
    if as_json:
        told = [{"what": line.what, "verdict": line.verdict.value, "says": line.says} for line in lines]
        typer.echo(json.dumps({"lines": told}, indent=2))
        return
    table = Table(box=None, show_header=False)
    for line in lines:
        verdict = f"[{_STYLE[line.verdict]}]{line.verdict.value}[/]"
        table.add_row(verdict, line.what, line.says.replace("[", r"\["))
    screen().print(table)
