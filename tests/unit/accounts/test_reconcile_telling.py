"""What a comparison reports and clears: names that nobody knows, and only what it has really looked at."""

from datetime import date

import pytest

from functions.accounts.apply import Applied, Failed
from functions.accounts.findings import about_access
from functions.accounts.nowhere import Nowhere, nowhere
from functions.accounts.plan import Plan, Step
from functions.accounts.reconcile import Reconciliation
from functions.accounts.reconcile_findings import SHOWN
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment
from functions.finding import State
from functions.policy import loads
from functions.policy.expand import Principal, Wanted
from functions.policy.selectors import Account
from tests.unit.accounts.company import ENFORCE, GRANTS, ONE, TWO, Company, opened

LATE = GRANTS.replace("group: audit", "group: audti")


def cleared(done: Reconciliation) -> set[str]:
    return {finding.key for finding in done.findings if finding.state is State.CLEAR}


def test_a_misspelt_group_is_told_by_the_next_comparison_with_the_name_that_is_near() -> None:
    done = Company(LATE).run()
    finding = opened(done)["accounts/group/audti"]
    assert finding.facts == {
        "wanted by": "grant 1: group audti, all accounts",
        "nearest known name": "audit",
    }
    assert "Is audit meant? Put that into access.yaml." in finding.actions
    assert "accounts/group/sre" in cleared(done)


@pytest.mark.parametrize("scope", [Scope(), Scope(group_id="id-of-audti"), Scope(group="audti")])
def test_it_clears_with_the_comparison_that_finds_it(scope: Scope) -> None:
    """Given a group that is pushed late, whichever comparison follows says that it is there now."""
    company = Company(LATE)
    company.run()
    company.world.store.push("audti")
    done = company.run(scope)
    assert "accounts/group/audti" in cleared(done)
    assert (TWO, "audti", "ReadOnly") in company.access()


def test_a_comparison_of_one_group_says_nothing_about_another() -> None:
    done = Company(LATE).run(Scope(group="sre"))
    assert {f.key for f in done.findings if "/group/" in f.key and "reconcile" not in f.key} == {
        "accounts/group/sre"
    }


def test_a_user_whom_nobody_knows_is_told_as_well() -> None:
    policy = GRANTS + "  - {user: kim@example.com, permission_set: ReadOnly, accounts: all}\n"
    company = Company(policy)
    assert "accounts/user/kim@example.com" in opened(company.run())
    company.world.store.users["kim@example.com"] = "u-1"
    assert "accounts/user/kim@example.com" in cleared(company.run())


@pytest.mark.parametrize("policy", [GRANTS, ENFORCE, GRANTS + "accounts: {prune: report}\n"])
def test_with_a_gap_nothing_is_called_right(policy: str) -> None:
    """Given a group that cannot be read, what it lacks is not known: no account is clear, nor anything."""
    company = Company(policy)
    company.by_role.trouble["list_account_assignments_for_principal"] = ["InternalServerException"]
    done = company.run()
    assert cleared(done) == set()
    assert "accounts/reconcile/reading" in opened(done)
    assert f"accounts/{ONE}/access" in cleared(company.run())


def told_by_a_look(company: Company) -> None:
    """A look into one account, after a change by hand, has told what no grant wants."""
    company.run()
    company.give(TWO, "sre", "Operations")
    assert f"accounts/{TWO}/unwanted" in opened(company.run(Scope(account=TWO, remove=False)))


def test_what_the_daily_run_takes_away_from_an_account_is_cleared_there() -> None:
    """Given a delegated administrator, who reads each account whole."""
    company = Company(ENFORCE)
    told_by_a_look(company)
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done = company.run()
    assert len(done.removed.removed) == 1
    assert f"accounts/{TWO}/unwanted" in cleared(done)


def test_read_by_principal_the_account_is_looked_at_once_more() -> None:
    """Given the management account, where what a user was given by hand is seen by a look alone: the daily
    run clears nothing that it cannot see, and asks for the look."""
    company = Company(ENFORCE)
    told_by_a_look(company)
    done = company.run()
    assert f"accounts/{TWO}/unwanted" not in cleared(done)
    (event,) = done.events()
    assert event.detail == {"scope": {"account": TWO}, "remove": False}
    look = company.run(Scope(account=TWO, remove=False))
    assert f"accounts/{TWO}/unwanted" in cleared(look)
    assert look.events() == []


def test_what_stays_is_not_cleared_in_its_account() -> None:
    company = Company(GRANTS + "accounts: {prune: report}\n")
    told_by_a_look(company)
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done = company.run()
    assert f"accounts/{TWO}/unwanted" not in cleared(done)
    assert f"accounts/{ONE}/unwanted" in cleared(done)


def test_what_aws_did_not_let_go_is_not_cleared_in_its_account() -> None:
    company = Company(ENFORCE)
    told_by_a_look(company)
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    company.center.fails["Operations"] = "the role is in use"
    assert f"accounts/{TWO}/unwanted" not in cleared(company.run())


def test_a_long_list_is_cut_to_what_a_person_reads() -> None:
    """Given 1,000 grants that are not in force in one account, the finding fits onto the bus (256 KB)."""
    account = Account(ONE, "one", "/")
    steps = [
        Step(
            Wanted(ONE, "Operations", Principal(f"group-{n}", f"g-{n}"), ()),
            AccountAssignment(ONE, "a", f"{n}"),
        )
        for n in range(1000)
    ]
    applied = Applied((), tuple(Failed(step, "the role could not be updated" * 9) for step in steps), None)
    now = Company().world.clock.now
    finding = about_access(account, Plan(tuple(steps), (), ()), applied, now, "https://runbooks.test")
    assert len(finding.facts) == SHOWN + 1
    assert finding.facts["and more"] == str(1000 - SHOWN)


ACCOUNTS = [
    Account(ONE, "checkout-production", "/Workloads/Production", {"stage": "production"}),
    Account(TWO, "data-lake", "/Data"),
]


@pytest.mark.parametrize(
    ("where", "why"),
    [
        (
            "{ou: /Wrkloads}",
            "it reaches no account: no account is in OU /Wrkloads (did you mean /Workloads?)",
        ),
        ("{id: '111111111112'}", f"no account has the id 111111111112 (did you mean {ONE}?)"),
        ("{name: data-lkae}", "no account is called data-lkae (did you mean data-lake?)"),
        ("{name: 'search-*'}", "it reaches no account: no account is called search-*"),
        ("{tag: {stage: prodution}}", "it reaches no account"),
        ("[all, {ou: /Sandbox}]", "no account is in OU /Sandbox"),
        ("{or: [{ou: /Data}, {ou: /Dta}]}", "no account is in OU /Dta (did you mean /Data?)"),
    ],
)
def test_a_place_that_is_not_there_is_said_with_the_one_that_is_near(where: str, why: str) -> None:
    policy = loads(
        f"permission_sets: {{A: {{}}}}\ngrants:\n  - {{group: g, permission_set: A, accounts: {where}}}\n"
    )
    (found,) = nowhere(policy, ACCOUNTS, date(2026, 11, 22))
    assert found.line == "grant 1 (g)"
    assert found.why.endswith(why)


@pytest.mark.parametrize(
    "line",
    [
        "{group: g, permission_set: A, accounts: {ou: /}}",
        "{group: g, permission_set: A, accounts: management}",
        "{group: g, permission_set: A, accounts: {ou: /Workloads, not: {tag: {frozen: '*'}}}}",
        "{groups: 'aws-{account}-{permission_set}'}",
        "{group: g, permission_set: A, accounts: {ou: /Gone}, until: 2026-11-21}",
    ],
)
def test_what_is_there_or_over_is_not_said(line: str) -> None:
    """Given the root, a tag that nobody has yet, a shape without accounts, a grant that has ended."""
    policy = loads(f"permission_sets: {{A: {{}}}}\ngrants:\n  - {line}\n")
    assert nowhere(policy, ACCOUNTS, date(2026, 11, 22)) == ()


def test_an_exception_and_a_protection_that_name_nothing_are_said() -> None:
    policy = loads(
        "permission_sets: {A: {}}\n"
        "grants:\n  - {group: g, permission_set: A, accounts: all, except: {ou: /Workload}}\n"
        "accounts: {protected: {accounts: {name: data-lak}}}\n"
    )
    assert nowhere(policy, ACCOUNTS, date(2026, 11, 22)) == (
        Nowhere("grant 1 (g)", "no account is in OU /Workload (did you mean /Workloads?)"),
        Nowhere("accounts.protected", "no account is called data-lak (did you mean data-lake?)"),
    )


def test_a_full_comparison_tells_it_and_clears_it() -> None:
    company = Company(GRANTS.replace("/Workloads", "/Workload"))
    finding = opened(company.run())["accounts/reconcile/nowhere"]
    (fact,) = finding.facts.values()
    assert "did you mean /Workloads?" in fact
    company.world.organizations.accounts[ONE].ou_path = "/Workload"
    assert "accounts/reconcile/nowhere" in cleared(company.run())
