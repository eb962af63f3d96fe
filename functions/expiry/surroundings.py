"""What a sign-in rests on besides the certificate: two clocks, and the TLS of Okta's own domain. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.expiry.check import Desk, Found, Guide, worst
from functions.expiry.wording import days, moment, span
from functions.finding import Finding, Severity

TOLERATED = timedelta(minutes=1)
"""Identity Center gives up at about five minutes; a minute is far outside what a clock service allows."""

CLOCK = Guide(
    why=(
        "Every SAML assertion carries the minutes for which it is valid, by Okta's clock. Identity Center "
        "checks them by AWS's clock. When the two differ by about five minutes, nobody can sign in."
    ),
    actions=(
        "Compare `curl -sI <your Okta address>/.well-known/okta-organization | grep -i ^date` with `date -u` "
        "on a machine whose clock you trust.",
        "If Okta is off: look at status.okta.com and open a case with Okta support.",
        "If Lambda is off: look at the AWS Health Dashboard and open a case with AWS support.",
        "If sign-ins fail meanwhile, use the break-glass road into AWS.",
    ),
    runbook="clock.md",
)

TLS = Guide(
    why=(
        "People sign in on this domain. When its certificate ends, or browsers refuse it, nobody reaches "
        "Okta by that address, and therefore nobody reaches AWS. A certificate that your "
        "company brought to Okta is not renewed by Okta."
    ),
    actions=(
        "Okta > Customizations > Brands > your brand > Domains: see whether the certificate is managed by "
        "Okta or by you.",
        "Managed by you: get a new certificate for the domain from your certificate authority and upload it "
        "there.",
        "Managed by Okta and still ending: the CNAME record that Okta uses for renewal is gone; put it back.",
        "Check: `openssl s_client -connect <domain>:443 </dev/null | openssl x509 -noout -dates`.",
    ),
    runbook="custom-domain.md",
)


@dataclass(frozen=True)
class Reading:
    """Okta's clock, to the second, between two looks at our own."""

    before: datetime
    okta: datetime
    after: datetime

    @property
    def skew(self) -> timedelta:
        """By how much Okta is at least ahead (negative: behind), the second of rounding granted."""
        if self.okta > self.after:
            return self.okta - self.after
        earliest = self.before - timedelta(seconds=1)
        return self.okta - earliest if self.okta < earliest else timedelta(0)


@dataclass(frozen=True)
class Served:
    """The TLS certificate of one domain: when it ends, and why a browser would refuse it, if it would."""

    domain: str
    ends: datetime | None
    trouble: str | None


def clocks(reading: Reading, desk: Desk) -> Finding:
    """Okta's clock against the one that AWS gives its functions."""
    skew = reading.skew
    facts = {"Okta's clock": moment(reading.okta), "AWS's clock": moment(reading.after)}
    if abs(skew) <= TOLERATED:
        found = Found(None, "The clocks of Okta and AWS agree", facts)
    else:
        direction = "ahead of" if skew > timedelta(0) else "behind"
        seconds = round(abs(skew).total_seconds())
        found = Found(Severity.WARNING, f"Okta's clock is {seconds} seconds {direction} AWS's", facts)
    return desk.write("okta/clock", "Okta and AWS", found, CLOCK)


def domains(served: Sequence[Served], desk: Desk) -> Finding:
    """All custom domains under one key, so that it clears when a domain is given up."""
    judged = [_domain(each, desk) for each in served]
    severity = worst(*(found.severity for found in judged))
    wrong = [found.title for found in judged if found.severity is not None]
    facts = {
        each.domain: f"valid until {moment(each.ends)}" if each.ends else "no certificate read"
        for each in served
    }
    title = "; ".join(wrong) or "The TLS certificates of Okta's custom domains hold"
    began = min((found.since for found in judged if found.since is not None), default=None)
    return desk.write("okta/tls", "Okta's custom domain", Found(severity, title, facts, began), TLS)


def _domain(served: Served, desk: Desk) -> Found:
    name = f"the TLS certificate of {served.domain}"
    if served.ends is not None and desk.now >= served.ends:
        return Found(Severity.PAGE, f"{name} expired on {moment(served.ends)}", since=served.ends)
    if served.trouble is not None:
        return Found(Severity.PAGE, f"browsers refuse {name}: {served.trouble}")
    if served.ends is None:
        return Found(Severity.WARNING, f"{name} could not be read")
    left = served.ends - desk.now
    return Found(desk.severity(days(left)), f"{name} expires in {span(left)}")
