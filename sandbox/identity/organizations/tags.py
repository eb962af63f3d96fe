"""Tags of accounts, OUs, roots and policies; moto keeps them."""

from sandbox.identity import envelopes
from sandbox.identity.members import Members
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

_TAGS = 50
"""AWS Organizations User Guide, "Quotas": tags on one resource."""


class Tags:
    """TagResource and UntagResource, which AWS tells the event bus."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self.operations: dict[str, Handler] = {"TagResource": self.tag, "UntagResource": self.untag}

    def tag(self, call: Call) -> Result:
        """Adds or overwrites; each key once in a call."""
        keys = [tag["Key"] for tag in call.params["Tags"]]
        if len(keys) != len(set(keys)):
            message = "Tag keys must be unique among the tags of one request."
            raise AwsError("InvalidInputException", message, Reason="DUPLICATE_TAG_KEY")
        listing = Call(call.service, "ListTagsForResource", {"ResourceId": call.params["ResourceId"]})
        present = {tag["Key"] for tag in self._state.moto.carry_out(listing)["Tags"]}
        if len(present | set(keys)) > _TAGS:
            message = f"A resource can have {_TAGS} tags."
            raise AwsError("ConstraintViolationException", message, Reason="MAX_TAG_LIMIT_EXCEEDED")
        return self._carry_out(call, "tag-resource")

    def untag(self, call: Call) -> Result:
        """Keys that are not there are ignored."""
        return self._carry_out(call, "untag-resource")

    def _carry_out(self, call: Call, sample: str) -> Result:
        result = self._state.moto.carry_out(call)
        self._state.outbox.put(envelopes.of_call(sample, call.params, call.caller, self._state.now()))
        return result
