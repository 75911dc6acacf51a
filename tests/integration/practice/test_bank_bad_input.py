"""Malformed input: the bank sends a proper answer, issues nothing and keeps running."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certclient.cmp.bodies import (
    GeneralKind,
    GeneralMessage,
    OtherBody,
    Pkcs10Request,
)
from certclient.cmp.messages import Message
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.status import Failure, PkiStatus
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.cmp.responder import CmpResponder
from support.bank import USER_ID, RunningBank
from support.bank_customer import (
    CmpExchange,
    accept,
    by_certificate,
    by_code,
    failure,
    ir,
    issued,
    kur,
    poll,
    refusing_status,
    revoke,
)
from support.pki import RsaSigner, customer_name, rsa_signer

OLD_KEY, NEW_KEY = rsa_signer(1), rsa_signer(2)


def csr(signer: RsaSigner) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(customer_name())
    return builder.sign(signer.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


FUZZ = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Target:
    """A bank with a customer, and well-formed messages to corrupt."""

    def __init__(self, folder: Path) -> None:
        # The code must stay unlocked; otherwise only its lock would be tested.
        self.bank = Bank(folder, BankPolicy(code_attempts=1_000_000))
        self.bank.add_customer(USER_ID, "1403")
        self.handle = CmpResponder(self.bank).handle
        self.current = current = self.bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)
        with_certificate = by_certificate(self.handle, current, OLD_KEY)
        self.code = self.bank.issue_code(USER_ID)
        with_code = by_code(self.handle, USER_ID, self.code)
        self.messages = [
            with_certificate.message(kur(NEW_KEY, current)),
            with_code.message(ir(NEW_KEY)),
            with_certificate.message(accept(current)),
        ]
        self.bodies = [
            (body.tag, body.encode())
            for body in (
                ir(NEW_KEY),
                kur(NEW_KEY, current, pin="1234", one_time_password="ABC"),
                Pkcs10Request(csr(NEW_KEY)),
                accept(current),
                poll(),
                revoke(self.bank.ca.intermediate),
                GeneralMessage(GeneralKind.GENM, (AlgorithmIdentifier("1.3.6.1.5.5.7.4.17"),)),
            )
        ]

    def check(self, request: bytes) -> None:
        """Asserts a signed or MACed `error` in answer and unchanged books."""
        reply = Message.decode(self.handle(request))
        assert refusing_status(reply).status == PkiStatus.REJECTION
        assert reply.protection is not None
        assert len(self.bank.certificates()) == 1


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    made = Target(tmp_path_factory.mktemp("bank"))
    yield made
    made.bank.close()


@FUZZ
@given(st.binary(max_size=300))
def test_random_bytes(target: Target, data: bytes) -> None:
    target.check(data)


@FUZZ
@given(st.data())
def test_truncated_messages(target: Target, data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(target.messages))
    target.check(message[: data.draw(st.integers(0, len(message) - 1))])


@FUZZ
@given(st.data())
def test_flipped_bits_in_the_protected_part(target: Target, data: st.DataObject) -> None:
    """Flips any bit of header, body or protection; extraCerts are not protected."""
    message = data.draw(st.sampled_from(target.messages))
    covered = len(message) - sum(len(der) for der in Message.decode(message).extra_certs)
    bit = data.draw(st.integers(0, (covered - 16) * 8 - 1))
    corrupted = bytearray(message)
    corrupted[bit // 8] ^= 0x80 >> bit % 8
    target.check(bytes(corrupted))


@FUZZ
@given(st.data())
def test_corrupted_bodies_under_a_valid_signature(target: Target, data: st.DataObject) -> None:
    """Corrupted bodies with valid protection, which only a customer can send."""
    tag, content = data.draw(st.sampled_from(target.bodies))
    bits = data.draw(
        st.lists(st.integers(0, len(content) * 8 - 1), min_size=1, max_size=3, unique=True)
    )
    corrupted = bytearray(content)
    for bit in bits:
        corrupted[bit // 8] ^= 0x80 >> bit % 8
    talk = by_certificate(target.handle, target.current, OLD_KEY)
    reply = talk.send(talk.message(OtherBody(tag, bytes(corrupted))))
    assert reply.protection is not None
    if not isinstance(reply.body, GeneralMessage):
        assert refusing_status(reply).status == PkiStatus.REJECTION


@pytest.mark.parametrize(
    "subject",
    [
        "3000",
        "30023100",
        "3004310230 00",
        "300b3109300706035504030c00",
        "300c310a300806035504030c01ff",
        "3009310730050603550403",
    ],
)
def test_malformed_subjects(target: Target, subject: str) -> None:
    talk = by_code(target.handle, USER_ID, target.code)
    reply = talk.exchange(ir(rsa_signer(), bytes.fromhex(subject)))
    if subject == "3000":
        issued(reply)
    else:
        assert failure(reply) in (Failure.BAD_CERT_TEMPLATE, Failure.BAD_DATA_FORMAT)


def test_customer_is_still_served_afterwards(target: Target) -> None:
    code = target.bank.issue_code(USER_ID)
    issued(by_code(target.handle, USER_ID, code).exchange(ir(rsa_signer(3))))


# Over the network


def request(bank: RunningBank, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    context = ssl.create_default_context(cafile=str(bank.root_file))
    host = bank.addresses.public_url.removeprefix("https://").rstrip("/")
    connection = http.client.HTTPSConnection(host, timeout=200, context=context)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Content-Type": "application/pkixcmp", **names})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_http_refusals(bank: RunningBank) -> None:
    assert request(bank, "GET", "/cmp") == 405
    assert request(bank, "POST", "/cmp", b"x", Content_Type="text/plain") == 415
    assert request(bank, "POST", "/cmp", b"x", Content_Length="70000") == 413
    assert request(bank, "GET", "/nowhere") == 404
    assert request(bank, "POST", "/.well-known/cmp", b"junk") == 200


def test_slow_and_silent_peers_do_not_block_others(bank: RunningBank) -> None:
    port = int(bank.addresses.public_url.rstrip("/").rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    try:
        silent[0].sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert request(bank, "GET", "/") == 200
    finally:
        for peer in silent:
            peer.close()


def test_concurrent_identical_requests_get_one_certificate(bank: RunningBank) -> None:
    bank.add_customer()
    responder = CmpResponder(bank.bank)
    talk: CmpExchange = by_code(responder.handle, USER_ID, bank.issue_code())
    message = talk.message(ir(NEW_KEY))
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(responder.handle(message))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert len(bank.bank.certificates()) == 1
