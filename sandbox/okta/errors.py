"""Errors as Okta answers them."""

from dataclasses import dataclass

from sandbox.okta.ids import new_id


@dataclass
class OktaError(Exception):
    """An answer other than success. Okta: "Okta API error codes"."""

    status: int
    code: str
    summary: str
    causes: tuple[str, ...] = ()

    def body(self) -> dict[str, object]:
        """The JSON that goes out."""
        return {
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": new_id("oae"),
            "errorCauses": [{"errorSummary": cause} for cause in self.causes],
        }


@dataclass
class OAuthError(Exception):
    """A refused token request; RFC 6749 section 5.2. `nonce`: RFC 9449, section 8."""

    status: int
    error: str
    description: str
    nonce: str | None = None

    def body(self) -> dict[str, object]:
        """The JSON that goes out."""
        return {"error": self.error, "error_description": self.description}


def not_found(id_: str, kind: str) -> OktaError:
    """404, as for an id of another organization."""
    return OktaError(404, "E0000007", f"Not found: Resource not found: {id_} ({kind})")


def invalid(field: str, *causes: str) -> OktaError:
    """400 for a body or parameter Okta would not take."""
    return OktaError(400, "E0000001", f"Api validation failed: {field}", causes)


def no_permission() -> OktaError:
    """403 for a token without the scope."""
    return OktaError(403, "E0000006", "You do not have permission to perform the requested action")


def invalid_token() -> OktaError:
    """401 for a token that is unknown or expired."""
    return OktaError(401, "E0000011", "Invalid token provided")


def too_many_requests() -> OktaError:
    """429; Okta counts by token and endpoint, a minute at a time."""
    return OktaError(429, "E0000047", "API call exceeded rate limit due to too many requests.")
