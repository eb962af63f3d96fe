"""The dashboard `ostiary`: is it working, is anything open, how fast."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from functions.finding import Severity
from infra import names
from infra.resources import metrics
from infra.resources.alarms import Alarms
from infra.resources.promises import ADMISSION_SECONDS, REVOCATION_SECONDS

WIDTH = 24
HOUR = Duration.hours(1)
QUARTER = Duration.minutes(15)


class Dashboard(Construct):
    """Three rows, a question each, answered by metrics that exist anyway."""

    def __init__(self, scope: Construct, id_: str, alarms: Alarms) -> None:
        super().__init__(scope, id_)
        dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=names.DASHBOARD,
            default_interval=Duration.days(7),
            period_override=cloudwatch.PeriodOverride.INHERIT,
        )
        dashboard.add_widgets(_question("Is it working?", "Errors, lag and dead letters are at zero."))
        dashboard.add_widgets(*self._working(alarms))
        dashboard.add_widgets(_question("Is anything open?", "`ostiary findings` lists it."))
        dashboard.add_widgets(*self._open())
        dashboard.add_widgets(
            _question("How fast?", "The red lines are the promises: beyond, an alarm rings.")
        )
        dashboard.add_widgets(*self._speed())

    def _working(self, alarms: Alarms) -> list[cloudwatch.IWidget]:
        return [
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms.made, width=WIDTH, height=5),
            _graph("Errors of functions", [self._of_function(name, "Errors") for name in alarms.functions]),
            _graph("Dead letters", [self._of_queue(f"{name}-dlq", VISIBLE) for name in alarms.dead_letters]),
            _graph("Oldest message waiting (s)", [self._of_queue(name, AGE) for name in alarms.queues]),
            _graph("Lag behind Okta's System Log (s)", [metrics.lag(QUARTER, "max")]),
            _graph("Watches that ran", [metrics.watch_reported("expiry", HOUR)]),
            _graph("Work", [self._of_function(name, "Invocations") for name in alarms.functions]),
        ]

    def _open(self) -> list[cloudwatch.IWidget]:
        counts = [
            metrics.open_findings(severity.value, QUARTER).with_(label=severity.value)
            for severity in reversed(Severity)
        ]
        return [
            cloudwatch.SingleValueWidget(title="Open now", metrics=counts, width=8, height=5),
            cloudwatch.GraphWidget(title="Open findings", left=counts, width=16, height=5, stacked=True),
        ]

    def _speed(self) -> list[cloudwatch.IWidget]:
        return [
            _clock("Deactivated in Okta → denied in AWS (s)", metrics.revocation, REVOCATION_SECONDS),
            _clock("Account joined → access (s)", metrics.admission, ADMISSION_SECONDS),
        ]

    def _of_function(self, capability: str, name: str) -> cloudwatch.Metric:
        dimensions = {"FunctionName": names.function(capability)}
        return self._of_aws("AWS/Lambda", name, dimensions, capability, "sum")

    def _of_queue(self, queue: str, name: str) -> cloudwatch.Metric:
        return self._of_aws("AWS/SQS", name, {"QueueName": names.function(queue)}, queue, "max")

    def _of_aws(
        self, namespace: str, name: str, dimensions: Mapping[str, str], label: str, statistic: str
    ) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map=dict(dimensions),
            statistic=statistic,
            label=label,
            period=QUARTER,
        )


VISIBLE = "ApproximateNumberOfMessagesVisible"
AGE = "ApproximateAgeOfOldestMessage"


def _question(text: str, hint: str) -> cloudwatch.TextWidget:
    return cloudwatch.TextWidget(markdown=f"## {text}\n{hint}", width=WIDTH, height=2)


def _graph(title: str, shown: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(shown), width=8, height=5)


def _clock(title: str, metric: metrics.Clock, promise: int) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=[metric(HOUR, statistic).with_(label=statistic) for statistic in ("p50", "p99", "max")],
        left_annotations=[cloudwatch.HorizontalAnnotation(value=promise, label="promise", color="#d62728")],
        width=12,
        height=6,
    )
