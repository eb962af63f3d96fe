"""A group that a grant means by a shape of stars alone is read like any other."""

from tests.unit.accounts.company import ONE, TWO, Company

POLICY = """
permission_sets: {ReadOnly: {}, Operations: {}}
grants: [{groups: "*-auditors", permission_set: ReadOnly, accounts: all}]
"""


def test_what_a_shape_of_stars_gave_is_seen_and_not_asked_for_again() -> None:
    """Given a group of that shape that has all it should and `prune: off`, a run asks AWS for nothing."""
    company = Company(POLICY)
    company.world.store.push("eu-auditors")
    for account in (ONE, TWO):
        company.give(account, "eu-auditors", "ReadOnly")
    done = company.run()
    assert company.writes() == 0
    assert not done.gaps
