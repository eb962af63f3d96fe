"""The company that the sandbox plays: 35 accounts in nested organizational units, 400 people, their groups.

All of it is made from short lists, so that it is the same company every time.
"""

from dataclasses import dataclass
from itertools import product

DOMAIN = "example.com"

ORGANIZATIONAL_UNITS = (
    "/Security",
    "/Infrastructure",
    "/Workloads",
    "/Workloads/Production",
    "/Workloads/Production/Regulated",
    "/Workloads/Staging",
    "/Workloads/Development",
    "/Data",
    "/Sandbox",
)
"""Parents before children."""

_SERVICES = ("checkout", "catalog", "orders", "shipping", "search", "identity", "mobile")


@dataclass(frozen=True)
class CompanyAccount:
    """A member account. `path` is its organizational unit; the management account is not among these."""

    name: str
    path: str
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def email(self) -> str:
        return f"aws+{self.name}@{DOMAIN}"


@dataclass(frozen=True)
class Person:
    """Somebody in Okta, with the groups they are in."""

    first_name: str
    last_name: str
    groups: frozenset[str]

    @property
    def login(self) -> str:
        return f"{self.first_name}.{self.last_name}@{DOMAIN}".lower()


def accounts() -> tuple[CompanyAccount, ...]:
    """33 accounts; with the management account and the hub they are 35."""
    stages = {"production": "/Workloads/Production", "staging": "/Workloads/Staging"}
    workloads = [
        CompanyAccount(f"{service}-{stage}", path, (("stage", stage),))
        for service, (stage, path) in product(_SERVICES, stages.items())
    ]
    development = [
        CompanyAccount(f"{service}-development", "/Workloads/Development", (("stage", "development"),))
        for service in _SERVICES[:5]
    ]
    others = [
        CompanyAccount("payments-production", "/Workloads/Production/Regulated", (("stage", "production"),)),
        CompanyAccount("cards-production", "/Workloads/Production/Regulated", (("stage", "production"),)),
        CompanyAccount("log-archive", "/Security"),
        CompanyAccount("security-tooling", "/Security"),
        CompanyAccount("network", "/Infrastructure"),
        CompanyAccount("shared-services", "/Infrastructure"),
        CompanyAccount("backup", "/Infrastructure"),
        CompanyAccount("data-lake", "/Data", (("stage", "production"),)),
        CompanyAccount("bi", "/Data", (("stage", "production"),)),
        CompanyAccount("machine-learning", "/Data", (("stage", "development"),)),
        *(CompanyAccount(f"sandbox-{n}", "/Sandbox", (("stage", "sandbox"),)) for n in range(1, 5)),
    ]
    return (*workloads, *development, *others)


GROUPS = {
    "read-only-exec": range(0, 8),
    "platform-admin": range(8, 16),
    "sre-oncall": range(12, 26),
    "security-audit": range(26, 32),
    "finance-data": range(32, 64),
    "billing": range(60, 68),
    "bi-analysts": range(64, 104),
    "aws-production-developers": range(104, 184),
    "aws-developers": range(104, 304),
    "aws-checkout-production-Operations": range(104, 107),
    "aws-data-lake-DataAnalyst": range(96, 112),
    "aws-loyalty-production-Operations": range(107, 111),
}
"""Group name to the people in it, by their number. The groups named `aws-…` follow the naming pattern;
one of them waits for an account that does not exist yet."""

_FIRST_NAMES = (
    "Ada Alan Barbara Clara Dorothy Edsger Frances Grace Hedy Ivan "
    "Jean Katherine Leslie Margaret Niklaus Olga Peter Radia Sophie Tim"
).split()
_LAST_NAMES = (
    "Abbott Baker Castro Dubois Eriksen Fischer Garcia Hansen Ivanova Jensen "
    "Kowalski Lindqvist Moreau Novak Okafor Pereira Quinn Rossi Schmidt Tanaka"
).split()


def people() -> tuple[Person, ...]:
    """400 people; everyone may open the AWS app, the groups say what they find there."""
    return tuple(
        Person(first, last, frozenset(name for name, members in GROUPS.items() if number in members))
        for number, (last, first) in enumerate(product(_LAST_NAMES, _FIRST_NAMES))
    )
