"""What on-call is told about a leaver. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.finding import Finding, Severity
from functions.leavers.console import Console
from functions.leavers.decide import OperatorRequest, Reason, Unclear
from functions.leavers.identify import NEVER
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.steps import DENY, ENTITLED, IDENTIFY, TITLES

SURELY_HERE = frozenset({Reason.UNASSIGN.value, Reason.OPERATOR.value})
"""Reasons that only somebody with access to AWS can have; most other leavers never had any."""


@dataclass(frozen=True)
class Wording:
    """Writes the findings; `runbooks` is the prefix under which the runbooks are read."""

    runbooks: str
    console: Console
    covered: str = "every member account"
    """Where the service control policies deny."""

    def about(self, record: Record) -> list[Finding]:
        """All findings about this person, open or clear, as the record stands."""
        failing, ended = self._failing(record), self.ended(record)
        if any(not outcome.final for outcome in record.steps.values()):
            return [failing]
        if never_had_access(record):
            return [failing.cleared()]
        return [failing.cleared(), ended if record.open else ended.cleared()]

    def unclear(self, event: Unclear) -> Finding:
        """An event that concerns somebody, but not whom."""
        return self.finding(
            key=f"leaver/unclear/{event.trigger}",
            severity=Severity.PAGE,
            title="An Okta event ends somebody's access, but does not say whose",
            subject=event.trigger,
            since=event.published,
            why=f"{event.why}. Nobody is ever guessed, so nothing was done.",
            actions=(
                f"Find LogEvent {event.trigger} in Okta's System Log.",
                "If somebody has left: ostiary revoke PERSON --reason … --yes",
            ),
        )

    def unknown(self, request: OperatorRequest, why: str) -> Finding:
        """An operator named somebody who cannot be found, or not without doubt."""
        verb = "revoke" if request.leave else "restore"
        return self.finding(
            key=f"leaver/unknown/{verb}/{request.person}",
            severity=Severity.PAGE if request.leave else Severity.WARNING,
            title=f"Nothing was done: {verb} {request.person}",
            subject=request.person,
            since=request.published,
            why=f"{request.by} asked for it ({request.reason}), but {why}.",
            actions=(f"Ask again with their Identity Store user id: {self.console.user(None)}",),
        )

    def protected(self, record: Record, why: str, since: datetime) -> Finding:
        """A leaver whom the access policy protects."""
        return self.finding(
            key=f"leaver/{record.key}/protected",
            severity=Severity.PAGE,
            title=f"{record.who} is protected, and would lose access now",
            subject=record.who,
            since=since,
            why=f"Trigger: {why}. access.yaml protects this person, so nothing was done.",
            actions=(
                "Find out whether they have left, or somebody is tampering with break-glass access.",
                "If they have left: take them out of leavers.protected and deploy; then "
                "ostiary revoke PERSON --reason … --yes.",
            ),
        )

    def ended(self, record: Record) -> Finding:
        """What holds of a revocation whose steps are all done."""
        denied = DENY in record.steps and record.steps[DENY].state is StepState.DONE
        return self.finding(
            key=f"leaver/{record.key}",
            severity=_severity(record, denied),
            title=f"Access of {record.who} ended"
            if denied
            else f"{record.who} left, but is not denied in AWS",
            subject=record.who,
            since=_since(record),
            why=_why(record, self.covered if denied else None),
            actions=self._console_steps(record) if denied else self._search(record),
            facts=_facts(record),
        )

    def _failing(self, record: Record) -> Finding:
        failing = [name for name, outcome in record.steps.items() if not outcome.final]
        what = ", ".join(TITLES.get(name, name) for name in failing)
        leaving = "is not fully ended" if record.open else "is not fully given back"
        return self.finding(
            key=f"leaver/{record.key}/failing",
            severity=Severity.PAGE if record.open else Severity.WARNING,
            title=f"Access of {record.who} {leaving}",
            subject=record.who,
            since=_since(record),
            why=f"Still failing, and being retried: {what or 'nothing'}. What holds is listed below.",
            actions=(
                "Read the errors below, and remove their cause: the retry then finishes by itself.",
                "If retries have ended, the message is in the dead-letter queue of leavers: redrive it.",
                *(self._console_steps(record) if record.open else ()),
            ),
            facts=_facts(record),
        )

    def _console_steps(self, record: Record) -> tuple[str, ...]:
        page = self.console.user(record.user_id)
        return (
            f"End their access portal session, which no API can do: {page} (Active sessions, delete all). "
            "The console refuses while the user is disabled, and Okta's deactivation disables them: "
            "then enable, end the session, disable.",
            f"Disable the user, unless Okta has: {page} (Disable user access).",
        )

    def _search(self, record: Record) -> tuple[str, ...]:
        return (
            f"Look for them in IAM Identity Center: {self.console.user(None)}",
            f"If they are there: ostiary revoke USER_ID --reason 'left Okta as {record.who}' --yes",
            "They are looked for again and again, and this stays, until somebody knows who they are. To end "
            f"it, if they never had access to AWS: ostiary restore {record.who} --reason 'no access' --yes",
        )

    def finding(
        self,
        *,
        key: str,
        severity: Severity,
        title: str,
        subject: str,
        since: datetime,
        why: str,
        actions: tuple[str, ...],
        facts: Mapping[str, str] | None = None,
    ) -> Finding:
        """One finding of leavers, with their runbook."""
        runbook = f"{self.runbooks.rstrip('/')}/leaver.md"
        return Finding(key, severity, title, subject, since, why, actions, runbook, facts=facts or {})


def _severity(record: Record, denied: bool) -> Severity:
    """The deny holds: the rest can wait for the morning. Nobody denied: it depends on who they are."""
    doubtful = any(outcome.state is StepState.DOUBTFUL for outcome in record.steps.values())
    missing = not denied and bool(SURELY_HERE & set(record.reasons))
    return Severity.PAGE if doubtful or missing else Severity.WARNING


def never_had_access(record: Record) -> bool:
    """Most people of an Okta organization: on-call need not hear of them."""
    search = record.steps.get(IDENTIFY)
    return search is not None and search.note == NEVER and not SURELY_HERE & set(record.reasons)


def _why(record: Record, covered: str | None) -> str:
    occasion = record.occasion
    cause = f"Trigger: {occasion.reason} at {_time(occasion.published)}." if occasion else ""
    if covered:
        return (
            f"{cause} Every AWS call of theirs is denied in {covered}, and in the management "
            "account under permission sets that carry the policies ostiary-deny-leavers-…."
        )
    return f"{cause} {record.steps[IDENTIFY].note if IDENTIFY in record.steps else ''}".strip()


def _facts(record: Record) -> dict[str, str]:
    facts = {
        TITLES.get(name, name): _said(outcome)
        for name, outcome in record.steps.items()
        # What is not listed because nobody has any, the step that takes it says as well.
        if name != ENTITLED or outcome.state is not StepState.NOTHING
    }
    occasion = record.occasion
    known = {
        "Okta user": record.okta_id,
        "Identity Center user": record.user_id,
        "Trigger": occasion and occasion.trigger,
        "Asked": occasion and occasion.note,
        "Deny stays at least until": record.deny_until and _time(record.deny_until),
    }
    return facts | {name: value for name, value in known.items() if value}


def _said(outcome: StepOutcome) -> str:
    state = "failing, being retried" if outcome.state is StepState.FAILED else outcome.state.value
    return f"{state} since {_time(outcome.at)}: {outcome.note}"


def _since(record: Record) -> datetime:
    if record.since:
        return record.since
    if record.occasion:
        return record.occasion.published
    raise ValueError(f"nothing has happened to {record.key}")


def _time(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
