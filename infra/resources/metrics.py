"""The metrics that the functions write themselves, as CloudWatch knows them: namespace, name, dimensions."""

from collections.abc import Callable

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "Ostiary"

Clock = Callable[[Duration, str], cloudwatch.Metric]
"""A metric of seconds, by period and statistic."""


def revocation(period: Duration, statistic: str) -> cloudwatch.Metric:
    """Okta's word that somebody left → the deny read back in force, in seconds."""
    return _own("RevocationSeconds", "leavers", period, statistic)


def admission(period: Duration, statistic: str) -> cloudwatch.Metric:
    """AWS's word that an account joined → its last assignment SUCCEEDED, in seconds."""
    return _own("AccountJoinedToAccess", "accounts", period, statistic)


def lag(period: Duration, statistic: str) -> cloudwatch.Metric:
    """How far behind Okta's System Log catch-up is, in seconds."""
    return _own("CatchUpLag", "catchup", period, statistic)


def open_findings(severity: str, period: Duration, statistic: str = "max") -> cloudwatch.Metric:
    """How many findings of a severity are open; counted every quarter of an hour."""
    return _own("OpenFindings", "alerts", period, statistic, severity=severity)


def watch_reported(watch: str, period: Duration) -> cloudwatch.Metric:
    """How often a watch ran to its end, as alerts heard it."""
    return _own("WatchReported", "alerts", period, "sum", watch=watch)


def _own(name: str, service: str, period: Duration, statistic: str, **dimensions: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service, **dimensions},
        period=period,
        statistic=statistic,
    )
