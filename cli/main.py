"""`ostiary`: what an operator types. Every command is described in docs/cli.md."""

import typer

from cli import leavers, policy

app = typer.Typer(
    name="ostiary",
    help="Keeps the door between Okta and AWS IAM Identity Center.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(policy.validate)
app.command()(policy.schema)
app.command()(leavers.revoke)
app.command()(leavers.restore)


def main() -> None:
    """The console script."""
    app()
