"""`ostiary`: what an operator types. Every command is described in docs/cli.md."""

import typer

from cli import accounts, adopt, certificates, dlq, doctor, findings, leavers, okta, policy
from cli.saml import command as saml

app = typer.Typer(
    name="ostiary",
    help="Keeps the door between Okta and AWS IAM Identity Center.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(policy.validate)
app.command()(policy.schema)
app.command()(accounts.plan)
app.command()(accounts.explain)
app.command()(accounts.apply)
app.command("snapshot")(adopt.save)
app.command("import")(adopt.import_)
app.command()(leavers.leavers)
app.command()(leavers.revoke)
app.command()(leavers.restore)
app.command()(findings.findings)
app.command()(doctor.doctor)
app.add_typer(okta.app, name="okta")
app.add_typer(certificates.app, name="certificates")
app.add_typer(saml.app, name="saml")
app.add_typer(dlq.app, name="dlq")


def main() -> None:
    """The console script."""
    app()
