"""What a dashboard and the alarms read: how much is open, and which watch has reported."""

from collections import Counter
from collections.abc import Iterable

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from functions.alerts.digest import Entry
from functions.finding import Finding, Severity

OPEN = "OpenFindings"
WATCHED = "WatchReported"
WATCH = "watch/"
"""A watch reports under this key in every run that ends, whether it could read or not."""


def report_open(entries: Iterable[Entry]) -> Counter[Severity]:
    """How many findings are open, by severity; zero is said too, so that silence means that nobody counts."""
    counted = Counter(entry.severity for entry in entries)
    for severity in Severity:
        with single_metric(name=OPEN, unit=MetricUnit.Count, value=counted[severity]) as metric:
            metric.add_dimension("severity", severity.value)
    return counted


def report_watch(finding: Finding) -> None:
    """That a watch has run."""
    if finding.key.startswith(WATCH):
        with single_metric(name=WATCHED, unit=MetricUnit.Count, value=1) as metric:
            metric.add_dimension("watch", finding.key.removeprefix(WATCH))
