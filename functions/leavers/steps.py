"""What is done when somebody leaves or returns: steps that can be repeated, each on its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.lease import LeaseLostError
from functions.leavers.marks import Mark
from functions.leavers.record import Record, StepState
from functions.leavers.renderer import RendererBusyError
from functions.leavers.taken import Taken
from functions.okta.errors import OktaError

IDENTIFY, DENY, SESSIONS, TELL = "identify", "deny", "okta-sessions", "tell"
STOCK, ASSIGNMENTS, MEMBERSHIPS, DISABLE = "stock", "assignments", "memberships", "scim-disable"
ENTITLED, ENTITLEMENTS = "entitled", "entitlements"
LIFT, PUT_BACK, ENABLE = "lift", "put-back", "scim-enable"

TITLES: Mapping[str, str] = {
    IDENTIFY: "Found in IAM Identity Center",
    DENY: "Deny policies",
    SESSIONS: "Okta sessions",
    STOCK: "Access listed",
    ASSIGNMENTS: "Own assignments removed",
    MEMBERSHIPS: "Memberships removed",
    ENTITLED: "Entitlements listed",
    ENTITLEMENTS: "Entitlements removed",
    DISABLE: "Disabled through SCIM",
    LIFT: "Deny narrowed",
    PUT_BACK: "Access put back",
    ENABLE: "Enabled through SCIM",
    TELL: "On-call told",
}


FULL = "the deny policies are full: raise their size or number, see the runbook"


class StepError(Exception):
    """The step has not been done, or in part only; it is tried again.

    `taken` is what is taken from the person now, where the part that is done changes that.
    """

    def __init__(self, why: str, taken: Taken | None = None) -> None:
        super().__init__(why)
        self.taken = taken


class NothingToDoError(Exception):
    """There is nothing that the step could be done to."""


class DoubtfulError(Exception):
    """The step must not be done until a person has looked."""


@dataclass(frozen=True)
class Done:
    """What holds now, in words; and what is taken from the person now, where the step changes that.

    `groups`: what Okta has said of groups, as the step has found out.
    """

    note: str
    taken: Taken | None = None
    groups: Mapping[str, Mark] = field(default_factory=dict)


class Step(Protocol):
    """One step; `name` is its key in the ledger, under which TITLES has what on-call reads."""

    @property
    def name(self) -> str: ...

    def run(self, record: Record) -> Done:
        """Do it, and say what holds now.

        Raises StepError, NothingToDoError or DoubtfulError.
        """
        ...


@dataclass(frozen=True)
class Steps:
    """What is carried out, in this order, when somebody leaves or returns."""

    leaving: Sequence[Step]
    returning: Sequence[Step]


class DenyWriter(Protocol):
    def bring_up_to_date(self) -> frozenset[str]: ...


class SessionClearer(Protocol):
    def clear_sessions(self, user_id: str) -> bool: ...


class Deny:
    """Every AWS call of theirs is denied, by service control policies and in the management account."""

    name = DENY

    def __init__(self, writer: DenyWriter, covered: str) -> None:
        self._writer = writer
        self._covered = covered

    def run(self, record: Record) -> Done:
        if record.user_id is None:
            raise unidentified(record)
        if record.user_id in _written(self._writer):
            raise StepError(FULL)
        return Done(f"every call is denied in {self._covered}")


class Lift:
    """Only sessions from before their return stay denied."""

    name = LIFT

    def __init__(self, writer: DenyWriter) -> None:
        self._writer = writer

    def run(self, record: Record) -> Done:
        left_over = _written(self._writer)
        if record.narrowed is None:
            return Done("no session of theirs is denied")
        if record.user_id in left_over:
            raise StepError(f"{FULL}: until then no session from before their return is denied")
        return Done(f"only sessions issued before {record.narrowed:%Y-%m-%d %H:%M:%S} UTC are denied")


class OktaSessions:
    """No Okta session, OAuth token or remembered device is left."""

    name = SESSIONS

    def __init__(self, okta: Callable[[], SessionClearer]) -> None:
        self._okta = okta

    def run(self, record: Record) -> Done:
        if record.okta_id is None:
            raise NothingToDoError("they have no Okta id")
        try:
            known = self._okta().clear_sessions(record.okta_id)
        except (OktaError, GetParameterError, ClientError, BotoCoreError) as error:
            raise StepError(str(error)) from error
        return Done("sessions and tokens are ended" if known else "Okta no longer knows them")


def unidentified(record: Record) -> Exception:
    """Why a step that needs the person's user id cannot be done."""
    identify = record.steps.get(IDENTIFY)
    if identify is not None and identify.state is StepState.NOTHING:
        return NothingToDoError("there is no user id to deny")
    if identify is not None and identify.state is StepState.DOUBTFUL:
        return DoubtfulError("it is not certain which user id to deny")
    return StepError("their user id is not known yet")


def _written(writer: DenyWriter) -> frozenset[str]:
    try:
        return writer.bring_up_to_date()
    except (DenyPolicyError, LeaseLostError, RendererBusyError, ClientError, BotoCoreError) as error:
        raise StepError(str(error)) from error
