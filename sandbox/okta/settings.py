"""How one Okta stand-in is set up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Chaos:
    """What goes wrong on the way of an event hook's delivery; each is a probability, 0 to 1.

    `duplicate` sends a delivery twice, `drop` loses it (nothing is logged, as with Okta's daily limit),
    `reorder` shuffles its events and holds it back for `hold_seconds`, so that later deliveries overtake it.
    """

    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0
    hold_seconds: float = 0.3
    seed: int = 0


@dataclass(frozen=True)
class Settings:
    """Everything a caller can choose before the stand-in starts; times in seconds unless named otherwise."""

    token: str = "00aSandboxTokenOfTheAdministrator0123456789"  # noqa: S105 - opens only the stand-in
    app_id: str = "0oa5f1tsAwsIdc8Kp1d7"
    app_label: str = "AWS IAM Identity Center"
    acs_url: str = "https://eu-west-1.signin.aws.amazon.com/platform/saml/acs/7223a1b2c3d4e5f6"
    entity_id: str = "https://eu-west-1.signin.aws.amazon.com/platform/saml/d-9067f01234"
    certificate_days_left: float = 3650.0
    custom_domain: str | None = None
    sessions_per_person: int = 2
    clock: Callable[[], datetime] = utc_now
    hook_timeout: float = 3.0
    batch_window: float = 0.02
    batch_limit: int = 50
    chaos: Chaos = field(default_factory=Chaos)
    rate_limit: int = 6000
    scim_url: str | None = None
    scim_token: str = ""
