"""A service of AWS in memory: counts calls, takes its time, fails on request.

What is built on it stands where boto3's clients stand, so the gateways above are the real ones.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import boto3

_KEYS = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
_REAL = {
    name: cast(Any, boto3).client(name, **_KEYS) for name in ("organizations", "sso-admin", "identitystore")
}


@dataclass
class Clock:
    """Time that only sleeping moves."""

    now: datetime = datetime(2026, 10, 14, 9, 20, 53, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Service:
    """Counts calls by operation; `trouble` holds the errors that the next calls meet."""

    name: str
    calls: Counter[str] = field(default_factory=Counter)
    trouble: dict[str, list[str]] = field(default_factory=dict)

    @property
    def exceptions(self) -> Any:
        return _REAL[self.name].exceptions

    def count(self, operation: str) -> None:
        self.calls[operation] += 1
        if self.trouble.get(operation):
            raise self.error(self.trouble[operation].pop(0), operation)

    def error(self, code: str, operation: str, **fields: str) -> Exception:
        response = {"Error": {"Code": code, "Message": "as the test wants it"}, **fields}
        return cast(Exception, self.exceptions.from_code(code)(response, operation))

    def get_paginator(self, operation: str) -> Any:
        service = self

        class Paginator:
            def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
                page_size = request.pop("PaginationConfig", {}).get("PageSize", 100)
                key, items = getattr(service, f"all_of_{operation}")(**request)
                for start in range(0, max(len(items), 1), page_size):
                    service.count(operation)
                    yield {key: items[start : start + page_size]}

        return Paginator()
