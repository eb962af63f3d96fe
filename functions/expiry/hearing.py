"""Which areas an event of Okta concerns. Pure."""

from collections.abc import Collection
from typing import Final

from functions.okta.event_types import (
    APP_UPDATE,
    FACTOR_RESETS,
    HOOK_CHANGES,
    KEY_CHANGES,
    POLICY_CHANGES,
    SIGN_ON_CHANGES,
)
from functions.okta.log_event import APP_INSTANCE, LogEvent

_CONCERNS: Final = {
    **dict.fromkeys(KEY_CHANGES, ("certificates",)),
    **dict.fromkeys(POLICY_CHANGES | SIGN_ON_CHANGES, ("sign-on",)),
    **dict.fromkeys(FACTOR_RESETS, ("factors",)),
    **dict.fromkeys(HOOK_CHANGES, ("own-keys",)),
    APP_UPDATE: ("certificates", "sign-on"),
}


def areas_of(event: LogEvent, apps: Collection[str]) -> tuple[str, ...]:
    """Empty where the event is about other apps, or about nothing that is watched.

    An attempt that failed changed nothing; a key event that names no app may be about ours.
    """
    named = {target.id for target in event.of_type(APP_INSTANCE)}
    if event.result not in (None, "SUCCESS") or (named and named.isdisjoint(apps)):
        return ()
    return _CONCERNS.get(event.event_type, ())
