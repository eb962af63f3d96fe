"""What a permission set permits: managed policies, references, an inline policy, a boundary."""

import json
from typing import Any

from sandbox.identity.paging import page
from sandbox.identity.sso_admin.book import Book
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

_CHANGES = (
    "AttachManagedPolicyToPermissionSet",
    "DetachManagedPolicyFromPermissionSet",
    "AttachCustomerManagedPolicyReferenceToPermissionSet",
    "DetachCustomerManagedPolicyReferenceFromPermissionSet",
    "DeleteInlinePolicyFromPermissionSet",
)


class Policies:
    """moto keeps all but the boundary; a change leaves accounts with the former state."""

    def __init__(self, state: State, book: Book) -> None:
        self._state = state
        self._book = book
        self._boundaries: dict[str, Any] = {}
        self.operations: dict[str, Handler] = {
            **dict.fromkeys(_CHANGES, self.change),
            "ListManagedPoliciesInPermissionSet": self.list_managed,
            "ListCustomerManagedPolicyReferencesInPermissionSet": self.list_references,
            "PutInlinePolicyToPermissionSet": self.put_inline,
            "GetInlinePolicyForPermissionSet": self.get_inline,
            "PutPermissionsBoundaryToPermissionSet": self.put_boundary,
            "GetPermissionsBoundaryForPermissionSet": self.get_boundary,
            "DeletePermissionsBoundaryFromPermissionSet": self.delete_boundary,
        }

    def change(self, call: Call) -> Result:
        """moto refuses what it does not know or already has."""
        result = self._state.moto.carry_out(call)
        self._book.changed(call.params["PermissionSetArn"])
        return result

    def list_managed(self, call: Call) -> Result:
        """AWS managed policies."""
        policies = self._book.permission_set(call.params["PermissionSetArn"]).managed_policies
        return page(call, "AttachedManagedPolicies", [{"Arn": p.arn, "Name": p.name} for p in policies])

    def list_references(self, call: Call) -> Result:
        """Customer managed policies by name and path."""
        references = self._book.permission_set(call.params["PermissionSetArn"]).customer_managed_policies
        shapes = [{"Name": each.name, "Path": each.path} for each in references]
        return page(call, "CustomerManagedPolicyReferences", shapes)

    def put_inline(self, call: Call) -> Result:
        """It must be JSON, and not too large without its white space."""
        text = call.params["InlinePolicy"]
        try:
            json.loads(text)
        except ValueError as error:
            raise AwsError("ValidationException", "The inline policy is not valid JSON") from error
        limit = self._state.settings.inline_policy_limit
        if len("".join(text.split()).encode()) > limit:
            raise AwsError(
                "ServiceQuotaExceededException",
                f"The inline policy exceeds the maximum of {limit} bytes, white space not counted",
            )
        return self.change(call)

    def get_inline(self, call: Call) -> Result:
        """Empty where there is none."""
        return {"InlinePolicy": self._book.permission_set(call.params["PermissionSetArn"]).inline_policy}

    def put_boundary(self, call: Call) -> Result:
        """A managed policy or a reference."""
        arn = self._book.permission_set(call.params["PermissionSetArn"]).permission_set_arn
        self._boundaries[arn] = call.params["PermissionsBoundary"]
        self._book.changed(arn)
        return {}

    def get_boundary(self, call: Call) -> Result:
        """Raises where there is none."""
        return {"PermissionsBoundary": self._boundaries[self._bounded(call)]}

    def delete_boundary(self, call: Call) -> Result:
        """Raises where there is none."""
        arn = self._bounded(call)
        del self._boundaries[arn]
        self._book.changed(arn)
        return {}

    def _bounded(self, call: Call) -> str:
        arn = self._book.permission_set(call.params["PermissionSetArn"]).permission_set_arn
        if arn not in self._boundaries:
            raise AwsError("ResourceNotFoundException", f"{arn} has no permissions boundary")
        return arn
