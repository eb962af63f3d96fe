"""The line of turns, kept in DynamoDB: one item, in which stands when the line ends.

Amazon DynamoDB Developer Guide, "Condition expressions": an update with a condition is one step, so no two
instances are given the same turn.
"""

from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.session import APP_ID
from functions.aws.turns import GAP, LONGEST

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LINE = "sso-admin"
"""The partition key of the one item."""

QUICK = Config(
    connect_timeout=0.5,
    read_timeout=0.5,
    retries={"mode": "standard", "total_max_attempts": 1},
    user_agent_extra=f"app/{APP_ID}",
)
"""For the client: an answer takes milliseconds, and who gets none can do without. Seconds, one attempt."""

BEHIND = "#ends > :now AND #ends <= :longest"
ANEW = "attribute_not_exists(#ends) OR #ends <= :now OR #ends > :longest"
"""The two cases of `functions.aws.turns.begin`, and there is no third."""


class LineUnavailableError(Exception):
    """The table did not answer, or refused: do without the line for a while."""


class TurnLine:
    """Gateway to the line. `dynamodb` is made with QUICK."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._likely = 0.0
        """Until when somebody is likely to be in line."""

    def book(self, count: int, now: float) -> float:
        """Take `count` turns; when the first of them is. `now` and the answer are in seconds since the epoch.

        Raises LineUnavailableError.
        """
        try:
            first = self._book(count, now)
        except (ClientError, BotoCoreError) as error:
            raise LineUnavailableError(f"table {self._table}: {error}") from error
        # Who found others in front finds some again for a while: a right guess saves a call.
        others = first - now > 2 * GAP
        self._likely = first + count * GAP + (LONGEST if others else 0)
        return first

    def _book(self, count: int, now: float) -> float:
        behind = now < self._likely
        # The end only moves on: if somebody is faster in between, the third attempt is the right one.
        for _ in range(3):
            try:
                return self._update(count, now, behind=behind)
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                behind = not behind
        raise LineUnavailableError(f"table {self._table}: the line was another at each attempt")

    def _update(self, count: int, now: float, *, behind: bool) -> float:
        values = {":now": now, ":longest": now + LONGEST}
        values[":more"] = count * GAP if behind else now + count * GAP
        answer = self._dynamodb.update_item(
            TableName=self._table,
            Key={"pk": {"S": LINE}},
            UpdateExpression="SET #ends = #ends + :more" if behind else "SET #ends = :more",
            ConditionExpression=BEHIND if behind else ANEW,
            ExpressionAttributeNames={"#ends": "ends"},
            ExpressionAttributeValues={name: {"N": f"{value:.6f}"} for name, value in values.items()},
            ReturnValues="UPDATED_NEW",
        )
        return float(answer["Attributes"]["ends"]["N"]) - count * GAP
