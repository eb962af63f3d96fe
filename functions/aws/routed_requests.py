"""Requests for assignments, each made and followed by whoever may make it in its account."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from functions.aws.assignment_requests import AccountAssignment, AssignmentRequests, Request


@dataclass(frozen=True)
class RoutedRequests:
    """`usual` makes them; for an account in `apart`, its own. Errors are those of AssignmentRequests."""

    usual: AssignmentRequests
    apart: Mapping[str, AssignmentRequests]
    _made_apart: dict[str, AssignmentRequests] = field(default_factory=dict)
    """By id, requests under way that `usual` did not make: who made them is asked how they stand."""

    def create(self, assignment: AccountAssignment) -> Request:
        """As AssignmentRequests."""
        by = self._for(assignment)
        return self._noted(by, by.create(assignment))

    def delete(self, assignment: AccountAssignment) -> Request:
        """As AssignmentRequests."""
        by = self._for(assignment)
        return self._noted(by, by.delete(assignment))

    def creations(self, request_ids: Collection[str]) -> dict[str, Request]:
        """As AssignmentRequests."""
        return self._settled(
            {k: v for by, ids in self._makers(request_ids) for k, v in by.creations(ids).items()}
        )

    def deletions(self, request_ids: Collection[str]) -> dict[str, Request]:
        """As AssignmentRequests."""
        return self._settled(
            {k: v for by, ids in self._makers(request_ids) for k, v in by.deletions(ids).items()}
        )

    def _for(self, assignment: AccountAssignment) -> AssignmentRequests:
        return self.apart.get(assignment.account_id, self.usual)

    def _noted(self, by: AssignmentRequests, request: Request) -> Request:
        if by is not self.usual and request.state == "IN_PROGRESS":
            self._made_apart[request.id] = by
        return request

    def _makers(self, request_ids: Collection[str]) -> list[tuple[AssignmentRequests, list[str]]]:
        found: dict[AssignmentRequests, list[str]] = defaultdict(list)
        for request_id in request_ids:
            found[self._made_apart.get(request_id, self.usual)].append(request_id)
        return list(found.items())

    def _settled(self, requests: dict[str, Request]) -> dict[str, Request]:
        for request_id, request in requests.items():
            if request.state != "IN_PROGRESS":
                self._made_apart.pop(request_id, None)
        return requests
