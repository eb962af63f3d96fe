"""How a message looks in each channel, and that it stays inside what each channel takes."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.alerts import mail, pagerduty, slack, teams, webhook
from functions.alerts.decision import Decision, Record, Sighting
from functions.alerts.digest import Digest, open_entries
from functions.finding import Severity
from tests.unit.alerts.conftest import FINDING, MORNING, digest, finding, message

HUGE = "ä<&>" * 5000


def huge() -> dict[str, Any]:
    return {
        "title": HUGE,
        "subject": HUGE,
        "why": HUGE,
        "actions": (HUGE, HUGE),
        "key": "k" * 3000,
        "facts": {f"{HUGE}{number}": HUGE for number in range(30)},
    }


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


def test_slack_shows_what_why_and_what_to_do() -> None:
    body = slack.payload(message())
    shown = json.dumps(body)
    assert body["text"] == "Warning: SAML signing certificate of AWS expires in 30 days"
    assert body["blocks"][0] == {"type": "header", "text": {"type": "plain_text", "text": body["text"]}}
    assert "1. Generate a new certificate, inactive.\\n2. Import it" in shown
    assert "<https://example.com/runbooks/saml-certificate.md|Runbook>" in shown
    assert "*Key id*\\nkid-1" in shown


def check_blocks(body: dict[str, Any]) -> None:
    """Slack, "Block Kit": limits of the blocks in use."""
    assert len(body["blocks"]) <= 50
    assert 1 <= len(body["text"]) <= 40_000
    for block in body["blocks"]:
        match block["type"]:
            case "header":
                assert block["text"]["type"] == "plain_text"
                assert 1 <= len(block["text"]["text"]) <= 150
            case "section":
                assert "text" in block or "fields" in block
                if "text" in block:
                    assert 1 <= len(block["text"]["text"]) <= 3000
                assert len(block.get("fields", [])) <= 10
                assert all(1 <= len(text["text"]) <= 2000 for text in block.get("fields", []))
            case "context":
                assert 1 <= len(block["elements"]) <= 10
            case other:
                pytest.fail(f"unknown block {other}")


@pytest.mark.parametrize("decision", [Decision.OPENED, Decision.RESOLVED])
@pytest.mark.parametrize("changes", [{}, huge(), {"facts": {}}])
def test_slack_takes_every_message(decision: Decision, changes: dict[str, Any]) -> None:
    body = slack.payload(message(decision, **changes))
    check_blocks(body)
    # A message of more than some 13,000 characters is refused as msg_blocks_too_long.
    assert len(json.dumps(body["blocks"], ensure_ascii=False)) < 13_000


def test_nothing_in_a_finding_can_mention_or_link_in_slack() -> None:
    hostile = "<!channel> <https://evil.example|click> & more"
    shown = json.dumps(slack.payload(message(subject=hostile, why=hostile, actions=(hostile,))))
    assert "<!channel>" not in shown
    assert "<https://evil" not in shown
    assert "&lt;!channel&gt;" in shown


def test_no_escape_is_cut_in_half() -> None:
    for length in range(2990, 3001):
        text = slack.payload(message(why="x" * length + "<<<<"))["blocks"][2]["text"]["text"]
        assert len(text) <= 3000
        assert text.rstrip("…").endswith(("x", "&lt;"))


def test_a_trigger_is_a_valid_event_under_the_findings_key() -> None:
    event = pagerduty.event(message(severity=Severity.PAGE), "R" * 32)
    assert event["event_action"] == "trigger"
    assert event["dedup_key"] == FINDING.key
    assert event["routing_key"] == "R" * 32
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["timestamp"] == "2026-11-22T06:00:00.000+00:00"
    assert event["payload"]["custom_details"]["Step 2"] == "Import it in Identity Center."
    assert event["links"] == [{"href": FINDING.runbook, "text": "Runbook"}]


@pytest.mark.parametrize(
    ("severity", "word"),
    [(Severity.PAGE, "critical"), (Severity.WARNING, "warning"), (Severity.INFO, "info")],
)
def test_pagerduty_has_its_own_words_for_severity(severity: Severity, word: str) -> None:
    assert pagerduty.event(message(severity=severity), "R")["payload"]["severity"] == word


def test_a_resolve_needs_only_the_key() -> None:
    event = pagerduty.event(message(Decision.RESOLVED), "R")
    assert event == {"routing_key": "R", "dedup_key": FINDING.key, "event_action": "resolve"}


def test_pagerduty_takes_every_event() -> None:
    event = pagerduty.event(message(**huge()), "R")
    assert len(event["payload"]["summary"]) <= 1024
    assert len(event["dedup_key"]) <= 255
    assert len(json.dumps(event).encode()) <= 512 * 1024


def test_long_keys_stay_different_and_the_same_for_trigger_and_resolve() -> None:
    assert pagerduty.dedup_key("k" * 300) != pagerduty.dedup_key("k" * 301)
    assert len(pagerduty.dedup_key("k" * 300)) == 255
    trigger = pagerduty.event(message(key="k" * 300), "R")
    resolve = pagerduty.event(message(Decision.RESOLVED, key="k" * 300), "R")
    assert trigger["dedup_key"] == resolve["dedup_key"]


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
    check_blocks(blocks)
    assert len(json.dumps(blocks["blocks"], ensure_ascii=False)) < 13_000
    assert "and 45 more" in json.dumps(blocks)
    check_card(teams.digest_payload(many))
    assert len(mail.digest_body(many).encode()) <= 262_144


def check_card(body: dict[str, Any]) -> None:
    """Adaptive Cards, "Schema explorer", 1.4, and the size that Teams takes."""
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment.keys() == {"contentType", "contentUrl", "content"}
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card.keys() <= {"$schema", "type", "version", "body", "actions"}
    for element in card["body"]:
        assert element.keys() == {"type", "inlines"}
        assert element["type"] == "RichTextBlock"
        for run in element["inlines"]:
            assert run.keys() <= {"type", "text", "size", "weight", "color"}
            assert run["type"] == "TextRun"
            assert run["text"]
            assert run.get("size", "default") in ("default", "small", "medium", "large", "extraLarge")
            assert run.get("weight", "default") in ("default", "lighter", "bolder")
            assert run.get("color", "default") in ("default", "accent", "good", "warning", "attention")
    for action in card.get("actions", []):
        assert action.keys() == {"type", "title", "url"}
        assert action["type"] == "Action.OpenUrl"
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 28_000


@pytest.mark.parametrize("decision", [Decision.OPENED, Decision.RESOLVED])
@pytest.mark.parametrize("changes", [{}, huge(), {"facts": {}}])
def test_teams_takes_every_message(decision: Decision, changes: dict[str, Any]) -> None:
    check_card(teams.payload(message(decision, **changes)))


def test_teams_takes_four_bytes_a_character() -> None:
    changes: dict[str, Any] = dict.fromkeys(("title", "subject", "why", "key"), "🔑" * 5000)
    changes["actions"] = ("🔑" * 5000,)
    changes["facts"] = {f"{number}🔑" * 50: "🔑" * 500 for number in range(30)}
    check_card(teams.payload(message(**changes)))


def test_teams_shows_what_why_what_to_do_and_the_runbook() -> None:
    shown = json.dumps(teams.payload(message()))
    for words in (
        "Warning: SAML signing certificate",
        "since 2026-11-22 06:00 UTC",
        FINDING.why,
        FINDING.runbook,
    ):
        assert words in shown
    assert "2. Import it in Identity Center." in shown


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


def check_pagerduty(event: dict[str, Any]) -> None:
    """PagerDuty, "Send an Alert Event": fields, kinds and limits."""
    assert event.keys() <= {
        "routing_key",
        "event_action",
        "dedup_key",
        "payload",
        "images",
        "links",
        "client",
    }
    assert event["event_action"] in ("trigger", "resolve")
    assert 1 <= len(event["dedup_key"]) <= 255
    if event["event_action"] == "trigger":
        payload = event["payload"]
        optional = {"timestamp", "component", "group", "class", "custom_details"}
        assert (
            {"summary", "source", "severity"}
            <= payload.keys()
            <= {"summary", "source", "severity"} | optional
        )
        assert payload["severity"] in ("critical", "error", "warning", "info")
        assert 1 <= len(payload["summary"]) <= 1024
        datetime.fromisoformat(payload["timestamp"])
        assert all(set(link) == {"href", "text"} for link in event["links"])
    assert len(json.dumps(event).encode()) <= 512 * 1024


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("changes", [{}, huge(), {"facts": {}}])
def test_pagerduty_takes_every_message(decision: Decision, changes: dict[str, Any]) -> None:
    check_pagerduty(pagerduty.event(message(decision, **changes), "R" * 32))
