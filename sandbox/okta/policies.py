"""The app's authentication policy. Okta: "Policies", type ACCESS_POLICY."""

from copy import deepcopy
from typing import Any

from sandbox.okta.errors import invalid, not_found
from sandbox.okta.ids import iso, new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization

_TWO_FACTORS = {
    "type": "ASSURANCE",
    "factorMode": "2FA",
    "reauthenticateIn": "PT2H",
    "constraints": [{"possession": {"phishingResistant": "REQUIRED", "userPresence": "REQUIRED"}}],
}


class Policies:
    """One policy with one catch-all rule, until a caller adds to it or changes it."""

    def __init__(self, organization: Organization) -> None:
        self._org = organization
        self.id = new_id("rst")
        self._created = iso(organization.now())
        rule = {
            "id": new_id("rul"),
            "type": "ACCESS_POLICY",
            "name": "Catch-all Rule",
            "priority": 99,
            "status": "ACTIVE",
            "system": True,
            "created": self._created,
            "lastUpdated": self._created,
            "conditions": None,
            "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": deepcopy(_TWO_FACTORS)}},
        }
        self._rules: list[dict[str, Any]] = [rule]

    def body(self) -> dict[str, Any]:
        """The policy as Okta lists it."""
        return {
            "id": self.id,
            "type": "ACCESS_POLICY",
            "name": "AWS IAM Identity Center",
            "status": "ACTIVE",
            "system": False,
            "priority": 1,
            "created": self._created,
            "lastUpdated": self._created,
            "conditions": None,
            "_links": {"rules": {"href": f"{self._org.base_url}/api/v1/policies/{self.id}/rules"}},
        }

    def get(self, id_: str) -> dict[str, Any]:
        """Raises OktaError 404."""
        if id_ != self.id:
            raise not_found(id_, "Policy")
        return self.body()

    def rules(self, id_: str) -> list[dict[str, Any]]:
        """Raises OktaError 404."""
        self.get(id_)
        with self._org.lock:
            return deepcopy(self._rules)

    def replace_rule(self, id_: str, rule_id: str, new: dict[str, Any], *, by: Ref) -> dict[str, Any]:
        """Name, conditions and actions are the caller's. Raises OktaError 404, or 400 without actions."""
        self.get(id_)
        actions = new.get("actions")
        if not isinstance(actions, dict) or "appSignOn" not in actions:
            raise invalid("actions", "actions.appSignOn: The field cannot be left blank")
        with self._org.lock:
            rule = self._rule(rule_id)
            rule |= {key: new[key] for key in ("name", "conditions", "actions") if key in new}
            rule["lastUpdated"] = iso(self._org.now())
            self._tell("policy.rule.update", "Update policy rule", rule, by)
            return deepcopy(rule)

    def add_rule(self, id_: str, new: dict[str, Any], *, by: Ref) -> dict[str, Any]:
        """A rule before the catch-all one. Raises OktaError 404, or 400 without name or actions."""
        self.get(id_)
        if not new.get("name") or "appSignOn" not in (new.get("actions") or {}):
            raise invalid("name", "name, actions.appSignOn: The field cannot be left blank")
        now = iso(self._org.now())
        rule: dict[str, Any] = {
            "id": new_id("rul"),
            "type": "ACCESS_POLICY",
            "priority": 0,
            "status": "ACTIVE",
            "system": False,
            "created": now,
            "lastUpdated": now,
            "conditions": None,
            **{key: new[key] for key in ("name", "conditions", "actions") if key in new},
        }
        with self._org.lock:
            self._rules.insert(0, rule)
            self._tell("policy.rule.add", "Add policy rule", rule, by)
            return deepcopy(rule)

    def delete_rule(self, id_: str, rule_id: str, *, by: Ref) -> None:
        """Raises OktaError 404, or 400 for the catch-all rule, which cannot go."""
        self.get(id_)
        with self._org.lock:
            rule = self._rule(rule_id)
            if rule["system"]:
                raise invalid("rule", "The default rule cannot be deleted")
            self._rules.remove(rule)
            self._tell("policy.rule.delete", "Delete policy rule", rule, by)

    def deactivate_rule(self, id_: str, rule_id: str, *, by: Ref) -> None:
        """Raises OktaError 404, or 400 for the catch-all rule, which is always in force."""
        self.get(id_)
        with self._org.lock:
            rule = self._rule(rule_id)
            if rule["system"]:
                raise invalid("rule", "The default rule cannot be deactivated")
            rule |= {"status": "INACTIVE", "lastUpdated": iso(self._org.now())}
            self._tell("policy.rule.deactivate", "Deactivate policy rule", rule, by)

    def _rule(self, rule_id: str) -> dict[str, Any]:
        found = next((rule for rule in self._rules if rule["id"] == rule_id), None)
        if found is None:
            raise not_found(rule_id, "PolicyRule")
        return found

    def _tell(self, event_type: str, message: str, rule: dict[str, Any], by: Ref) -> None:
        target = Ref(rule["id"], "PolicyRule", "unknown", rule["name"])
        uri = f"/api/v1/policies/{self.id}/rules/{rule['id']}"
        self._org.record(Occurrence(event_type, message, by, (target,), uri))
