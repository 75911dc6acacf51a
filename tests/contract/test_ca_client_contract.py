"""What `ca.client.CaClient` promises, for every protocol, against real servers."""

from __future__ import annotations

import base64
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.ca.client import (
    Answer,
    BankSecrets,
    CaAbilities,
    CaClient,
    CertificateCredential,
    Credential,
    Issued,
    SignerStatus,
    Transaction,
    Waiting,
    is_proven,
)
from certclient.enrollment.acceptance import check_issued
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.secret import Secret
from certclient.qualification.session import Requested
from contract.ca_clients import (
    CLIENTS,
    NEW_KEY,
    OLD_KEY,
    OTHER_KEY,
    USER,
    CaCase,
    key,
)
from support.cmp_server import error_of
from support.pki import ec_signer, make_lab

NOT_ACCEPTED = frozenset(
    {
        ErrorCode.CA_MALFORMED,
        ErrorCode.CA_PROTECTION_INVALID,
        ErrorCode.CA_TRANSACTION_MISMATCH,
        ErrorCode.CERTIFICATE_UNREADABLE,
        ErrorCode.FOREIGN_ANSWER,
        ErrorCode.ISSUE_CODE_WRONG,
    }
)
"""Errors for answers that are not the CA's, or not whole."""


@pytest.fixture(params=sorted(CLIENTS))
def ca(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaCase]:
    """A fresh CA of each protocol, with a customer who has a certificate."""
    with CLIENTS[request.param](tmp_path / "ca") as case:
        yield case


def prepared(client: CaClient, credential: Credential, new_key: int = NEW_KEY) -> Transaction:
    if isinstance(credential, CertificateCredential):
        return client.prepare_renew(credential, key(new_key))
    return client.prepare_obtain(credential, key(new_key))


@pytest.fixture(params=["obtain", "renew"])
def credential(request: pytest.FixtureRequest, ca: CaCase) -> Credential:
    """Both ways to ask for a certificate."""
    return ca.by_code() if request.param == "obtain" else ca.current


def journalled(transaction: Transaction) -> Transaction:
    """As it comes back from the journal after a crash."""
    return Transaction(transaction.transaction_id, transaction.state)


def issued(answer: Answer) -> Certificate:
    assert isinstance(answer, Issued)
    return answer.certificate


def accepted(profile: Profile, answer: Issued | CertclientError) -> None:
    """The procedure's own check. Raises the error that there is in place of an answer, ISSUED_…"""
    if isinstance(answer, CertclientError):
        raise answer
    wanted = Requested(USER, key(NEW_KEY).spki)
    now = answer.certificate.not_before
    check_issued(wanted, answer.certificate, answer.chain, profile, now)


# Requests


def test_a_certificate_is_issued_for_the_key(ca: CaCase, credential: Credential) -> None:
    client = ca.client()
    answer = client.send(prepared(client, credential), credential)
    assert isinstance(answer, Issued)
    assert answer.certificate.spki == key(NEW_KEY).spki
    assert answer.certificate.issued_by_name_of(answer.chain[0])
    accepted(ca.profile, answer)
    client.confirm(answer, credential)
    assert ca.is_valid(answer.certificate)


def test_a_certificate_is_renewed_into_an_elliptic_key(ca: CaCase) -> None:
    client, new = ca.client(), ec_signer()
    answer = client.send(client.prepare_renew(ca.current, new), ca.current)
    assert issued(answer).spki == new.spki


def test_the_same_bytes_are_sent_after_a_crash(ca: CaCase, credential: Credential) -> None:
    """Also by a client that knows nothing but what the journal holds."""
    first = ca.client()
    transaction = prepared(first, credential)
    first.send(transaction, credential)
    sent = ca.line.sent
    again = ca.client()
    again.send(journalled(transaction), credential)
    assert ca.line.sent == sent


def test_preparing_asks_for_nothing_to_be_issued(ca: CaCase, credential: Credential) -> None:
    client, before = ca.client(), ca.issued()
    prepared(client, credential)
    assert ca.line.sent == []
    assert ca.issued() == before


def test_a_lost_answer_is_given_again(ca: CaCase, credential: Credential) -> None:
    """These CAs know a request again and issue no second certificate."""
    client, before = ca.client(), ca.issued()
    transaction = prepared(client, credential)
    ca.line.loses = 1
    assert error_of(lambda: client.send(transaction, credential)).code is ErrorCode.NETWORK_TIMEOUT
    restarted = ca.client()
    certificate = issued(restarted.send(journalled(transaction), credential))
    assert certificate.spki == key(NEW_KEY).spki
    assert ca.issued() == before + 1


def test_waiting_is_polled_across_crashes(ca: CaCase, credential: Credential) -> None:
    ca.wait(2)
    client = ca.client()
    answer = client.send(prepared(client, credential), credential)
    assert isinstance(answer, Waiting)
    polls = 0
    while isinstance(answer, Waiting):
        polls += 1
        assert polls <= 3, "the CA had to wait for two polls"
        assert answer.check_after >= 0
        answer = ca.client().poll(journalled(answer.transaction), credential)
    assert issued(answer).spki == key(NEW_KEY).spki


def test_an_issue_code_is_needed(ca: CaCase) -> None:
    client = ca.client()
    empty = replace(ca.by_code(), issue_code=Secret(""))
    error = error_of(lambda: client.prepare_obtain(empty, key(NEW_KEY)))
    assert error.code is ErrorCode.ISSUE_CODE_REQUIRED


def test_a_damaged_journal_is_told(ca: CaCase) -> None:
    credential = ca.by_code()
    client = ca.client()
    transaction = prepared(client, credential)
    for state in (b"", b"{}", b"[1]", b"\xff\x00", transaction.state[:-5]):
        damaged = Transaction(transaction.transaction_id, state)
        for call in (client.send, client.poll):
            error = error_of(lambda call=call, one=damaged: call(one, credential))  # type: ignore[misc]
            assert error.code is ErrorCode.JOURNAL_DAMAGED
    assert ca.line.sent == []


def test_nothing_journalled_holds_a_secret(ca: CaCase) -> None:
    ca.wait(1)
    credential = ca.by_code()
    code = credential.issue_code.reveal()
    client = ca.client()
    transaction = prepared(client, credential)
    answer = client.send(transaction, credential)
    for one in (transaction, answer.transaction):
        assert not holds(one.state + one.transaction_id.encode(), code)
        assert code not in repr(one)


def holds(data: bytes, secret: str) -> bool:
    plain = secret.encode()
    forms = {plain, plain.hex().encode(), base64.b64encode(plain).rstrip(b"=")[:-1]}
    login = base64.b64encode(f"{USER}:{secret}".encode()).rstrip(b"=")[:-1]
    return any(form in data for form in {*forms, login})


# Refusals


def test_a_refusal_has_the_cas_own_words(ca: CaCase) -> None:
    words = ca.refuse()
    client = ca.client()
    error = error_of(lambda: client.send(prepared(client, ca.current), ca.current))
    assert error.code is ErrorCode.CA_REFUSED
    assert words in error.data["message"]
    assert is_proven(error)


def test_a_forged_refusal_proves_nothing(ca: CaCase) -> None:
    if ca.forge is None:
        assert ca.profile.tls_anchors, "TLS alone shows who answers"
        assert ca.profile.ca.url.startswith("https:")
        return
    client = ca.client()
    transaction = prepared(client, ca.current)
    forge = ca.forge
    ca.line.alter = lambda _answer: forge(ca.line.sent[-1])
    error = error_of(lambda: client.send(transaction, ca.current))
    assert error.code is ErrorCode.CA_REFUSED
    assert not is_proven(error)
    assert client.signer_status(ca.current) is SignerStatus.UNKNOWN
    ca.line.alter = lambda answer: answer
    assert issued(client.send(transaction, ca.current)), "the request still stands"


def test_a_wrong_issue_code_has_its_own_error(ca: CaCase) -> None:
    right = ca.by_code()
    wrong = replace(right, issue_code=Secret("WRONGWRONGWRONG2"))
    client = ca.client()
    error = error_of(lambda: client.send(prepared(client, wrong), wrong))
    assert error.code is ErrorCode.ISSUE_CODE_WRONG
    assert "WRONGWRONGWRONG2" not in str(error)
    assert isinstance(client.send(prepared(client, right), right), Issued)


def test_a_key_that_is_not_the_certificates_renews_nothing(ca: CaCase) -> None:
    client, before = ca.client(), ca.issued()
    stolen = replace(ca.current, signer=key(OTHER_KEY))
    error_of(lambda: client.send(prepared(client, stolen), stolen))
    assert ca.issued() == before


def test_a_strangers_certificate_renews_nothing(ca: CaCase) -> None:
    client, before = ca.client(), ca.issued()
    stranger = make_lab(label="Stranger")
    forged = CertificateCredential(
        stranger.issue(key(OLD_KEY).spki, days=20), key(OLD_KEY), stranger.chain
    )
    error_of(lambda: client.send(prepared(client, forged), forged))
    assert ca.issued() == before


# Answers


def test_something_else_is_no_answer(ca: CaCase) -> None:
    client = ca.client()
    transaction = prepared(client, ca.current)
    whole = received(ca, client, transaction)
    for page in (
        *(b"<html><body>Sign in</body></html>", b"", b"{}", b"[]", b'{"id": 1}'),
        *(b"\x30\x03\x02\x01", b"\x30\x80\x00\x00", whole + whole),
    ):
        ca.line.replay = page
        outcome = sent(client, transaction, ca.current)
        assert isinstance(outcome, CertclientError), page[:20]
        assert outcome.code in NOT_ACCEPTED, page[:20]
    ca.line.replay = None
    assert isinstance(client.send(transaction, ca.current), Issued), "the request still stands"


def test_an_answer_that_is_cut_off_is_none(ca: CaCase) -> None:
    client = ca.client()
    credential = ca.current
    transaction = prepared(client, credential)
    whole = received(ca, client, transaction)
    size = len(whole)
    for length in sorted({1, 2, 17, size // 3, size // 2, size - 9, size - 1}):
        ca.line.replay = whole[:length]
        outcome = sent(client, transaction, credential)
        if isinstance(outcome, Issued):  # nothing but the end of a line or a padding was lost
            assert outcome.certificate.spki == key(NEW_KEY).spki
        else:
            assert outcome.code in NOT_ACCEPTED


@pytest.mark.filterwarnings("ignore:Parsed a serial number:Warning")  # in a damaged certificate
def test_a_damaged_answer_is_never_a_bug(ca: CaCase) -> None:
    """Every flipped bit ends in an error of the contract, or in a certificate that is judged."""
    client = ca.client()
    credential = ca.current
    transaction = prepared(client, credential)
    whole = received(ca, client, transaction)
    rng = random.Random(19)
    for _ in range(100):
        place, bit = rng.randrange(len(whole)), 1 << rng.randrange(8)
        damaged = bytearray(whole)
        damaged[place] ^= bit
        ca.line.replay = bytes(damaged)
        outcome = sent(client, transaction, credential)
        if isinstance(outcome, CertclientError):
            assert outcome.code in NOT_ACCEPTED | {ErrorCode.CA_REFUSED}, (place, bit)


def received(ca: CaCase, client: CaClient, transaction: Transaction) -> bytes:
    """The CA's whole answer to the request."""
    assert isinstance(client.send(transaction, ca.current), Issued)
    return ca.line.received[-1]


def sent(
    client: CaClient, transaction: Transaction, credential: Credential
) -> Issued | CertclientError:
    try:
        answer = client.send(transaction, credential)
    except CertclientError as error:
        return error
    assert isinstance(answer, Issued)
    return answer


def test_the_answer_to_another_request_is_not_accepted(ca: CaCase) -> None:
    """A replay: by its transaction, or as its certificate is for another key."""
    client = ca.client()
    other = prepared(client, ca.current, OTHER_KEY)
    replay = received(ca, client, other)
    transaction = prepared(client, ca.current)
    ca.line.replay = replay
    error = error_of(lambda: accepted(ca.profile, sent(client, transaction, ca.current)))
    assert error.code in NOT_ACCEPTED | {ErrorCode.ISSUED_KEY_MISMATCH}


def test_another_cas_certificate_is_not_accepted(ca: CaCase) -> None:
    """The right server with a CA that the profile does not name."""
    stranger = make_lab(label="Stranger")
    settings = replace(ca.profile.ca, trust_anchors=stranger.anchors)
    profile = replace(ca.profile, ca=settings)
    client = ca.client(profile)
    code = ca.by_code()
    error = error_of(lambda: accepted(profile, sent(client, prepared(client, code), code)))
    assert error.code in NOT_ACCEPTED | {ErrorCode.ISSUED_UNTRUSTED}


def test_another_server_is_not_asked(ca: CaCase) -> None:
    """With TLS by roots that the profile does not name."""
    stranger = make_lab(label="Stranger")
    client = ca.client(replace(ca.profile, tls_anchors=stranger.anchors))
    code = ca.by_code()

    def ask() -> None:
        client.send(prepared(client, code), code)

    assert error_of(ask).code is ErrorCode.TLS_UNTRUSTED
    assert ca.line.received == []


# The network


def test_a_network_error_is_passed_on(ca: CaCase) -> None:
    client = ca.client()
    waiting = waiting_request(ca, client)
    calls: list[Callable[[], object]] = [
        client.probe,
        lambda: client.send(waiting.transaction, ca.current),
        lambda: client.poll(waiting.transaction, ca.current),
    ]
    for code in (ErrorCode.NETWORK_TIMEOUT, ErrorCode.NETWORK_UNREACHABLE, ErrorCode.SERVER_BUSY):
        ca.line.broken = CertclientError(code, host="ca", retry_after="7")
        for call in calls:
            error = error_of(call)
            assert error.code is code
            assert error.data["retry_after"] == "7"


def waiting_request(ca: CaCase, client: CaClient) -> Waiting:
    ca.wait(9)
    answer = client.send(prepared(client, ca.current), ca.current)
    assert isinstance(answer, Waiting)
    return answer


def test_an_interrupted_exchange_ends(ca: CaCase) -> None:
    """From another thread, while a server accepts the connection and says nothing."""
    credential = ca.by_code()
    transaction = prepared(ca.client(), credential)
    outcomes: list[CertclientError] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/"
        client = ca.client(replace(ca.profile, ca=replace(ca.profile.ca, url=url)))

        def send() -> None:
            outcomes.append(error_of(lambda: client.send(transaction, credential)))

        thread = threading.Thread(target=send)
        thread.start()
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(1), "the exchange runs"
            client.interrupt()
            thread.join(120)
    assert [one.code for one in outcomes] == [ErrorCode.NETWORK_STOPPED]


def test_a_reachable_ca_has_nothing_to_report(ca: CaCase) -> None:
    client = ca.client()
    assert client.server_time() is None
    assert list(client.probe()) == []
    moment = client.server_time()
    assert moment is not None
    assert moment.tzinfo is not None
    assert ca.line.sent == [], "a probe requests nothing"


# Abilities


def test_abilities_need_no_exchange(ca: CaCase) -> None:
    client = ca.client()
    assert isinstance(client.abilities, CaAbilities)
    assert client.abilities == ca.client().abilities
    assert ca.line.sent == []


def test_confirmation(ca: CaCase, credential: Credential) -> None:
    client = ca.client()
    answer = client.send(prepared(client, credential), credential)
    assert isinstance(answer, Issued)
    if client.abilities.confirms:
        assert not answer.confirmed
        assert not ca.is_valid(answer.certificate)
    else:
        assert answer.confirmed
        assert ca.is_valid(answer.certificate)
    client.confirm(answer, credential)
    client.confirm(answer, credential)
    assert ca.is_valid(answer.certificate), "repeated, it is no error"


def test_rejection(ca: CaCase) -> None:
    client = ca.client()
    answer = client.send(prepared(client, ca.current), ca.current)
    assert isinstance(answer, Issued)
    client.confirm(answer, ca.current, ErrorCode.ISSUED_SUBJECT_MISMATCH)
    assert ca.is_valid(ca.current.certificate)
    assert ca.is_valid(answer.certificate) is not client.abilities.confirms


def test_withdrawal(ca: CaCase) -> None:
    client = ca.client()
    waiting = waiting_request(ca, client)
    before = len(ca.line.sent)

    def withdraw() -> None:
        client.withdraw(waiting.transaction, ca.current)

    if not client.abilities.withdraws:
        assert error_of(withdraw).code is ErrorCode.CA_NOT_OFFERED
        assert len(ca.line.sent) == before
        return
    withdraw()
    error = error_of(lambda: client.poll(waiting.transaction, ca.current))
    assert error.code is ErrorCode.CA_REFUSED


def test_revocation(ca: CaCase) -> None:
    client = ca.client()

    def revoke() -> None:
        client.revoke(ca.current, ca.current.certificate)

    if not client.abilities.revokes:
        assert error_of(revoke).code is ErrorCode.CA_NOT_OFFERED
        assert ca.line.sent == []
        assert ca.is_valid(ca.current.certificate)
        return
    revoke()
    assert not ca.is_valid(ca.current.certificate)
    revoke()


def test_signer_status(ca: CaCase) -> None:
    client = ca.client()
    status = client.signer_status(ca.current)
    if client.abilities.tells_signer_status:
        assert status is SignerStatus.ACCEPTED
    else:
        assert status is SignerStatus.UNKNOWN
        assert ca.line.sent == []


def test_bank_secrets(ca: CaCase) -> None:
    client = ca.client()
    secrets = BankSecrets(Secret("PIN-77771234"), Secret("OTP-1234567890"))

    def prepare() -> Transaction:
        return client.prepare_renew(ca.current, key(NEW_KEY), secrets)

    if not client.abilities.carries_bank_secrets:
        assert error_of(prepare).code is ErrorCode.CA_NOT_OFFERED
        return
    transaction = prepare()
    for secret in ("PIN-77771234", "OTP-1234567890"):
        assert not holds(transaction.state, secret)
        assert secret not in repr(transaction)
    error = error_of(lambda: client.send(journalled(transaction), ca.current))
    assert error.code is ErrorCode.BANK_SECRETS_REQUIRED
    assert ca.line.sent == []
    assert isinstance(client.send(transaction, ca.current), Issued)
