"""A group is deleted in Okta, while Identity Center still has it, and after: over the wire."""

import pytest

from sandbox.identity import IDENTITY_STORE_ID
from tests.standins.leavers.outcome import delivered
from tests.standins.leavers.scene import Scene

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")


def test_each_member_s_earlier_sessions_end_and_stay_so_when_the_group_is_gone(scene: Scene) -> None:
    # Given two who have access through a group alone, and one who has an assignment of their own as well
    people, jane = [scene.joins_group(), scene.joins_group()], scene.joins()
    event, container = jane.event("group.lifecycle.delete", 0), scene.instance()

    # When it is deleted in Okta, then earlier sessions of the two are denied, and nothing of hers
    assert delivered(container, event)
    assert [person.denied_roles() for person in (*people, jane)] == [["Developer"], ["Developer"], []]

    # And it stays so when group push has deleted it here, the event comes again, and the schedule has run
    scene.plane.store.delete_group(IdentityStoreId=IDENTITY_STORE_ID, GroupId=scene.group)
    assert delivered(scene.instance(), event)
    scene.instance().groups.upkeep()
    assert [person.denied_roles() for person in (*people, jane)] == [["Developer"], ["Developer"], []]
    assert scene.cloud.told == []
