"""The user is disabled where Okta has not done it, and enabled again when they return."""

from typing import Protocol

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.scim import ScimError
from functions.leavers.record import Record
from functions.leavers.steps import DISABLE, ENABLE, Done, StepError, unidentified


class Switch(Protocol):
    def set_active(self, user_id: str, active: bool) -> bool: ...


class SetActive:
    """Disables (or enables) the user through SCIM. Last of all steps: it is no deprovisioning."""

    def __init__(self, scim: Switch, *, active: bool) -> None:
        self.name = ENABLE if active else DISABLE
        self._scim = scim
        self._active = active

    def run(self, record: Record) -> Done:
        if record.user_id is None:
            raise unidentified(record)
        try:
            known = self._scim.set_active(record.user_id, self._active)
        except (ScimError, GetParameterError, ClientError, BotoCoreError) as error:
            raise StepError(str(error)) from error
        if not known:
            return Done("no longer in the directory")
        return Done("the user is enabled" if self._active else "the user is disabled")
