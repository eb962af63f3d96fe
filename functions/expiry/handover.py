"""Whether Identity Center has the certificate that Okta signs with, and the one that comes next. Pure."""

from collections.abc import Sequence

from functions.expiry.check import Found, Guide
from functions.expiry.saml_app import SamlApp
from functions.expiry.trust import Trusted
from functions.expiry.wording import moment
from functions.finding import Severity

_RUNBOOK = "saml-certificate.md"

NEVER_GIVEN = Guide(
    why=(
        "Identity Center lets in only what is signed by a certificate that it was given. If it does not have "
        "the one that Okta signs with, every sign-in to AWS fails, for everybody, now. Sessions that are "
        "open go on until they expire."
    ),
    actions=(
        "Try it: open the access portal in a private window. If the sign-in works, Identity Center has the "
        "certificate: record it with `ostiary certificates trust` and this clears.",
        "If it fails, go back: Okta > Applications > {app} > Sign On > SAML Signing Certificates > Actions "
        "beside the certificate named under 'Way back' > Activate. Sign-in works again within seconds.",
        "If there is no way back: enter AWS without Okta (break-glass role, or root of the management "
        "account) and import the active certificate in IAM Identity Center > Settings > Identity source > "
        "Actions > Manage authentication. Then record it with `ostiary certificates trust`.",
        'Find out who switched it: Okta > Reports > System Log, eventType eq "app.keys.rotate" or '
        '"application.lifecycle.update".',
    ),
    runbook=_RUNBOOK,
)

NOT_IMPORTED = Guide(
    why=(
        "The next certificate lies ready in Okta. One click on Activate makes Okta sign with it, and as long "
        "as Identity Center does not have it, that click locks everybody out of AWS."
    ),
    actions=(
        "Do not activate it in Okta yet.",
        "Okta > Applications > {app} > Sign On > SAML Signing Certificates > Actions beside the new one > "
        "Download certificate.",
        "IAM Identity Center > Settings > Identity source > Actions > Manage authentication: import it. Both "
        "are trusted from then on.",
        "Record it: `ostiary certificates trust FILE --yes`. This clears.",
    ),
    runbook=_RUNBOOK,
)


def imported(app: SamlApp, trusted: Sequence[Trusted]) -> Found:
    """Whether the certificate that signs is one that somebody recorded as imported."""
    given = {each.fingerprint for each in trusted}
    if app.signing.fingerprint in given:
        return Found(None, f"Identity Center has the certificate that {app.label} signs with")
    if not given:
        return Found(
            Severity.WARNING,
            f"Nobody has recorded which SAML certificate of {app.label} Identity Center was given",
            {"Recorded as given to Identity Center": "nothing yet"},
        )
    ways_back = [key for key in app.others if key.fingerprint in given]
    back = ", ".join(f"{key.kid} (valid until {moment(key.ends)})" for key in ways_back)
    return Found(
        Severity.PAGE,
        f"Nobody can sign in to AWS: {app.label} signs with a certificate that Identity Center never got",
        {
            "Recorded as given to Identity Center": "; ".join(
                f"{each.fingerprint} (by {each.by}, {moment(each.recorded_at)})" for each in trusted
            ),
            "Way back": back or "none: Okta has none of the certificates that Identity Center was given",
        },
        app.changed,
    )


def successor(app: SamlApp, trusted: Sequence[Trusted]) -> Found:
    """Whether the certificate that was generated to come next is imported already."""
    following = app.successor
    if following is None:
        return Found(None, f"No newer SAML certificate of {app.label} waits in Okta")
    facts = {
        "Waiting in Okta": f"{following.kid} (valid until {moment(following.ends)})",
        "Its fingerprint": following.fingerprint,
    }
    if following.fingerprint in {each.fingerprint for each in trusted}:
        return Found(
            None, f"The next SAML certificate of {app.label} is imported and may be activated", facts
        )
    return Found(
        Severity.WARNING,
        f"A newer SAML certificate of {app.label} was generated, but not imported into Identity Center",
        facts,
        following.created,
    )
