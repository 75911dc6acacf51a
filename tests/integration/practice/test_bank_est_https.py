"""The EST server over HTTPS: TLS client authentication, and Digest by another implementation."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from certclient.model.certificate import Certificate
from certclient_practice.bank.policy import HttpScheme
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, RunningBank
from support.bank_est import certificates_of, csr_of, user_name
from support.pki import certificate_pem, make_lab, private_key_pem, rsa_signer
from support.web_customer import WebCustomer

OLD_KEY, NEW_KEY = rsa_signer(1), rsa_signer(2)
SECONDS = 200


@contextmanager
def session(bank: RunningBank, identity: Path | None = None) -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.verify = str(bank.root_file)
        opened.trust_env = False
        opened.cert = str(identity) if identity is not None else None
        yield opened


def post(
    opened: requests.Session,
    bank: RunningBank,
    operation: str,
    csr: bytes,
    auth: AuthBase | None = None,
    media_type: str = "application/pkcs10",
) -> requests.Response:
    return opened.post(
        f"{bank.addresses.est_url}/{operation}",
        base64.encodebytes(csr),
        headers={"Content-Type": media_type},
        auth=auth,
        timeout=SECONDS,
    )


def identity_file(folder: Path, certificate: Certificate, *chain: Certificate) -> Path:
    path = folder / "identity.pem"
    pem = certificate_pem(certificate, *chain)
    path.write_bytes(private_key_pem(OLD_KEY.private_key) + pem)
    return path


@pytest.mark.parametrize(
    ("scheme", "auth"),
    [
        (HttpScheme.BASIC, HTTPBasicAuth),
        (HttpScheme.DIGEST_SHA256, HTTPDigestAuth),
        (HttpScheme.DIGEST_MD5, HTTPDigestAuth),
    ],
)
def test_obtain(bank: RunningBank, scheme: HttpScheme, auth: type[HTTPBasicAuth]) -> None:
    bank.add_customer()
    bank.set_policy(http_schemes=(scheme,))
    code = bank.issue_code().reveal()
    with session(bank) as opened:
        csr = csr_of(NEW_KEY, user_name())
        answer = post(opened, bank, "simpleenroll", csr, auth(USER_ID, code))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pkcs7-mime; smime-type=certs-only"
    (certificate,) = certificates_of(answer.content)
    assert bank.state_of(certificate.serial_hex) is CertificateState.CONFIRMED


def test_renew_then_log_in(bank: RunningBank, tmp_path: Path) -> None:
    bank.add_customer()
    old = bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)
    with session(bank, identity_file(tmp_path, old, bank.intermediate)) as opened:
        csr = csr_of(NEW_KEY, old.x509.subject)
        answer = post(opened, bank, "simplereenroll", csr)
    assert answer.status_code == 200, answer.text
    (new,) = certificates_of(answer.content)
    assert bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    customer = WebCustomer(bank, tmp_path, new, NEW_KEY)
    assert customer.get(bank.login_url).status == 200
    customer.close()
    assert bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED


def test_expired_certificate_is_told_so_rather_than_that_tls_failed(
    bank: RunningBank, tmp_path: Path
) -> None:
    bank.add_customer()
    old = bank.issue_certificate(USER_ID, OLD_KEY.spki, -1)
    with session(bank, identity_file(tmp_path, old, bank.intermediate)) as opened:
        answer = post(opened, bank, "simplereenroll", csr_of(NEW_KEY, old.x509.subject))
    assert answer.status_code == 400
    assert answer.text.splitlines()[0].startswith("電子証明書の有効期限が切れています。")


def test_another_banks_certificate_fails_in_tls(bank: RunningBank, tmp_path: Path) -> None:
    lab = make_lab()
    foreign = lab.issue(OLD_KEY.spki)
    with (
        session(bank, identity_file(tmp_path, foreign, *lab.chain)) as opened,
        pytest.raises(requests.ConnectionError),
    ):
        post(opened, bank, "simplereenroll", csr_of(NEW_KEY, foreign.x509.subject))


def test_bad_http_gets_a_text_and_leaves_the_bank_running(bank: RunningBank) -> None:
    bank.add_customer()
    auth = HTTPBasicAuth(USER_ID, bank.issue_code().reveal())
    base = bank.addresses.est_url
    with session(bank) as opened:
        for length, status in ((20_000, 413), (60_000, 413), (200_000, 413)):
            answer = post(opened, bank, "simpleenroll", bytes(length), auth)
            assert answer.status_code == status
        answer = post(opened, bank, "simpleenroll", b"", auth, "text/html")
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            415,
            "text/plain; charset=utf-8",
        )
        answer = opened.get(f"{base}/simpleenroll", timeout=SECONDS)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert opened.head(f"{base}/cacerts", timeout=SECONDS).content == b""
        assert opened.get(f"{base}/csrattrs", timeout=SECONDS).status_code == 204
        for operation, status in (("serverkeygen", 501), ("nothing", 404), ("", 404)):
            answer = opened.post(f"{base}/{operation}", timeout=SECONDS)
            assert answer.status_code == status
