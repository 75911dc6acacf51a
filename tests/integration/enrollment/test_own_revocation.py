"""A customer's own revocation, with real stores (NSS, SoftHSM) and a scripted CA."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certclient.ca.client import ALL_ABILITIES, CaAbilities, SignerStatus
from certclient.enrollment.bank_status import BankStatus
from certclient.enrollment.journal import RejectionSource
from certclient.enrollment.own_revocation import Removal, Revoked
from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.revocation_reason import RevocationReason
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

LOST = CertclientError(ErrorCode.NETWORK_TIMEOUT)


def revoke(customer: CustomerComputer, removal: Removal = Removal.ARCHIVE) -> Revoked:
    person = ScriptedUser(pins=[PIN])
    revocation = customer.enrollment().own_revocation()
    reason = RevocationReason.SUSPECTED
    return revocation.revoke(customer.stored(), reason, removal, person)


def refused(customer: CustomerComputer) -> CertclientError:
    with pytest.raises(CertclientError) as stopped:
        revoke(customer)
    return stopped.value


def asked(customer: CustomerComputer) -> int:
    return sum(call == "revoke" for call, _ in customer.ca.calls)


def test_a_lost_answer_changes_nothing_here_and_the_request_is_repeated(
    customer: CustomerComputer,
) -> None:
    customer.ca.faults["revoke"] = [LOST] * 4
    assert refused(customer).code is ErrorCode.NETWORK_TIMEOUT
    assert not customer.stored().archived
    assert customer.enrollment().statuses().rejections == {}

    assert revoke(customer) == Revoked(customer.current, Removal.ARCHIVE)
    assert customer.stored().archived
    statuses = customer.enrollment().statuses()
    assert statuses.of(customer.current) is BankStatus.NOT_ACCEPTED
    rejection = statuses.rejections[customer.current.fingerprint]
    assert rejection.source is RejectionSource.OWN_REQUEST


def test_not_while_a_renewal_is_open_then_deleted_with_its_key(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.renew()
    assert refused(customer).code is ErrorCode.PROCEDURE_RUNNING
    assert asked(customer) == 0
    (view,) = customer.enrollment().pending()
    customer.enrollment().abandon(view.id, ScriptedUser(pins=[PIN]))
    key = customer.stored().key
    assert key is not None
    assert revoke(customer, Removal.DELETE).removed is Removal.DELETE
    assert asked(customer) == 1
    assert all(one.certificate != customer.current for one in customer.store.certificates())
    with customer.session() as session, pytest.raises(CertclientError) as gone:
        session.signer(key)
    assert gone.value.code is ErrorCode.KEY_NOT_FOUND


def test_what_cannot_be_revoked_here_is_said_before_anything_is_asked(
    customer: CustomerComputer,
) -> None:
    profile = customer.profile
    customer.profile = replace(profile, own_revocation=False)
    assert refused(customer).code is ErrorCode.POLICY_FORBIDS
    customer.profile = profile
    customer.ca.abilities = CaAbilities(confirms=True)
    error = refused(customer)
    assert (error.code, error.data["problem"]) == (ErrorCode.REVOKE_AT_BANK, "protocol")
    assert error.data["serial"] == customer.current.serial_hex
    customer.ca.abilities = ALL_ABILITIES
    stored = replace(customer.stored(), key=None)
    with pytest.raises(CertclientError) as no_key:
        customer.enrollment().own_revocation().check(stored)
    assert no_key.value.data["problem"] == "no-key"
    customer.time.now = customer.current.not_after.replace(year=2099)
    assert refused(customer).code is ErrorCode.REVOCATION_NEEDLESS
    assert asked(customer) == 0


def test_the_one_before_stays_put_away(customer: CustomerComputer) -> None:
    """The bank's refusal brings an old one back, but not on a PC that is to be given away."""
    done = customer.renew()
    assert isinstance(done, Finished)
    customer.current, old = done.certificate, customer.current
    revoke(customer)
    customer.ca.signers[done.certificate.fingerprint] = SignerStatus.REVOKED
    person = ScriptedUser(pins=[PIN])
    error = customer.enrollment().check_with_bank(customer.stored(), person)
    assert error is not None
    assert (error.code, "restored" in error.data) == (ErrorCode.CERTIFICATE_NOT_ACCEPTED, False)
    assert customer.stored(old).archived
