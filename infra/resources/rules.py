"""Rules on an event bus, in the state that what they listen for needs."""

from collections.abc import Sequence

from aws_cdk import aws_events as events
from constructs import Construct

from infra.patterns import SIGN_INS

ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

READ_ONLY = (SIGN_INS,)
"""Patterns that want calls which change nothing: a request for a role's credentials is one."""


def rule(
    scope: Construct,
    name: str,
    *,
    rule_name: str,
    pattern: events.EventPattern,
    target: events.IRuleTarget,
    bus: events.IEventBus | None = None,
    description: str | None = None,
) -> events.Rule:
    """A rule that is enabled; without `bus` on the default one.

    Amazon EventBridge User Guide, "Receiving read-only management events from AWS services": a rule that is
    plainly enabled matches none of them, whatever its pattern says. So it is at every bus they pass.
    """
    targets: Sequence[events.IRuleTarget] = [target]
    made = events.Rule(
        scope,
        name,
        rule_name=rule_name,
        description=description,
        event_bus=bus,
        event_pattern=pattern,
        targets=targets,
    )
    plain = made.node.default_child
    if pattern in READ_ONLY and isinstance(plain, events.CfnRule):
        plain.state = ALL_EVENTS  # Rule itself knows enabled and disabled alone.
    return made
