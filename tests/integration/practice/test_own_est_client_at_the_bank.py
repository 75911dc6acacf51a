"""certclient's own EST client against the practice bank, over HTTPS."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from certclient.ca.client import (
    CaClient,
    CertificateCredential,
    IssueCodeCredential,
    Issued,
    Transaction,
    Waiting,
)
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.model import ber
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import EST
from certclient.model.secret import Secret
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.bank.policy import HttpScheme
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, RunningBank
from support.pki import rsa_signer

OLD_KEY, NEW_KEY = rsa_signer(1), rsa_signer(2)


@pytest.fixture
def client(bank: RunningBank) -> CaClient:
    bank.add_customer()
    profile = load_profile(bank.write_profile(ProfileOptions(protocol=EST)))
    return ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)


def refused(work: Callable[[], object]) -> CertclientError:
    with pytest.raises(CertclientError) as caught:
        work()
    return caught.value


@pytest.mark.parametrize("schemes", [(one,) for one in HttpScheme] + [tuple(HttpScheme)])
def test_obtain(bank: RunningBank, client: CaClient, schemes: tuple[HttpScheme, ...]) -> None:
    bank.set_policy(http_schemes=schemes)
    credential = IssueCodeCredential(USER_ID, bank.issue_code())
    issued = client.send(client.prepare_obtain(credential, NEW_KEY), credential)
    assert isinstance(issued, Issued)
    assert issued.certificate.spki == NEW_KEY.spki
    assert issued.chain[0] == bank.intermediate
    assert bank.state_of(issued.certificate.serial_hex) is CertificateState.CONFIRMED


def test_waiting_and_a_lost_answer_end_in_one_certificate(
    bank: RunningBank, client: CaClient
) -> None:
    bank.set_policy(wait_polls=1, check_after=3)
    credential = IssueCodeCredential(USER_ID, bank.issue_code())
    prepared = client.prepare_obtain(credential, NEW_KEY)
    waiting = client.send(prepared, credential)
    assert isinstance(waiting, Waiting)
    assert (waiting.check_after, waiting.message[:8]) == (3, "電子証明書の発行手続き"[:8])
    issued = client.poll(waiting.transaction, credential)
    journalled = Transaction(prepared.transaction_id, prepared.state)
    again = client.send(journalled, credential)
    assert isinstance(issued, Issued)
    assert isinstance(again, Issued)
    assert again.certificate == issued.certificate


def test_a_wrong_code_is_tried_once(bank: RunningBank, client: CaClient) -> None:
    right = bank.issue_code()
    wrong = IssueCodeCredential(USER_ID, Secret("WRONGWRONGWRONG2"))
    error = refused(lambda: client.send(client.prepare_obtain(wrong, NEW_KEY), wrong))
    assert error.code is ErrorCode.ISSUE_CODE_WRONG
    credential = IssueCodeCredential(USER_ID, right)
    assert isinstance(
        client.send(client.prepare_obtain(credential, NEW_KEY), credential), Issued
    ), "one attempt is left at least"


def test_a_challenge_password_is_refused_before_anything_is_requested(
    bank: RunningBank, client: CaClient
) -> None:
    wanted = ber.encoded(ber.SEQUENCE, ber.encoded_oid("1.2.840.113549.1.9.7"))
    bank.set_policy(csr_attributes=wanted)
    credential = IssueCodeCredential(USER_ID, bank.issue_code())
    error = refused(lambda: client.prepare_obtain(credential, NEW_KEY))
    assert error.code is ErrorCode.CA_REQUIREMENT
    assert len(bank.bank.certificates()) == 0


def test_renew_by_tls_with_the_current_key(bank: RunningBank, client: CaClient) -> None:
    old = bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)
    credential = CertificateCredential(old, OLD_KEY)
    transaction = client.prepare_renew(credential, NEW_KEY)
    issued = client.send(transaction, credential)
    again = client.send(transaction, credential)
    assert isinstance(issued, Issued)
    assert isinstance(again, Issued)
    assert again.certificate == issued.certificate
    assert issued.certificate.subject == old.subject
    assert issued.chain[0] == bank.intermediate
    assert bank.state_of(old.serial_hex) is CertificateState.CONFIRMED, "until the new one is used"


def test_a_refused_renewal_has_the_banks_words(bank: RunningBank, client: CaClient) -> None:
    credential = CertificateCredential(bank.issue_certificate(USER_ID, OLD_KEY.spki, 100), OLD_KEY)
    transaction = client.prepare_renew(credential, NEW_KEY)
    error = refused(lambda: client.send(transaction, credential))
    assert error.code is ErrorCode.CA_REFUSED
    assert "まだ更新できません" in error.data["message"]
