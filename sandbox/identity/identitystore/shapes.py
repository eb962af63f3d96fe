"""Entities of the directory as the Identity Store API shows them, and attribute paths as it reads them."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity.directory import Entity, ExternalId, Group, Membership, User
from sandbox.identity.settings import IDENTITY_STORE_ID
from sandbox.identity.wire import AwsError


def bare_id(id_or_arn: str) -> str:
    """The API takes an ARN wherever it takes an id."""
    return id_or_arn.rpartition("/")[2]


def user_shape(user: User) -> dict[str, Any]:
    """The API's User."""
    return {
        **user.attributes,
        **_common(user),
        "UserId": user.id,
        "UserArn": f"arn:aws:identitystore:::user/{user.id}",
        "UserName": user.user_name,
        "UserStatus": "ENABLED" if user.enabled else "DISABLED",
    }


def group_shape(group: Group) -> dict[str, Any]:
    """The API's Group."""
    return {
        **_common(group),
        **({"Description": group.description} if group.description else {}),
        "GroupId": group.id,
        "GroupArn": f"arn:aws:identitystore:::group/{group.id}",
        "DisplayName": group.display_name,
    }


def membership_shape(membership: Membership) -> dict[str, Any]:
    """The API's GroupMembership."""
    return {
        "IdentityStoreId": IDENTITY_STORE_ID,
        "MembershipId": membership.id,
        "MembershipArn": f"arn:aws:identitystore:::membership/{membership.id}",
        "GroupId": membership.group_id,
        "MemberId": {"UserId": membership.user_id},
        "CreatedAt": membership.created.timestamp(),
        "UpdatedAt": membership.created.timestamp(),
    }


def external_id(shape: Mapping[str, str]) -> ExternalId:
    """The API's ExternalId."""
    return ExternalId(shape["Issuer"], shape["Id"])


def unique_attribute(shape: Mapping[str, Any], allowed: Mapping[str, str]) -> tuple[str, str]:
    """What `allowed` calls the attribute of a UniqueAttribute or Filter, and the value.

    Attribute paths are compared without case. Raises AwsError for one that is not allowed.
    """
    path, value = shape["AttributePath"], shape["AttributeValue"]
    name = allowed.get(path.lower())
    if name is None:
        raise AwsError("ValidationException", f"The attribute {path} is not supported here")
    if not isinstance(value, str) or not value:
        raise AwsError("ValidationException", f"attribute value cannot be empty for attribute path {path}")
    return name, value


def _common(entity: Entity) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "IdentityStoreId": IDENTITY_STORE_ID,
        "Revision": str(entity.revision),
        "CreatedAt": entity.created.timestamp(),
        "UpdatedAt": entity.updated.timestamp(),
    }
    if entity.external_ids:
        shape["ExternalIds"] = [{"Issuer": each.issuer, "Id": each.id} for each in entity.external_ids]
    return shape
