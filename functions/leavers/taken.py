"""What was taken from somebody who left, so that it can be put back."""

from dataclasses import dataclass

from functions.aws.person_access import Entitlement


@dataclass(frozen=True)
class Taken:
    """What was taken from a leaver, to be put back: (account, permission set ARN), group ids, and roles."""

    assignments: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()

    def __or__(self, other: "Taken") -> "Taken":
        return Taken(
            tuple(dict.fromkeys((*self.assignments, *other.assignments))),
            tuple(dict.fromkeys((*self.groups, *other.groups))),
            tuple(dict.fromkeys((*self.entitlements, *other.entitlements))),
        )

    def __bool__(self) -> bool:
        return bool(self.assignments or self.groups or self.entitlements)
