"""Group push: which groups go to Identity Center, and what became of it. Okta: "Group Push Mappings"."""

from collections.abc import Callable
from typing import Any

from sandbox.okta.errors import invalid, not_found
from sandbox.okta.groups import Groups
from sandbox.okta.ids import iso, iso_or_none, new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.records import PushMapping


class Pushes:
    """The mappings. `on_push` is told a mapping that is new or to be pushed again."""

    def __init__(self, organization: Organization, app: Ref, groups: Groups) -> None:
        self._org = organization
        self._app = app
        self._groups = groups
        self._mappings: dict[str, PushMapping] = {}
        self.on_push: list[Callable[[PushMapping], None]] = []

    def all(self) -> list[PushMapping]:
        """Every mapping, in the order of their ids."""
        with self._org.lock:
            return sorted(self._mappings.values(), key=lambda mapping: mapping.id)

    def get(self, id_: str) -> PushMapping:
        """Raises OktaError 404."""
        with self._org.lock:
            if id_ not in self._mappings:
                raise not_found(id_, "GroupPushMapping")
            return self._mappings[id_]

    def of(self, group_id: str) -> PushMapping | None:
        """The mapping of a group that is pushed."""
        with self._org.lock:
            return next((mapping for mapping in self._mappings.values() if mapping.group == group_id), None)

    def create(self, group_id: str, *, by: Ref) -> PushMapping:
        """Push the group from now on. Raises OktaError 404, or 400 when it is pushed already."""
        with self._org.lock:
            group = self._groups.get(group_id)
            if self.of(group_id) is not None:
                raise invalid("sourceGroupId", "the group has a mapping already")
            mapping = PushMapping(new_id("gpm"), group.id, None, "ACTIVE", self._org.now())
            self._mappings[mapping.id] = mapping
            self._org.record(
                Occurrence(
                    "application.provision.group_push.mapping.created",
                    "Create group push mapping",
                    by,
                    (self._app, group.ref),
                    f"/api/v1/apps/{self._app.id}/group-push/mappings",
                )
            )
            for listener in self.on_push:
                listener(mapping)
            return mapping


def mapping_body(mapping: PushMapping) -> dict[str, Any]:
    """As Okta lists it."""
    return {
        "id": mapping.id,
        "sourceGroupId": mapping.group,
        "targetGroupId": mapping.target,
        "status": mapping.status,
        "errorSummary": mapping.error,
        "created": iso(mapping.created),
        "lastUpdated": iso(mapping.last_push or mapping.created),
        "lastPush": iso_or_none(mapping.last_push),
    }
