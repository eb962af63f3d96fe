"""Attaching policies to roots, OUs and accounts."""

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, FakeRoot

from sandbox.identity.members import Members
from sandbox.identity.organizations.policies import SCP, find_policy, summary
from sandbox.identity.paging import page
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

Target = FakeAccount | FakeOrganizationalUnit


class Attachments:
    """Attach, detach, and the lists both ways."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self._backend = state.moto.organizations
        self.operations: dict[str, Handler] = {
            "AttachPolicy": self.attach,
            "DetachPolicy": self.detach,
            "ListTargetsForPolicy": self.list_targets,
            "ListPoliciesForTarget": self.list_policies,
        }

    def attach(self, call: Call) -> Result:
        """Only of an enabled type, once, and not too many."""
        policy = find_policy(self._state, call.params["PolicyId"])
        target = self._target(call)
        if policy.type not in self._enabled_types():
            raise AwsError(
                "PolicyTypeNotEnabledException",
                f"The given policy type {policy.type} is not enabled on the current view",
            )
        attached = [each for each in target.attached_policies if each.type == policy.type]
        if policy in attached:
            message = "The selected policy is already attached to the specified target."
            raise AwsError("DuplicatePolicyAttachmentException", message)
        limit = self._state.settings.policies_per_target
        if policy.type == SCP and len(attached) >= limit:
            raise AwsError(
                "ConstraintViolationException",
                f"You have attached the maximum of {limit} policies of this type to the target.",
                Reason="MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            )
        return self._state.moto.carry_out(call)

    def detach(self, call: Call) -> Result:
        """What is attached, and never the last SCP."""
        policy = find_policy(self._state, call.params["PolicyId"])
        target = self._target(call)
        if policy not in target.attached_policies:
            message = "The policy isn't attached to the specified target."
            raise AwsError("PolicyNotAttachedException", message)
        if policy.type == SCP and len([p for p in target.attached_policies if p.type == SCP]) == 1:
            raise AwsError(
                "ConstraintViolationException",
                "Every root, OU and account must have at least one SCP attached.",
                Reason="MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            )
        return self._state.moto.carry_out(call)

    def list_targets(self, call: Call) -> Result:
        """Where a policy is attached."""
        policy = find_policy(self._state, call.params["PolicyId"])
        targets = [
            {"TargetId": each.id, "Arn": each.arn, "Name": each.name, "Type": each.type}
            for each in policy.attachments
        ]
        return page(call, "Targets", targets)

    def list_policies(self, call: Call) -> Result:
        """What is attached to a target itself, not what it inherits."""
        wanted = call.params["Filter"]
        found = [summary(each) for each in self._target(call).attached_policies if each.type == wanted]
        return page(call, "Policies", found)

    def _target(self, call: Call) -> Target:
        target_id = call.params["TargetId"]
        targets: list[Target] = [*self._backend.ou, *self._members]
        target = next((each for each in targets if each.id == target_id), None)
        if target is None:
            message = "We can't find a root, OU, account, or policy with the TargetId that you specified."
            raise AwsError("TargetNotFoundException", message)
        return target

    def _enabled_types(self) -> set[str]:
        roots = [each for each in self._backend.ou if isinstance(each, FakeRoot)]
        return {each["Type"] for root in roots for each in root.policy_types}
