"""What can go wrong with Okta, as one tree. Every message says what to do next."""


class OktaError(Exception):
    """Okta did not do what was asked. No secret and no token is ever part of the message."""


class OktaUnreachableError(OktaError):
    """No answer in time, or a 5xx on every attempt. The same call may succeed later."""


class OktaThrottledError(OktaError):
    """The rate limit stays exhausted for longer than this call may wait.

    `retry_after` is in seconds from now.
    """

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OktaRefusedError(OktaError):
    """401 or 403: the sign-in is not accepted, or lacks a scope or an admin role."""


class OktaNotFoundError(OktaError):
    """404: nothing of that id in this tenant."""


class OktaRejectedError(OktaError):
    """Any other 4xx: the request itself is wrong, and repeating it will not help."""


class OktaAnswerError(OktaError):
    """An answer that is not what the API promises, such as a body that is no JSON."""


class OktaSecretError(OktaError):
    """The credentials secret is not of one of the two known shapes."""
