"""One event that concerns many accounts, or a group that many grants mean: work for each, alone."""

from datetime import timedelta
from typing import Any

from tests.unit.accounts.aws_in_memory import MemberAccount, World
from tests.unit.accounts.door import NEW, Bus, bus, deliver, sample, world

__all__ = ["bus", "world"]


def test_an_ou_with_another_name_is_work_for_each_account_under_it(world: World, bus: Bus) -> None:
    """Given a renamed OU, each account in it and below is asked for alone, and the others are not."""
    world.organizations.accounts |= {
        "100000000001": MemberAccount("a", "/Live"),
        "100000000002": MemberAccount("b", "/Live/Regulated"),
        "100000000003": MemberAccount("c", "/Data"),
    }
    event = sample("update-organizational-unit")
    event["detail"]["requestParameters"]["organizationalUnitId"] = "/Live"
    assert deliver(event) == []
    assert [(name, detail["account"]) for name, detail in bus.asked] == [
        ("reconcile.account", "100000000001"),
        ("reconcile.account", "100000000002"),
    ]
    assert world.center.calls == {}


def test_an_ou_that_cannot_be_read_asks_for_nothing_yet(world: World, bus: Bus) -> None:
    """Given one page that fails, the whole event comes back; half an OU is not the OU."""
    world.organizations.trouble["list_organizational_units_for_parent"] = ["TooManyRequestsException"]
    assert deliver(sample("update-organizational-unit")) == ["0"]
    assert bus.asked == []


def test_an_account_asked_for_is_let_in(world: World, bus: Bus) -> None:
    """Given such work from the bus, the account's access becomes what the policy wants."""
    asked = {**sample("move-account"), "source": "ostiary.accounts", "detail": {"account": NEW}}
    assert deliver(asked) == []
    assert world.access(NEW) == {("audit", "A")}


def test_a_group_that_grants_mean_is_work_and_another_is_not(world: World, bus: Bus) -> None:
    """Given groups that Okta pushed later, only one that some grant means starts anything."""
    world.store.push("lunch", "fresh-B")

    def appears(name: str) -> None:
        event = sample("create-group")
        event["detail"]["responseElements"]["group"]["groupId"] = f"id-of-{name}"
        assert deliver(event) == []

    appears("lunch")
    appears("gone-again")
    assert bus.asked == []
    for name in ("audit", "fresh-B"):
        appears(name)
    assert [(kind, detail["group"]) for kind, detail in bus.asked] == [
        ("reconcile.group", "id-of-audit"),
        ("reconcile.group", "id-of-fresh-B"),
    ]


def planned(world: World, name: str) -> dict[str, Any]:
    target = {"type": "UserGroup", "displayName": name}
    detail = {"outcome": {"result": "SUCCESS"}, "target": [target]}
    sent = {"source": "ostiary.okta", "detail-type": "group.lifecycle.create", "detail": detail}
    return {**sample("move-account"), **sent, "time": world.clock.now.isoformat()}


def test_a_new_group_of_okta_is_waited_for_only_if_a_grant_means_it(world: World, bus: Bus) -> None:
    """Given that most of Okta's groups are never pushed, one that no grant means costs no call at all."""
    assert deliver(planned(world, "lunch")) == []
    assert world.store.calls == {}
    event = planned(world, "fresh-B")
    assert deliver(event) == ["0"]
    world.store.push("fresh-B")
    assert deliver(event) == []
    assert bus.asked[0][1]["group"] == "id-of-fresh-B"


def test_a_group_that_okta_never_pushes_is_dropped_in_time(world: World, bus: Bus) -> None:
    """Given a group that a grant means and that stays in Okta, its event ends quietly, not in an alarm."""
    event = planned(world, "audit-later")
    event["detail"]["target"][0]["displayName"] = "fresh-A"
    world.clock.now += timedelta(minutes=14)
    assert deliver(event) == ["0"]
    world.clock.now += timedelta(minutes=2)
    assert deliver(event) == []
    assert bus.asked == []
