"""certclient's own CMP client against the practice bank, over HTTPS."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from certclient.ca.client import (
    BankSecrets,
    CaClient,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    RefusalReason,
    SignerStatus,
    Transaction,
    Waiting,
    refused_because,
)
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, RunningBank
from support.pki import rsa_signer

OLD_KEY, NEW_KEY = rsa_signer(1), rsa_signer(2)


@pytest.fixture
def client(bank: RunningBank) -> CaClient:
    bank.add_customer()
    profile = load_profile(bank.profile_path)
    return ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)


def current(bank: RunningBank, expires_in_days: int = 20) -> CertificateCredential:
    certificate = bank.issue_certificate(USER_ID, OLD_KEY.spki, expires_in_days)
    return CertificateCredential(certificate, OLD_KEY)


def refused(work: Callable[[], object]) -> CertclientError:
    with pytest.raises(CertclientError) as caught:
        work()
    return caught.value


def test_obtain(bank: RunningBank, client: CaClient) -> None:
    credential = IssueCodeCredential(USER_ID, bank.issue_code())
    issued = client.send(client.prepare_obtain(credential, NEW_KEY), credential)
    assert isinstance(issued, Issued)
    assert issued.chain[0] == bank.intermediate
    client.confirm(issued, credential)
    client.confirm(issued, credential)
    assert bank.state_of(issued.certificate.serial_hex) is CertificateState.CONFIRMED


def test_renew_with_waiting_and_a_repeated_request(bank: RunningBank, client: CaClient) -> None:
    bank.set_policy(wait_polls=2, check_after=3)
    credential = current(bank)
    transaction = client.prepare_renew(credential, NEW_KEY)
    client.send(transaction, credential)
    waiting = client.send(transaction, credential)
    assert isinstance(waiting, Waiting)
    again = client.poll(waiting.transaction, credential)
    assert isinstance(again, Waiting)
    assert again.check_after == 3
    assert "発行手続き中" in again.message
    issued = client.poll(again.transaction, credential)
    assert isinstance(issued, Issued)
    client.confirm(issued, credential)
    assert bank.state_of(issued.certificate.serial_hex) is CertificateState.CONFIRMED
    assert bank.state_of(credential.certificate.serial_hex) is CertificateState.SUPERSEDED


@pytest.mark.parametrize("by_code", [False, True])
def test_a_withdrawn_request_is_never_issued(
    bank: RunningBank, client: CaClient, by_code: bool
) -> None:
    bank.set_policy(wait_polls=2, check_after=3)
    credential: Credential = current(bank)
    if by_code:
        credential = IssueCodeCredential(USER_ID, bank.issue_code())

    def prepared() -> Transaction:
        if isinstance(credential, IssueCodeCredential):
            return client.prepare_obtain(credential, NEW_KEY)
        return client.prepare_renew(credential, NEW_KEY)

    issued_before = len(bank.bank.certificates())
    waiting = client.send(prepared(), credential)
    client.withdraw(waiting.transaction, credential)
    client.withdraw(waiting.transaction, credential)
    refusal = refused(lambda: client.poll(waiting.transaction, credential))
    assert refusal.code is ErrorCode.CA_REFUSED
    assert len(bank.bank.certificates()) == issued_before
    bank.set_policy(wait_polls=0)
    again = client.send(prepared(), credential)
    assert isinstance(again, Issued), "the credential can be used for another request"


def test_rejected_certificate_is_revoked(bank: RunningBank, client: CaClient) -> None:
    credential = current(bank)
    issued = client.send(client.prepare_renew(credential, NEW_KEY), credential)
    assert isinstance(issued, Issued)
    client.confirm(issued, credential, ErrorCode.ISSUED_SUBJECT_MISMATCH)
    assert bank.state_of(issued.certificate.serial_hex) is CertificateState.REVOKED
    assert bank.state_of(credential.certificate.serial_hex) is CertificateState.CONFIRMED


def test_revoke(bank: RunningBank, client: CaClient) -> None:
    credential = current(bank)
    client.revoke(credential, credential.certificate)
    assert bank.state_of(credential.certificate.serial_hex) is CertificateState.REVOKED


def test_signer_status_follows_the_certificate_state(bank: RunningBank, client: CaClient) -> None:
    credential = current(bank)
    issued = client.send(client.prepare_renew(credential, NEW_KEY), credential)
    assert isinstance(issued, Issued)
    new = CertificateCredential(issued.certificate, NEW_KEY)
    assert client.signer_status(credential) is SignerStatus.ACCEPTED
    assert client.signer_status(new) is SignerStatus.NOT_TRUSTED, "it is not confirmed yet"
    client.confirm(issued, credential)
    assert client.signer_status(new) is SignerStatus.ACCEPTED
    assert client.signer_status(credential) is SignerStatus.REVOKED, "it is superseded"
    bank.revoke(issued.certificate.serial_hex)
    assert client.signer_status(new) is SignerStatus.REVOKED


def test_confirmed_certificate_is_revoked_with_the_new_key(
    bank: RunningBank, client: CaClient
) -> None:
    """RFC 9483, 4.2: how certclient revokes a certificate that it refuses."""
    credential = current(bank)
    issued = client.send(client.prepare_renew(credential, NEW_KEY), credential)
    assert isinstance(issued, Issued)
    client.confirm(issued, credential)
    client.revoke(CertificateCredential(issued.certificate, NEW_KEY), issued.certificate)
    assert bank.state_of(issued.certificate.serial_hex) is CertificateState.REVOKED


def test_late_confirmation_is_reported_as_revoked(bank: RunningBank, client: CaClient) -> None:
    credential = current(bank)
    issued = client.send(client.prepare_renew(credential, NEW_KEY), credential)
    assert isinstance(issued, Issued)
    bank.clock.advance(bank.policy.confirm_within + timedelta(seconds=1))
    bank.bank.revoke_overdue()
    error = refused(lambda: client.confirm(issued, credential))
    assert error.code is ErrorCode.CA_CONFIRM_FAILED
    assert refused_because(error, RefusalReason.CERTIFICATE_REVOKED)
    assert "失効しました" in error.data["message"]


def test_wrong_issue_code_has_its_own_error(bank: RunningBank, client: CaClient) -> None:
    bank.issue_code()
    credential = IssueCodeCredential(USER_ID, Secret("WRONGWRONGWRONG2"))
    transaction = client.prepare_obtain(credential, NEW_KEY)
    error = refused(lambda: client.send(transaction, credential))
    assert error.code is ErrorCode.ISSUE_CODE_WRONG


def test_error_carries_the_banks_message(bank: RunningBank, client: CaClient) -> None:
    credential = current(bank, expires_in_days=100)
    transaction = client.prepare_renew(credential, NEW_KEY)
    error = refused(lambda: client.send(transaction, credential))
    assert error.code is ErrorCode.CA_REFUSED
    assert "まだ更新できません" in error.data["message"]


def test_bank_secrets_are_required_for_renewal(bank: RunningBank, client: CaClient) -> None:
    bank.add_customer(USER_ID, "1394", pin="1234", one_time_password="ABC")
    credential = current(bank)
    without_secrets = client.prepare_renew(credential, NEW_KEY)
    assert refused(lambda: client.send(without_secrets, credential)).code is ErrorCode.CA_REFUSED
    secrets = BankSecrets(Secret("1234"), Secret("ABC"))
    transaction = client.prepare_renew(credential, NEW_KEY, secrets)
    assert isinstance(client.send(transaction, credential), Issued)
