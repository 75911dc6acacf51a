"""strongSwan's EST client, and OpenSSL's tools for the pieces, against the practice bank."""

import base64
import logging
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certclient.model.certificate import Certificate
from certclient.model.pem import certificates_from_pem
from certclient_practice.repositories.records import CertificateState, CodeState
from support.bank import USER_ID, RunningBank
from support.bank_est import csr_of, user_name
from support.pki import private_key_pem, rsa_signer

OLD, NEW = 1, 2
Done = subprocess.CompletedProcess[bytes]


class Peers:
    """Runs programs in a folder with two keys, the bank's root and requests for both keys."""

    def __init__(self, bank: RunningBank, folder: Path) -> None:
        self.bank = bank
        self.folder = folder
        self.host = bank.addresses.est_url.split("/")[2]
        (folder / "root.pem").write_bytes(bank.root_file.read_bytes())
        for number in (OLD, NEW):
            key = private_key_pem(rsa_signer(number).private_key)
            (folder / f"{number}.key").write_bytes(key)
        (folder / "new.csr").write_bytes(csr_of(rsa_signer(NEW), user_name()))

    def run(self, *command: str, standard_input: bytes = b"") -> Done:
        return subprocess.run(
            command,
            cwd=self.folder,
            input=standard_input,
            capture_output=True,
            timeout=600,
            check=False,
        )

    def est(self, *options: str) -> Done:
        to_bank = ("--url", f"https://{self.host}", "--cacert", "root.pem")
        return self.run("pki", "--est", *to_bank, "--in", "new.csr", "--outform", "pem", *options)

    def obtain(self, code: str, *options: str) -> Done:
        return self.est("--userpass", f"{USER_ID}:{code}", *options)

    def current(self, expires_in_days: int = 20) -> Certificate:
        """Issues the customer's certificate, `old.pem`, and writes a request to renew it."""
        spki = rsa_signer(OLD).spki
        certificate = self.bank.issue_certificate(USER_ID, spki, expires_in_days)
        (self.folder / "old.pem").write_bytes(certificate.x509.public_bytes(Encoding.PEM))
        request = csr_of(rsa_signer(NEW), certificate.x509.subject)
        (self.folder / "new.csr").write_bytes(request)
        return certificate

    def renew(self, *options: str) -> Done:
        return self.est("--cert", "old.pem", "--key", f"{OLD}.key", *options)


@pytest.fixture
def peers(bank: RunningBank, tmp_path: Path) -> Peers:
    bank.add_customer()
    return Peers(bank, tmp_path)


def obtained(done: Done) -> Certificate:
    assert done.returncode == 0, done.stderr.decode()
    (certificate,) = certificates_from_pem(done.stdout.decode())
    return certificate


def test_strongswan_gets_the_ca_certificates(peers: Peers) -> None:
    to_bank = ("--url", f"https://{peers.host}", "--cacert", "root.pem")
    done = peers.run("pki", "--estca", *to_bank, "--caout", "ca.pem", "--outform", "pem")
    assert done.returncode == 0, done.stderr.decode()
    written = [certificates_from_pem(path.read_text()) for path in peers.folder.glob("ca*.pem")]
    assert {one for each in written for one in each} == {
        peers.bank.bank.ca.root,
        peers.bank.intermediate,
    }


def test_strongswan_obtains(peers: Peers, caplog: pytest.LogCaptureFixture) -> None:
    """It ends TLS where another request could come, which is no error of the bank's."""
    certificate = obtained(peers.obtain(peers.bank.issue_code().reveal()))
    assert certificate.spki == rsa_signer(NEW).spki
    assert peers.bank.state_of(certificate.serial_hex) is CertificateState.CONFIRMED
    peers.bank.stop()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_strongswan_with_a_wrong_code(peers: Peers) -> None:
    peers.bank.issue_code()
    done = peers.obtain("WRONGWRONGWRONG2")
    assert done.returncode != 0
    assert not peers.bank.bank.certificates()
    with peers.bank.bank.repositories() as repositories:
        code = repositories.codes.latest(USER_ID)
    assert code is not None
    assert (code.state, code.failures) == (CodeState.ACTIVE, 1)


def test_strongswan_renews_after_waiting(peers: Peers) -> None:
    peers.bank.set_policy(wait_polls=2, check_after=1)
    old = peers.current()
    new = obtained(peers.renew("--interval", "1"))
    assert new.subject == old.subject
    assert peers.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    assert peers.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED


def test_strongswan_renews_too_early(peers: Peers) -> None:
    peers.current(expires_in_days=100)
    assert peers.renew().returncode != 0
    assert len(peers.bank.bank.certificates()) == 1


def test_openssl_renews_over_its_own_tls_and_reads_the_answer(peers: Peers) -> None:
    peers.current()
    body = base64.encodebytes((peers.folder / "new.csr").read_bytes())
    request = (
        f"POST /.well-known/est/simplereenroll HTTP/1.1\r\nHost: {peers.host}\r\n"
        f"Content-Type: application/pkcs10\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    tls = ("-connect", peers.host, "-CAfile", "root.pem", "-verify_return_error", "-quiet")
    identity = ("-cert", "old.pem", "-key", f"{OLD}.key")
    sent = peers.run(
        *("openssl", "s_client", "-ign_eof", *tls, *identity),
        standard_input=request.encode() + body,
    )
    head, _, answer = sent.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), sent.stderr.decode()
    (peers.folder / "answer.p7").write_bytes(base64.b64decode(answer))
    read = peers.run("openssl", "pkcs7", "-inform", "DER", "-in", "answer.p7", "-print_certs")
    (certificate,) = certificates_from_pem(read.stdout.decode())
    assert certificate.spki == rsa_signer(NEW).spki
    shown = peers.run("openssl", "asn1parse", "-inform", "DER", "-in", "answer.p7").stdout.decode()
    assert "pkcs7-signedData" in shown
    assert peers.bank.state_of(certificate.serial_hex) is CertificateState.CONFIRMED
