"""Okta's log stream to EventBridge: each LogEvent comes as an event of its own (Okta, "Log streaming")."""

from functions.bus import EventBus
from functions.inbox import Envelope, EnvelopeError
from functions.okta.entries import calls
from functions.okta.event_types import FROM_LOG
from functions.okta.sift import sift

DETAIL_TYPE = "SystemLog"


def bring(envelope: Envelope, bus: EventBus) -> None:
    """Put its LogEvent on the bus as hook and catch-up do, under its own type.

    Raises EnvelopeError for what is no LogEvent or fits no bus, BusError and AWS's errors.
    """
    sifted = sift([envelope.detail], FROM_LOG)
    if envelope.detail_type != DETAIL_TYPE or sifted.unreadable or sifted.too_large:
        raise EnvelopeError(f"no LogEvent of an Okta log stream: {envelope.source} {envelope.detail_type}")
    for group in calls(sifted.entries):
        bus.put(group)
