"""access.yaml: the access policy, its selectors, and what they expand to. Pure but for reading the file."""

from functions.policy.mistakes import Mistake, PolicyError
from functions.policy.model import AccessPolicy
from functions.policy.permission_sets import PermissionSet
from functions.policy.reading import load, load_bundled, loads, schema

__all__ = [
    "AccessPolicy",
    "Mistake",
    "PermissionSet",
    "PolicyError",
    "load",
    "load_bundled",
    "loads",
    "schema",
]
