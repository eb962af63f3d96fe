"""What the app's provisioning may do. Okta: "Application Features", USER_PROVISIONING."""

from typing import Any

from sandbox.okta.errors import invalid, not_found

NAME = "USER_PROVISIONING"


class Features:
    """Three switches of the app's provisioning tab: create users, update attributes, deactivate users."""

    def __init__(self, enabled: bool) -> None:
        self.create = enabled
        self.update = enabled
        self.deactivate = enabled

    def body(self) -> dict[str, Any]:
        """As Okta lists the feature."""
        return {
            "name": NAME,
            "status": "ENABLED" if self.create or self.update or self.deactivate else "DISABLED",
            "description": "User provisioning settings from Okta to a downstream application",
            "capabilities": {
                "create": {"lifecycleCreate": _status(self.create)},
                "update": {
                    "profile": _status(self.update),
                    "lifecycleDeactivate": _status(self.deactivate),
                    "password": {"status": "DISABLED"},
                },
            },
        }

    def replace(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Change the switches that `body` names. Raises OktaError 404 or 400."""
        if name != NAME:
            raise not_found(name, "ApplicationFeature")
        update = body.get("update", {})
        self.create = _wanted(body.get("create", {}), "lifecycleCreate", self.create)
        self.update = _wanted(update, "profile", self.update)
        self.deactivate = _wanted(update, "lifecycleDeactivate", self.deactivate)
        return self.body()


def _status(on: bool) -> dict[str, str]:
    return {"status": "ENABLED" if on else "DISABLED"}


def _wanted(section: Any, name: str, now: bool) -> bool:
    setting = section.get(name) if isinstance(section, dict) else None
    if setting is None:
        return now
    if not isinstance(setting, dict) or setting.get("status") not in ("ENABLED", "DISABLED"):
        raise invalid(name, "status: ENABLED or DISABLED")
    return bool(setting["status"] == "ENABLED")
