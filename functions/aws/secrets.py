"""A secret that somebody else presents, compared with every version of it that is valid now."""

import hmac
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STAGES = ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")
"""While a secret rotates, sender and receiver switch at different moments: all three are accepted."""


class SecretUnavailableError(Exception):
    """The secret cannot be read, so nobody can say whether what was presented is right. Try again later."""


class SecretVersions:
    """The versions of one secret, kept in memory for `keep` seconds.

    Where nothing matches, the versions are read anew, but not more often than every `again` seconds: a
    sender of wrong secrets cannot make this call Secrets Manager at will. If Secrets Manager is down,
    what was read is good for `stale` seconds.

    The sender may come only once more. So a reading that fails within `hurry` seconds is tried again at
    once (a connection that was kept while Lambda froze the function is often dead), and after one that
    failed twice the next is made `hurry` seconds later.
    """

    def __init__(
        self,
        secrets: "SecretsManagerClient",
        name: str,
        *,
        now: Callable[[], float] = time.monotonic,
        keep: float = 60,
        again: float = 5,
        stale: float = 900,
        hurry: float = 0.4,
    ) -> None:
        self._secrets = secrets
        self._name = name
        self._now = now
        self._keep = keep
        self._again = again
        self._stale = stale
        self._hurry = hurry
        self._values: tuple[bytes, ...] = ()
        self._read_at = self._tried_at = float("-inf")
        self._trouble: Exception | None = None

    def holds(self, presented: str) -> bool:
        """Whether it is one of the versions, in constant time. Raises SecretUnavailableError."""
        candidate = presented.encode("utf-8", "surrogatepass")
        if self._now() - self._tried_at >= self._keep:
            self._read()
        if self._matches(candidate):
            return True
        if self._now() - self._tried_at >= (self._again if self._trouble is None else self._hurry):
            self._read()
            if self._matches(candidate):
                return True
        if self._trouble is not None:
            raise SecretUnavailableError(f"cannot read secret {self._name}") from self._trouble
        return False

    def _matches(self, candidate: bytes) -> bool:
        matching = [hmac.compare_digest(candidate, value) for value in self._values]
        return any(matching)

    def _read(self) -> None:
        began = self._now()
        self._attempt()
        if self._trouble is not None and self._now() - began < self._hurry:
            self._attempt()
        self._tried_at = self._now()

    def _attempt(self) -> None:
        """One reading. What it had read when it failed counts: it may be the very version presented."""
        found: list[bytes] = []
        try:
            found.extend(self._versions())
        except (ClientError, BotoCoreError) as error:
            self._trouble = error
            kept = self._values if self._now() - self._read_at <= self._stale else ()
            self._values = tuple(dict.fromkeys((*found, *kept)))
        else:
            self._trouble = None
            self._read_at = self._now()
            self._values = tuple(found)

    def _versions(self) -> Iterator[bytes]:
        for stage in STAGES:
            try:
                answer = self._secrets.get_secret_value(SecretId=self._name, VersionStage=stage)
            except self._secrets.exceptions.ResourceNotFoundException:
                if stage == "AWSCURRENT":
                    raise
                continue  # Not in rotation, or never rotated: there is no such version.
            if value := answer.get("SecretString"):
                yield value.encode()
