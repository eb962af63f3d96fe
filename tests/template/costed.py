"""The estimate of docs/costs.md, computed: how much of what, at which price, from which page.

`python -m tests.template.costed` writes the tables into the page; a test holds the page to this.
"""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "costs.md"
MONTH = 30 * 24
"""Hours."""

COUNTED = {
    "AWS::CloudWatch::Alarm": 40,
    "AWS::CloudWatch::Dashboard": 1,
    "AWS::KMS::Key": 4,
    "AWS::SecretsManager::Secret": 3,
    "AWS::Lambda::EventSourceMapping": 7,
    "AWS::S3::Bucket": 1,
}
"""Resources of the three stacks together, as counted when the page was written."""

SOURCES = {
    "alarms": '"aws_cloudwatch_metric_alarm cost estimation", c3x.dev, undated',
    "metrics": '"CloudWatch Pricing Without the Confusion", SigNoz, 15 February 2026',
    "cloudwatch": '"Amazon CloudWatch Pricing: The 10 Billing Dimensions …", FactualMinds, 13 June 2026',
    "kms": '"AWS KMS Pricing: Why a $1/Month Key …", FactualMinds, undated; signing costs five times a call',
    "secrets": '"AWS Secrets Manager: rotated secrets …", hivebook.wiki, undated',
    "sqs": '"Amazon SQS Pricing: Complete Guide", CloudBurn, 14 March 2026',
    "requests": '"Understanding AWS Pricing", appropri8.com, 2 December 2025',
    "lambda": '"AWS Lambda Pricing Breakdown: Ultimate Guide 2024", Cloudchipr; arm64',
    "dynamodb": '"Amazon DynamoDB Pricing", Airbyte, 21 July 2025',
    "events": '"Amazon EventBridge Pricing: Complete Guide", CloudBurn, 13 March 2026',
    "api": '"Best Practices for Designing Amazon API Gateway Private APIs", AWS whitepaper, table 4',
    "memory": "no page found that shows it: as remembered",
}
"""Where a price was read."""


@dataclass(frozen=True)
class Line:
    """`amount` of a thing in a month, at `price` dollars for every `per` of it."""

    part: str
    amount: float
    unit: str
    price: float
    per: float
    source: str

    @property
    def dollars(self) -> float:
        return self.amount / self.per * self.price


@dataclass(frozen=True)
class Function:
    """What a function does in a month, by assumption: calls, seconds each, and its memory in GB."""

    name: str
    calls: int
    seconds: float
    memory: float

    @property
    def work(self) -> float:
        """GB-seconds."""
        return self.calls * self.seconds * self.memory


SIGN_INS = 400 * 20 * 21
"""400 people who sign in or open a role twenty times on each of 21 days. Each is a record of CloudTrail that
a rule forwards (an event on the hub's bus), a message (put, received, deleted) and at most one read of the
open revocations, of which there are few."""

FUNCTIONS = (
    Function("catchup, every five minutes", 8_640, 2, 0.5),
    Function("alerts, mostly for checks that are clear", 14_000, 0.3, 0.5),
    Function("reconcile, daily", 30, 60, 1),
    Function("hook", 2_000, 0.1, 1),
    Function("audit, for what leavers and accounts did", 1_000, 0.5, 0.5),
    Function("expiry, rotate, accounts, leavers", 300, 3, 1),
    Function("leavers, for everybody's sign-ins", SIGN_INS, 0.1, 1),
)
CALLS = sum(each.calls for each in FUNCTIONS)
QUEUES = COUNTED["AWS::Lambda::EventSourceMapping"] - 1
POLLS = QUEUES * 15 * 60 * MONTH
"""AWS Lambda Developer Guide, "Using Lambda with Amazon SQS": five pollers, each waiting 20 seconds."""

LINES = (
    Line("CloudWatch alarms", COUNTED["AWS::CloudWatch::Alarm"], "alarms", 0.10, 1, "alarms"),
    Line("KMS keys", COUNTED["AWS::KMS::Key"], "keys", 1.00, 1, "kms"),
    Line("CloudWatch dashboard", COUNTED["AWS::CloudWatch::Dashboard"], "dashboard", 3.00, 1, "cloudwatch"),
    Line("CloudWatch metrics of our own", 8, "metrics, by the hour", 0.30, 1, "metrics"),
    Line("SQS: polls by Lambda", POLLS, "calls", 0.40, 1e6, "sqs"),
    Line("SQS: everybody's sign-ins", 3 * SIGN_INS, "calls", 0.40, 1e6, "sqs"),
    Line("Secrets Manager: secrets", COUNTED["AWS::SecretsManager::Secret"], "secrets", 0.40, 1, "secrets"),
    Line("Secrets Manager: reads", 12_000, "calls", 0.05, 1e4, "secrets"),
    Line("Lambda: work", sum(each.work for each in FUNCTIONS), "GB-seconds", 0.0000133334, 1, "lambda"),
    Line("Lambda: calls", CALLS, "calls", 0.20, 1e6, "requests"),
    Line("KMS: signatures for Okta", 9_500, "calls", 0.15, 1e4, "kms"),
    Line("X-Ray", CALLS, "traces", 5.00, 1e6, "memory"),
    Line("CloudWatch Logs", 0.15, "GB taken in", 0.50, 1, "cloudwatch"),
    Line("DynamoDB: writes", 95_000, "write units", 0.625, 1e6, "dynamodb"),
    Line("DynamoDB: reads", 120_000 + SIGN_INS, "read units", 0.125, 1e6, "dynamodb"),
    Line("EventBridge: events on the hub's bus", 27_000 + SIGN_INS, "events", 1.00, 1e6, "events"),
    Line("EventBridge Scheduler", 12_000, "calls", 1.00, 1e6, "events"),
    Line("API Gateway (REST)", 2_000, "calls", 3.50, 1e6, "api"),
    Line("SNS", 200, "mails", 2.00, 1e5, "memory"),
    Line("S3: the audit trail", 0.1, "GB", 0.023, 1, "memory"),
    Line("S3: its entries", 1_000, "PUTs", 0.005, 1e3, "memory"),
)
TOTAL = sum(line.dollars for line in LINES)


def tables() -> dict[str, str]:
    """What stands in the page, by the name of its place there."""
    return {"estimate": _estimate(), "functions": _functions(), "sources": _sources()}


def filled(page: str) -> str:
    """The page with every table as it is computed now."""
    for name, table in tables().items():
        place = re.compile(rf"(?<=<!-- computed: {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)
        found = place.search(page)
        if found is None:
            raise ValueError(f"docs/costs.md has no place for {name}")
        page = page[: found.start()] + table + page[found.end() :]
    return page


def _estimate() -> str:
    rows = [
        f"| {line.part} | {line.amount:,.10g} {line.unit} | {_price(line)} | {line.dollars:.2f} |"
        for line in sorted(LINES, key=lambda line: -line.dollars)
    ]
    head = ["| part | in a month | list price | dollars |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, f"| **together** | | | **{TOTAL:.2f}** |", ""])


def _price(line: Line) -> str:
    per = {1: "each", 1e3: "a thousand", 1e4: "for 10,000", 1e5: "for 100,000", 1e6: "a million"}[line.per]
    return f"{line.price:.10f}".rstrip("0").ljust(4, "0").rstrip(".") + f" {per} [{line.source}]"


def _functions() -> str:
    rows = [
        f"| {each.name} | {each.calls:,} | {each.seconds:g} | {each.memory:g} | {each.work:,.0f} |"
        for each in FUNCTIONS
    ]
    head = ["| function | calls a month | seconds each | GB | GB-seconds |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _sources() -> str:
    return "\n".join([*(f"- **{name}**: {source}" for name, source in SOURCES.items()), ""])


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
