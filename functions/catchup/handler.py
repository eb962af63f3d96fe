"""What the hook may have missed, from Okta's System Log or an Okta log stream, onto the same bus."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.catchup import wiring


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Two doors: the queue of a log stream, where there is one, and the schedule, whatever it says."""
    if "Records" in event:
        # Batch processing is heavy, and few deployments have a log stream.
        from functions.catchup.stream import bring
        from functions.inbox import each_envelope

        bus = wiring.bus()
        return dict(each_envelope(event, context, lambda envelope: bring(envelope, bus)))
    tally = wiring.desk().run(lambda: context.get_remaining_time_in_millis() / 1000)
    return {"events": tally.events, "reached": tally.position.reached.isoformat()}
