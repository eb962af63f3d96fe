"""A message as a mail. Pure."""

import re
import unicodedata
from textwrap import fill

from functions.alerts.digest import Digest
from functions.alerts.message import Message, moment, numbered

MAX_SUBJECT = 100
"""Amazon SNS API Reference, "Publish": Subject is ASCII text without line breaks, at most 100 characters."""

MAX_BODY = 200_000
"""Bytes. Amazon SNS API Reference, "Publish": Message is at most 262,144 bytes."""

WIDTH = 90


def subject(message: Message) -> str:
    """One line of ASCII: `[Warning] SAML signing certificate of AWS expires in 12 days`."""
    return _one_line(f"[{message.head}] {message.finding.title}")


def _one_line(line: str) -> str:
    plain = unicodedata.normalize("NFKD", line).encode("ascii", "ignore").decode()
    plain = re.sub(r"[\x00-\x20\x7f]+", " ", plain).strip()
    return plain if len(plain) <= MAX_SUBJECT else plain[: MAX_SUBJECT - 3].rstrip() + "..."


def body(message: Message) -> str:
    """Plain text: what, since when, why it matters, what to do, the runbook, the facts."""
    finding = message.finding
    parts = [f"{message.head}: {finding.title}", f"{finding.subject}, {message.times}"]
    if message.note:
        parts.append(_filled(message.note))
    if not message.is_resolved:
        steps = "\n".join(
            fill(step, WIDTH, subsequent_indent="   ", break_long_words=False, break_on_hyphens=False)
            for step in numbered(message).split("\n")
        )
        parts += [
            f"Why it matters\n{_filled(finding.why)}",
            f"What to do\n{steps}",
            f"Runbook\n{finding.runbook}",
        ]
    facts = "\n".join(f"{name}: {value}" for name, value in finding.facts.items())
    parts.append(f"Facts\n{facts}\nFinding: {finding.key}" if facts else f"Finding: {finding.key}")
    return _bounded("\n\n".join(parts))


def digest_subject(digest: Digest) -> str:
    """`[Digest] 3 findings are open, 1 of them a page`."""
    return _one_line(f"[Digest] {digest.headline}")


def digest_body(digest: Digest) -> str:
    """One paragraph a finding, the worst first."""
    parts = [f"{digest.headline}, {moment(digest.at)}"]
    if digest.note:
        parts.append(_filled(digest.note))
    parts += [
        f"{entry.head}: {entry.title}\n{entry.subject}, {entry.times}\n{entry.runbook}"
        for entry in digest.entries
    ]
    parts.append("What is gone resolves by itself. `ostiary findings` lists the same, at any time.")
    return _bounded("\n\n".join(parts))


def _filled(text: str) -> str:
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _bounded(text: str) -> str:
    return text.encode()[:MAX_BODY].decode(errors="ignore") + "\n"
