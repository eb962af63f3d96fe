"""A message as a mail. Pure."""

import re
import unicodedata
from textwrap import fill

from functions.alerts.message import Message, numbered

MAX_SUBJECT = 100
"""Amazon SNS API Reference, "Publish": Subject is ASCII text without line breaks, at most 100 characters."""

MAX_BODY = 200_000
"""Bytes. Amazon SNS API Reference, "Publish": Message is at most 262,144 bytes."""

WIDTH = 90


def subject(message: Message) -> str:
    """One line of ASCII: `[Warning] SAML signing certificate of AWS expires in 12 days`."""
    line = f"[{message.head}] {message.finding.title}"
    plain = unicodedata.normalize("NFKD", line).encode("ascii", "ignore").decode()
    plain = re.sub(r"[\x00-\x20\x7f]+", " ", plain).strip()
    return plain if len(plain) <= MAX_SUBJECT else plain[: MAX_SUBJECT - 3].rstrip() + "..."


def body(message: Message) -> str:
    """Plain text: what, since when, why it matters, what to do, the runbook, the facts."""
    finding = message.finding
    parts = [f"{message.head}: {finding.title}", f"{finding.subject}, {message.times}"]
    if not message.is_resolved:
        steps = "\n".join(
            fill(step, WIDTH, subsequent_indent="   ", break_long_words=False, break_on_hyphens=False)
            for step in numbered(message).split("\n")
        )
        why = fill(finding.why, WIDTH, break_long_words=False, break_on_hyphens=False)
        parts += [f"Why it matters\n{why}", f"What to do\n{steps}", f"Runbook\n{finding.runbook}"]
    facts = "\n".join(f"{name}: {value}" for name, value in finding.facts.items())
    parts.append(f"Facts\n{facts}\nFinding: {finding.key}" if facts else f"Finding: {finding.key}")
    text = "\n\n".join(parts)
    return text.encode()[:MAX_BODY].decode(errors="ignore") + "\n"
