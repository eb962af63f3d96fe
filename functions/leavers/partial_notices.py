"""What on-call is told of people who lost a group: only what could not be done. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.finding import Finding, Severity
from functions.leavers.decide import Unclear
from functions.leavers.findings import Wording
from functions.leavers.partial import GroupChange

NAMED = 20
"""So many people are named in a finding; `ostiary leavers` lists all."""


@dataclass(frozen=True)
class PartialNotices:
    """Writes the findings; `wording` knows the runbook."""

    wording: Wording

    def unclear(self, event: Unclear) -> Finding:
        """A change of a group that does not say whose, or of somebody who cannot be told from another."""
        return self.wording.finding(
            key=f"leavers/partial/unclear/{event.trigger}",
            severity=Severity.WARNING,
            title="Somebody lost a group, but it is not certain who",
            subject=event.trigger,
            since=event.published,
            why=f"{event.why}. Nobody is ever guessed, so the sessions they began through the group run on.",
            actions=(
                f"Find LogEvent {event.trigger} in Okta's System Log.",
                "If their sessions must end at once: ostiary revoke PERSON --reason … --yes; then restore.",
            ),
        )

    def members_unknown(self, deleted: GroupChange) -> Finding:
        """A group that grants speak of is gone in Okta and here, so nobody can say who was in it."""
        return self.wording.finding(
            key=f"leavers/partial/deleted/{deleted.group_id}",
            severity=Severity.WARNING,
            title=f"Group {deleted.group} was deleted, and who was in it is not known",
            subject=deleted.group,
            since=deleted.published,
            why="Identity Center no longer has the group either. Role sessions that its members began by it "
            "run on, for 12 hours at most; they can begin no new ones through it.",
            actions=(
                f"See who was in it: Okta's System Log, eventType group.user_membership.add, target "
                f"{deleted.group_id}.",
                "If sessions of one of them must end at once: ostiary revoke PERSON --reason … --yes; then "
                "restore.",
                "The next time, take people out of a group first, and delete it when it is empty.",
            ),
        )

    def waiting(self, title: str, people: Sequence[str], now: datetime) -> Finding:
        """Those for whom `title` have no room now; clear if there are none."""
        named = ", ".join(people[:NAMED]) + (f" and {len(people) - NAMED} more" if people[NAMED:] else "")
        found = self.wording.finding(
            key=f"leavers/partial/room/{title}",
            severity=Severity.WARNING,
            title=f"No room in the {title} for {len(people)} people who lost a group",
            subject=title,
            since=now,
            why="Leavers come first. Sessions that these people began through a group they are no longer in "
            f"run on, for 12 hours at most: {named}. They are denied as soon as there is room.",
            actions=(
                "Raise deny_policies, deny_policy_size or deny_management_policies in cdk.json, as far as "
                "AWS's quotas go, and deploy.",
                "If sessions of one of them must end at once: ostiary revoke PERSON --reason … --yes.",
            ),
        )
        return found if people else found.cleared()
