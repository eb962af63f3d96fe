"""Provisioning out to Identity Center over SCIM: people assigned to the app, and pushed groups.

Okta: "Provisioning concepts". A person is created with the first assignment, disabled when it ends,
enabled when it comes back; suspension keeps assignments, so nothing is sent. Memberships go as deltas,
and only for people who are there.
"""

from functools import partial

from sandbox.okta.assignments import Assignments
from sandbox.okta.features import Features
from sandbox.okta.groups import Groups
from sandbox.okta.logevent import SYSTEM, Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.pushes import Pushes
from sandbox.okta.records import AppUser, Group, Person, PushMapping
from sandbox.okta.scim import ScimClient, ScimError
from sandbox.okta.worker import Worker

_GROUP_FAILED = "application.provision.group_push.mapping.update.or.delete.failed.with.error"


class Provisioning:
    """Watches the organization and makes Identity Center follow, on a thread of its own."""

    def __init__(
        self,
        organization: Organization,
        app: Ref,
        groups: Groups,
        assignments: Assignments,
        pushes: Pushes,
        features: Features,
        client: ScimClient,
    ) -> None:
        self._org, self._app, self._client = organization, app, client
        self._groups, self._assignments = groups, assignments
        self._pushes, self._features = pushes, features
        self._worker = Worker("okta-provisioning")
        assignments.on_change.append(lambda person, user: self._worker.add(partial(self._sync, person, user)))
        groups.on_member.append(self._member)
        pushes.on_push.append(lambda mapping: self._worker.add(partial(self._push, mapping)))

    def drain(self, timeout: float) -> bool:
        """Wait until Identity Center has everything; false when `timeout` seconds were not enough."""
        return self._worker.drain(timeout)

    def close(self) -> None:
        """Finish what is queued, then end."""
        self._worker.close()

    def _member(self, group: Group, person: Person, added: bool, _by: Ref) -> None:
        mapping = self._pushes.of(group.id)
        if mapping is not None:
            self._worker.add(partial(self._change_members, mapping, group, [person.id], added))

    def _sync(self, person: Person, user: AppUser) -> None:
        """Make the user what the assignment says now, which may be later than what asked for it."""
        with self._org.lock:
            assigned = self._assignments.assigned(person.id)
        if user.external_id is None:
            if assigned and self._features.create:
                self._create(person, user)
        elif assigned and self._features.update:
            self._switch(person, user, True)
        elif not assigned and self._features.deactivate:
            self._switch(person, user, False)

    def _create(self, person: Person, user: AppUser) -> None:
        try:
            found = self._client.find_user(user.user_name) or self._client.create_user(person, user.user_name)
        except ScimError as error:
            self._user_done(person, user, "push", error)
            return
        with self._org.lock:
            user.external_id = found
        self._user_done(person, user, "push", None)
        for group in self._groups.of(person):
            mapping = self._pushes.of(group.id)
            if mapping is not None and mapping.target is not None:
                self._change_members(mapping, group, [person.id], True)

    def _switch(self, person: Person, user: AppUser, active: bool) -> None:
        failure = None
        try:
            self._client.set_active(user.external_id or "", active)
        except ScimError as error:
            failure = error
        self._user_done(person, user, "reactivate" if active else "deactivate", failure)

    def _push(self, mapping: PushMapping) -> None:
        with self._org.lock:
            group = self._groups.get(mapping.group)
            members = sorted(group.members)
        try:
            mapping.target = self._client.find_group(group.name) or self._client.create_group(
                group.name, group.id
            )
        except ScimError as error:
            self._group_done(mapping, group, error)
            return
        self._change_members(mapping, group, members, True)

    def _change_members(self, mapping: PushMapping, group: Group, people: list[str], added: bool) -> None:
        with self._org.lock:
            records = [self._assignments.record_of(person_id) for person_id in people]
            there = [
                user.external_id for user in records if user is not None and user.external_id is not None
            ]
        if mapping.target is None:
            return
        failure = None
        try:
            self._client.change_members(mapping.target, "add" if added else "remove", there)
        except ScimError as error:
            failure = error
        self._group_done(mapping, group, failure)

    def _user_done(self, person: Person, user: AppUser, verb: str, failure: ScimError | None) -> None:
        with self._org.lock:
            user.sync_state = "SYNCHRONIZED" if failure is None else "ERROR"
            user.last_sync = self._org.now()
            app_user = Ref(user.id, "AppUser", user.user_name, person.name)
            targets = (app_user, self._app, person.ref)
            self._tell(f"application.provision.user.{verb}", f"Provisioning: {verb} user", targets, failure)

    def _group_done(self, mapping: PushMapping, group: Group, failure: ScimError | None) -> None:
        with self._org.lock:
            mapping.status = "ACTIVE" if failure is None else "ERROR"
            mapping.error = None if failure is None else str(failure)
            mapping.last_push = self._org.now()
            event_type = "application.provision.group_push.pushed" if failure is None else _GROUP_FAILED
            self._tell(event_type, "Push group to application", (self._app, group.ref), failure)

    def _tell(
        self, event_type: str, message: str, targets: tuple[Ref, ...], failure: ScimError | None
    ) -> None:
        result, severity = ("SUCCESS", "INFO") if failure is None else ("FAILURE", "ERROR")
        reason = None if failure is None else str(failure)
        uri = f"/api/v1/apps/{self._app.id}"
        self._org.record(
            Occurrence(
                event_type, message, SYSTEM, targets, uri, result=result, reason=reason, severity=severity
            )
        )
