"""Ids of users and groups as every part of Identity Center takes them."""


def bare(principal_id: str) -> str:
    """The id alone: the API may answer with `arn:aws:identitystore:::group/<id>`, which is no principal."""
    return principal_id.rpartition("/")[2]
