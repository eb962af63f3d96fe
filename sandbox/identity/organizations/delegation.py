"""Delegated administrators: which member account may run which AWS service for the organization."""

from moto.organizations.models import FakeServiceAccess

from sandbox.identity.members import Members
from sandbox.identity.paging import page
from sandbox.identity.settings import MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


class Delegation:
    """Register, deregister, and the two lists. Which services there are, moto knows."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self.operations: dict[str, Handler] = {
            "RegisterDelegatedAdministrator": self.register,
            "DeregisterDelegatedAdministrator": self.deregister,
            "ListDelegatedAdministrators": self.list,
            "ListDelegatedServicesForAccount": self.services,
            "ListAWSServiceAccessForOrganization": self.trusted,
        }

    def register(self, call: Call) -> Result:
        """A member account, for a service that has access to the organization."""
        account, service = self._account(call), _service(call)
        if account == MANAGEMENT_ACCOUNT:
            raise AwsError(
                "ConstraintViolationException",
                "You can't register the management account as a delegated administrator.",
                Reason="CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            )
        trusted = {each["ServicePrincipal"] for each in self._state.moto.organizations.services}
        if service not in trusted:
            raise AwsError(
                "ConstraintViolationException",
                f"{service} has no access to the organization; call EnableAWSServiceAccess first.",
                Reason="SERVICE_ACCESS_NOT_ENABLED",
            )
        services = self._members.administrators.setdefault(account, {})
        if service in services:
            message = "The account is already a delegated administrator for this service."
            raise AwsError("AccountAlreadyRegisteredException", message)
        services[service] = self._state.now().timestamp()
        return {}

    def deregister(self, call: Call) -> Result:
        """For this service alone."""
        account, service = self._account(call), _service(call)
        services = self._members.administrators.get(account, {})
        if service not in services:
            raise _not_registered()
        del services[service]
        if not services:
            del self._members.administrators[account]
        return {}

    def list(self, call: Call) -> Result:
        """Of one service, or of all."""
        wanted = call.params.get("ServicePrincipal")
        found = [
            {**self._shape(account), "DelegationEnabledDate": min(services.values())}
            for account, services in self._members.administrators.items()
            if wanted is None or wanted in services
        ]
        return page(call, "DelegatedAdministrators", found)

    def services(self, call: Call) -> Result:
        """What one account is registered for."""
        services = self._members.administrators.get(self._account(call))
        if not services:
            raise _not_registered()
        found = [
            {"ServicePrincipal": name, "DelegationEnabledDate": since} for name, since in services.items()
        ]
        return page(call, "DelegatedServices", found)

    def trusted(self, call: Call) -> Result:
        """The services with access to the organization."""
        return page(call, "EnabledServicePrincipals", self._state.moto.organizations.services)

    def _account(self, call: Call) -> str:
        return self._members.get(call.params["AccountId"]).id

    def _shape(self, account_id: str) -> dict[str, object]:
        shape = self._members.shape(self._members.get(account_id))
        return {key: value for key, value in shape.items() if key != "Paths"}


def _service(call: Call) -> str:
    service = str(call.params["ServicePrincipal"])
    if not FakeServiceAccess.trusted_service(service):
        message = "You specified an unrecognized service principal."
        raise AwsError("InvalidInputException", message, Reason="UNRECOGNIZED_SERVICE_PRINCIPAL")
    return service


def _not_registered() -> AwsError:
    message = "The account is not a registered delegated administrator for this service."
    return AwsError("AccountNotRegisteredException", message)
