"""Factor resets of people whose account is worth stealing. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import counted, moment
from functions.finding import Finding, Severity
from functions.okta.event_types import FACTOR_RESETS
from functions.okta.log_event import USER, LogEvent

RECENT = timedelta(days=7)
"""So long a reset is told: within it, the person was asked."""

KEY = "factors/reset"

FILTER = " or ".join(f'eventType eq "{kind}"' for kind in sorted(FACTOR_RESETS))

GUIDE = Guide(
    why=(
        "Calling the help desk to have somebody's second factor reset is how accounts with many rights are "
        "stolen. Until a new factor is enrolled, a password is enough to enrol one's own."
    ),
    actions=(
        "Call each person on a number that you know, not one that you were given: did you ask for this?",
        'No: `ostiary revoke <user name> --reason "factor reset by a stranger" --yes` ends their AWS access, '
        "then Okta > Directory > People > the person > More actions > Suspend, and call security.",
        "Yes: see that a new factor is enrolled (Okta > the person > Security methods).",
        "Nothing else is to be done: this clears a week after the reset.",
    ),
    runbook="factor-reset.md",
)


def examine(events: Iterable[LogEvent], protected: Callable[[str], str | None], desk: Desk) -> Finding:
    """`protected` tells the group for which an Okta user id is watched, or None."""
    facts: dict[str, str] = {}
    began: datetime | None = None
    for event in sorted(events, key=lambda event: event.published):
        if event.result != "SUCCESS" or desk.now - event.published > RECENT:
            continue
        for person in event.of_type(USER):
            if group := protected(person.id):
                began = began or event.published
                facts[person.alternate_id or person.id] = (
                    f"in {group}; {event.event_type} on {moment(event.published)}"
                )
    if not facts:
        found = Found(None, "No second factor of anybody in a protected group was reset within a week")
    else:
        one = f"Second factor reset: {next(iter(facts))}"
        many = f"Second factors reset of {counted(len(facts), 'protected account')}"
        found = Found(Severity.PAGE, one if len(facts) == 1 else many, facts, began)
    return desk.write(KEY, "People in protected groups", found, GUIDE)
