"""Where messages go: each channel gives them its own form and delivers them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from botocore.exceptions import BotoCoreError, ClientError

from functions.alerts import mail, pagerduty, slack, teams, webhook
from functions.alerts.digest import Digest
from functions.alerts.message import Message
from functions.alerts.wire import ChannelError, Wire

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

MAIL = "mail"


class Channel(Protocol):
    """Somewhere a message can go."""

    def send(self, message: Message) -> None:
        """Raises ChannelError if the message was not taken."""


@runtime_checkable
class Reader(Channel, Protocol):
    """A channel that people read, and not one that keeps an incident open by itself."""

    def send_digest(self, digest: Digest) -> None:
        """Raises ChannelError if it was not taken."""


@dataclass(frozen=True)
class Mail:
    """An SNS topic whose subscribers are mail addresses."""

    sns: "SNSClient"
    topic: str

    def send(self, message: Message) -> None:
        """Raises ChannelError."""
        self._publish(mail.subject(message), mail.body(message))

    def send_digest(self, digest: Digest) -> None:
        """Raises ChannelError."""
        self._publish(mail.digest_subject(digest), mail.digest_body(digest))

    def _publish(self, subject: str, body: str) -> None:
        try:
            self.sns.publish(TopicArn=self.topic, Subject=subject, Message=body)
        except (ClientError, BotoCoreError) as error:
            raise ChannelError(f"mail topic {self.topic}: {error}") from error


@dataclass(frozen=True)
class Board:
    """A place that people read, behind a webhook: Slack, Teams, or any other; `form` and `digest_form` are
    how it wants a message and a digest."""

    wire: Wire
    form: Callable[[Message], dict[str, Any]]
    digest_form: Callable[[Digest], dict[str, Any]]

    def send(self, message: Message) -> None:
        """Raises ChannelError."""
        self.wire.post(self.form(message))

    def send_digest(self, digest: Digest) -> None:
        """Raises ChannelError."""
        self.wire.post(self.digest_form(digest))


@dataclass(frozen=True)
class PagerDuty:
    """A service's integration of type Events API v2. It takes no digest: its incidents stay open there."""

    wire: Wire
    routing_key: str = field(repr=False)

    def send(self, message: Message) -> None:
        """Raises ChannelError."""
        self.wire.post(pagerduty.event(message, self.routing_key))


@dataclass(frozen=True)
class Unknown:
    """Stands for a channel whose secret could not be read: nothing can be sent, and that is a failure."""

    reason: str

    def send(self, message: Message) -> None:
        """Always raises ChannelError."""
        raise ChannelError(f"{self.reason}; untold: {message.finding.key}")


def slack_board(wire: Wire) -> Board:
    """An incoming webhook of Slack."""
    return Board(wire, slack.payload, slack.digest_payload)


def teams_board(wire: Wire) -> Board:
    """The webhook of a Workflow of Microsoft Teams."""
    return Board(wire, teams.payload, teams.digest_payload)


def any_board(wire: Wire) -> Board:
    """Whatever takes JSON."""
    return Board(wire, webhook.payload, webhook.digest_payload)
