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
    """One policy with one catch-all rule, until a caller changes the rule."""

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
            for rule in self._rules:
                if rule["id"] == rule_id:
                    rule |= {key: new[key] for key in ("name", "conditions", "actions") if key in new}
                    rule["lastUpdated"] = iso(self._org.now())
                    target = Ref(rule_id, "PolicyRule", "unknown", rule["name"])
                    uri = f"/api/v1/policies/{id_}/rules/{rule_id}"
                    self._org.record(
                        Occurrence("policy.rule.update", "Update policy rule", by, (target,), uri)
                    )
                    return deepcopy(rule)
        raise not_found(rule_id, "PolicyRule")
