"""How a message reads, as a mail and in every form; and that much of it still fits."""

import json
from dataclasses import replace

import pytest

from functions.alerts import mail, pagerduty, slack, teams, webhook
from functions.alerts.decision import Decision, Record, Sighting
from functions.alerts.digest import Digest, open_entries
from functions.finding import Severity
from tests.unit.alerts.conftest import FINDING, HUGE, MORNING, digest, finding, huge, message
from tests.unit.alerts.taken import by_slack, by_teams


def test_the_mail_reads_top_to_bottom() -> None:
    assert mail.subject(message()) == "[Warning] SAML signing certificate of AWS expires in 30 days"
    assert mail.body(message()) == (
        "Warning: SAML signing certificate of AWS expires in 30 days\n"
        "\n"
        "Okta app AWS (0oa1aws), since 2026-11-22 06:00 UTC\n"
        "\n"
        "Why it matters\n"
        "When it ends, nobody reaches AWS.\n"
        "\n"
        "What to do\n"
        "1. Generate a new certificate, inactive.\n"
        "2. Import it in Identity Center.\n"
        "3. Activate it.\n"
        "\n"
        "Runbook\n"
        "https://example.com/runbooks/saml-certificate.md\n"
        "\n"
        "Facts\n"
        "Key id: kid-1\n"
        "Valid until: 2026-12-22 06:00 UTC\n"
        "Finding: saml-certificate/0oa1aws/expiry\n"
    )


@pytest.mark.parametrize(
    ("decision", "severity", "head"),
    [
        (Decision.OPENED, Severity.PAGE, "[Page] "),
        (Decision.WORSENED, Severity.PAGE, "[Page, worse] "),
        (Decision.EASED, Severity.WARNING, "[Warning, less urgent than before] "),
        (Decision.RESOLVED, Severity.INFO, "[Resolved] "),
    ],
)
def test_the_subject_says_why_it_comes_now(decision: Decision, severity: Severity, head: str) -> None:
    assert mail.subject(message(decision, severity=severity)).startswith(head)


@pytest.mark.parametrize("title", ["x" * 300, "Zertifikat für\nMünchen\tläuft ab ✅", HUGE, ""])
def test_sns_takes_every_subject(title: str) -> None:
    subject = mail.subject(message(title=title))
    assert 0 < len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()


def test_an_umlaut_becomes_its_letter() -> None:
    assert mail.subject(message(title="Münch\nen")) == "[Warning] Munch en"


def test_a_resolved_message_asks_for_nothing() -> None:
    resolved = message(Decision.RESOLVED)
    assert "What to do" not in mail.body(resolved)
    assert "since 2026-11-22 06:00 UTC, gone 2026-11-22 06:00 UTC" in mail.body(resolved)
    assert "What to do" not in json.dumps(slack.payload(resolved))


def test_sns_takes_every_body() -> None:
    assert len(mail.body(message(facts={"log": "ä" * 400_000})).encode()) <= 262_144


def test_times_are_told_in_utc() -> None:
    assert "2026-11-22 06:00 UTC" in message().times
    assert MORNING.tzinfo is not None


NOTE = "You read this here because pagerduty did not take it."


def test_every_form_says_why_it_came_here() -> None:
    noted = replace(message(), note=NOTE)
    assert NOTE in mail.body(noted)
    for shown in (
        slack.payload(noted),
        teams.payload(noted),
        pagerduty.event(noted, "R"),
        webhook.payload(noted),
    ):
        assert NOTE in json.dumps(shown)


def test_every_digest_names_what_is_open_the_worst_first() -> None:
    listed = digest()
    assert mail.digest_subject(listed) == "[Digest] 2 findings are open, 1 of them a page"
    texts = [mail.digest_body(listed)]
    texts += [json.dumps(form(listed)) for form in DIGESTS]
    for text in texts:
        assert "2 findings are open, 1 of them a page" in text
        assert text.index("Access of Ada") < text.index("SAML signing certificate")
        assert FINDING.runbook in text or "AdaptiveCard" in text


DIGESTS = (slack.digest_payload, teams.digest_payload, webhook.digest_payload)


def test_a_digest_of_very_much_still_fits() -> None:
    records = [
        Record(Sighting(finding(**{**huge(), "key": f"k{number}"}), MORNING), MORNING) for number in range(60)
    ]
    many = Digest(open_entries(records), MORNING, note=NOTE)
    blocks = slack.digest_payload(many)
    by_slack(blocks)
    assert "and 45 more" in json.dumps(blocks)
    by_teams(teams.digest_payload(many))
    assert len(mail.digest_body(many).encode()) <= 262_144


def test_a_webhook_gets_all_that_is_known() -> None:
    body = webhook.payload(message(Decision.WORSENED, severity=Severity.PAGE))
    assert body == {
        "version": 1,
        "event": "worsened",
        "key": FINDING.key,
        "severity": "page",
        "title": FINDING.title,
        "subject": FINDING.subject,
        "since": "2026-11-22T06:00:00+00:00",
        "at": "2026-11-22T06:00:00+00:00",
        "why": FINDING.why,
        "actions": list(FINDING.actions),
        "runbook": FINDING.runbook,
        "facts": dict(FINDING.facts),
        "note": "",
    }
