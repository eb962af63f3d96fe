"""How the deny policies of the management account are: which are missing there, and which roles lack one."""

from dataclasses import dataclass

NOT_THERE = "is not there, and the role ostiary-deny-policies may not make it"
NOT_CARRIED = "is carried by fewer roles than the others"


@dataclass(frozen=True)
class Lack:
    """A policy that does not deny where it should. `urgent`: somebody is not denied because of it, or the
    next leaver may not be."""

    policy: str
    what: str
    urgent: bool = True


@dataclass(frozen=True)
class Health:
    """What the last look at the policies found: numbers of those that had to be made again, and lacks."""

    made: tuple[int, ...] = ()
    lacks: tuple[Lack, ...] = ()
