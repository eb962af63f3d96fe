"""What Identity Center was given against what Okta signs with, at each step of a rotation."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.expiry.certificates import examine
from functions.expiry.check import Desk
from functions.expiry.saml_app import SamlApp, SigningKey, read_saml_app
from functions.expiry.trust import Trusted
from functions.finding import Finding, Severity, State
from functions.policy.watch import Expiry
from tests.unit.expiry.conftest import APP_ID, BEGIN, END, RUNBOOKS, Okta, answers, certificate

LATER = END + timedelta(days=1000)
NOW = END - timedelta(days=20)


@pytest.fixture(scope="module")
def old(strong_key: rsa.RSAPrivateKey) -> Okta:
    return answers(certificate(strong_key), kid="old")


@pytest.fixture(scope="module")
def new(strong_key: rsa.RSAPrivateKey) -> Okta:
    return answers(certificate(strong_key, end=LATER), kid="new", expires_at=LATER)


def app_of(signing: Okta, *others: Okta) -> SamlApp:
    return read_saml_app(signing.app, [*signing.keys, *(key for other in others for key in other.keys)])


def given(*keys: SigningKey) -> tuple[Trusted, ...]:
    return tuple(Trusted(key.fingerprint, BEGIN, "iris", key.ends) for key in keys)


def findings(app: SamlApp, *trusted: SigningKey, now: datetime = NOW) -> dict[str, Finding]:
    found = examine(app, given(*trusted), Desk(now, Expiry().severity, RUNBOOKS))
    return {finding.key.removeprefix(f"saml-certificate/{APP_ID}/"): finding for finding in found}


def test_given_the_signing_certificate_is_recorded_then_all_is_quiet(old: Okta) -> None:
    app = app_of(old)
    found = findings(app, app.signing)
    assert found["trust"].state is State.CLEAR
    assert found["successor"].state is State.CLEAR


def test_given_nothing_was_ever_recorded_then_it_waits_for_the_morning(old: Okta) -> None:
    found = findings(app_of(old))
    assert (found["trust"].state, found["trust"].severity) == (State.OPEN, Severity.WARNING)
    assert "Nobody has recorded" in found["trust"].title


def test_a_new_certificate_is_a_trap_until_it_is_imported(old: Okta, new: Okta) -> None:
    # Given: generated, and inactive
    app = app_of(old, new)
    found = findings(app, app.signing)
    assert (found["successor"].state, found["successor"].severity) == (State.OPEN, Severity.WARNING)
    assert "new" in found["successor"].facts["Waiting in Okta"]
    assert "Do not activate" in found["successor"].actions[0]
    assert found["trust"].state is State.CLEAR
    # When it is imported
    assert findings(app, *app.keys)["successor"].state is State.CLEAR
    # And activated
    after = findings(app_of(new, old), *app.keys)
    assert {finding.state for finding in after.values()} == {State.CLEAR}


def test_given_the_switch_to_one_that_was_never_given_then_on_call_is_paged_with_the_way_back(
    old: Okta, new: Okta
) -> None:
    before = app_of(old, new)
    found = findings(app_of(new, old), before.signing)
    trust = found["trust"]
    assert (trust.state, trust.severity) == (State.OPEN, Severity.PAGE)
    assert "Nobody can sign in to AWS" in trust.title
    assert trust.facts["Way back"].startswith("old (valid until 2029-01-01")
    assert "AWS IAM Identity Center > Sign On" in trust.actions[1]
    assert before.signing.fingerprint in trust.facts["Recorded as given to Identity Center"]
    assert trust.runbook.endswith("/saml-certificate.md")


def test_given_the_old_one_is_gone_from_okta_then_there_is_no_way_back_and_it_is_said(
    old: Okta, new: Okta
) -> None:
    trust = findings(app_of(new), app_of(old).signing)["trust"]
    assert trust.severity is Severity.PAGE
    assert trust.facts["Way back"].startswith("none")


def test_an_older_certificate_that_lies_around_is_no_successor(old: Okta, new: Okta) -> None:
    app = app_of(new, old)
    assert app.successor is None
    assert findings(app, app.signing)["successor"].state is State.CLEAR


def test_of_several_new_ones_the_last_to_end_is_meant(old: Okta, new: Okta) -> None:
    app = app_of(old, new)
    assert app.successor is not None
    twice = replace(app, others=(*app.others, replace(app.successor, kid="twin")))
    assert twice.successor is not None
    assert twice.successor.ends == LATER
