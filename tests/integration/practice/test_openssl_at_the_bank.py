"""OpenSSL's independent `cmp` client against the practice bank over HTTPS."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certclient.model.certificate import Certificate
from certclient_practice.bank.ca import customer_subject
from certclient_practice.repositories.records import CertificateState, Reason
from support.bank import USER_ID, RunningBank
from support.pki import private_key_pem, rsa_key, rsa_signer, spki_of

OLD, NEW = 1, 2


class OpenSsl:
    """Runs `openssl cmp` in a folder with keys; it trusts only the bank's root."""

    def __init__(self, bank: RunningBank, folder: Path) -> None:
        self.bank = bank
        self.folder = folder
        for number in (OLD, NEW):
            key = rsa_signer(number).private_key
            (folder / f"{number}.key").write_bytes(private_key_pem(key))

    def run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        host = self.bank.addresses.public_url.removeprefix("https://").rstrip("/")
        trust = str(self.bank.root_file)
        return subprocess.run(
            [
                *("openssl", "cmp", "-config", "", "-batch", "-cmd", command),
                *("-server", host, "-path", "cmp", "-tls_used", "-tls_trusted", trust),
                *("-trusted", trust, "-recipient", "/CN=practice", "-certout", "new.pem"),
                *options,
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def with_code(self, command: str, code: str, *options: str) -> subprocess.CompletedProcess[str]:
        mac = ("-ref", USER_ID, "-secret", f"pass:{code}")
        return self.run(command, *mac, *options)

    def with_certificate(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run(command, "-cert", "old.pem", "-key", f"{OLD}.key", *options)

    def current(self, expires_in_days: int = 20) -> Certificate:
        """Issues the customer's certificate and saves it as `old.pem`."""
        spki = spki_of(rsa_signer(OLD).private_key)
        certificate = self.bank.issue_certificate(USER_ID, spki, expires_in_days)
        (self.folder / "old.pem").write_bytes(certificate.x509.public_bytes(Encoding.PEM))
        return certificate

    def obtained(self) -> Certificate:
        parsed = x509.load_pem_x509_certificate((self.folder / "new.pem").read_bytes())
        return Certificate.from_der(parsed.public_bytes(Encoding.DER))


@pytest.fixture
def openssl(bank: RunningBank, tmp_path: Path) -> OpenSsl:
    bank.add_customer()
    return OpenSsl(bank, tmp_path)


def request_options() -> tuple[str, ...]:
    return ("-newkey", f"{NEW}.key", "-subject", f"/CN={USER_ID}")


@pytest.mark.parametrize("command", ["ir", "cr"])
def test_obtain(openssl: OpenSsl, command: str) -> None:
    code = openssl.bank.issue_code().reveal()
    done = openssl.with_code(command, code, *request_options())
    assert done.returncode == 0, done.stderr
    assert openssl.bank.state_of(openssl.obtained().serial_hex) is CertificateState.CONFIRMED


def test_obtain_by_pkcs10(openssl: OpenSsl) -> None:
    subject = "/CN=" + USER_ID
    key = ("-key", f"{NEW}.key", "-subj", subject, "-out", "request.pem")
    subprocess.run(
        ["openssl", "req", "-new", "-batch", *key],
        cwd=openssl.folder,
        check=True,
        capture_output=True,
    )
    code = openssl.bank.issue_code().reveal()
    done = openssl.with_code("p10cr", code, "-csr", "request.pem")
    assert done.returncode == 0, done.stderr
    assert openssl.bank.state_of(openssl.obtained().serial_hex) is CertificateState.CONFIRMED


def test_renew(openssl: OpenSsl) -> None:
    old = openssl.current()
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key")
    assert done.returncode == 0, done.stderr
    new = openssl.obtained()
    assert new.subject == old.subject
    assert new.subject == customer_subject(openssl.bank.bank.customers()[0]).public_bytes()
    assert openssl.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED
    assert openssl.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED


def test_renew_with_waiting(openssl: OpenSsl) -> None:
    openssl.bank.set_policy(wait_polls=2, check_after=0)
    openssl.current()
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("POLLREQ") + done.stdout.count("POLLREQ") >= 2
    assert openssl.bank.state_of(openssl.obtained().serial_hex) is CertificateState.CONFIRMED


def test_renewing_too_early_is_refused(openssl: OpenSsl) -> None:
    openssl.current(expires_in_days=100)
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key")
    assert done.returncode != 0
    assert "Too early to renew" in done.stdout + done.stderr


def test_revoke(openssl: OpenSsl) -> None:
    old = openssl.current()
    done = openssl.with_certificate("rr", "-oldcert", "old.pem", "-revreason", "5")
    assert done.returncode == 0, done.stderr
    assert openssl.bank.state_of(old.serial_hex) is CertificateState.REVOKED
    again = openssl.with_certificate("kur", "-newkey", f"{NEW}.key")
    assert again.returncode != 0
    assert "certRevoked" in again.stdout + again.stderr


def test_wrong_secret_is_explained_in_the_error(openssl: OpenSsl) -> None:
    openssl.bank.issue_code()
    done = openssl.with_code("ir", "WRONGWRONGWRONG2", *request_options())
    assert done.returncode != 0
    assert "The user ID or the issue code is wrong" in done.stdout + done.stderr
    assert not openssl.bank.bank.certificates()


@pytest.mark.parametrize(
    ("options", "failure", "body"),
    [
        pytest.param(("-digest", "sha1"), "badAlg", "ERROR", id="RSA with SHA-1"),
        pytest.param(("-newkey", "small.key"), "badCertTemplate", "KUP", id="RSA 1024"),
        pytest.param(("-newkey", f"{OLD}.key"), "badCertTemplate", "KUP", id="the old key"),
    ],
)
def test_renewal_is_refused_with_the_failure_that_fits(
    openssl: OpenSsl, options: tuple[str, ...], failure: str, body: str
) -> None:
    (openssl.folder / "small.key").write_bytes(private_key_pem(rsa_key(11, 1024)))
    old = openssl.current()
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key", *options)
    assert done.returncode != 0
    assert failure in done.stdout + done.stderr
    assert f"received {body}" in done.stdout + done.stderr
    assert openssl.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED


def test_issue_code_cannot_renew_or_revoke(openssl: OpenSsl) -> None:
    old, code = openssl.current(), openssl.bank.issue_code().reveal()
    key = ("-newkey", f"{NEW}.key", "-oldcert", "old.pem", "-subject", f"/CN={USER_ID}")
    for command, options in (("kur", key), ("rr", ("-oldcert", "old.pem", "-revreason", "5"))):
        done = openssl.with_code(command, code, *options)
        assert done.returncode != 0
        assert "wrongIntegrity" in done.stdout + done.stderr
    assert openssl.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED


@pytest.mark.parametrize("reason", ["6", "8"])
def test_nothing_is_revoked_for_a_reason_that_does_not_fit(openssl: OpenSsl, reason: str) -> None:
    old = openssl.current()
    done = openssl.with_certificate("rr", "-oldcert", "old.pem", "-revreason", reason)
    assert done.returncode != 0
    assert "badRequest" in done.stdout + done.stderr
    assert openssl.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED


def test_another_validity_is_granted_with_modifications(openssl: OpenSsl) -> None:
    old = openssl.current()
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key", "-days", "10")
    assert done.returncode == 0, done.stderr
    assert "with what is on file" in done.stdout + done.stderr
    assert openssl.obtained().not_after > old.not_after


def test_replayed_messages_change_nothing(openssl: OpenSsl) -> None:
    openssl.current()
    recorded = ("-reqout", "kur.der,conf.der", "-rspout", "kup.der,pkiconf.der")
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key", *recorded)
    assert done.returncode == 0, done.stderr
    new = openssl.obtained()
    replay = ("-reqin", "kur.der,conf.der", "-rspout", "again-kup.der,again-pkiconf.der")
    openssl.with_certificate("kur", "-newkey", f"{NEW}.key", *replay)
    kup = (openssl.folder / "kup.der").read_bytes()
    assert (openssl.folder / "again-kup.der").read_bytes() == kup
    assert len(openssl.bank.bank.certificates()) == 2
    assert openssl.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_unconfirmed_certificate_is_revoked(openssl: OpenSsl) -> None:
    old = openssl.current()
    done = openssl.with_certificate("kur", "-newkey", f"{NEW}.key", "-disable_confirm")
    assert done.returncode == 0, done.stderr
    new = openssl.obtained()
    assert openssl.bank.state_of(new.serial_hex) is CertificateState.UNCONFIRMED
    openssl.bank.clock.advance(openssl.bank.policy.confirm_within + timedelta(seconds=5))
    assert openssl.bank.state_of(new.serial_hex) is CertificateState.REVOKED
    assert openssl.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    assert Reason.NOT_CONFIRMED_IN_TIME in [r.reason for r in openssl.bank.bank.certificates()]


def test_genm_returns_the_ca_certificates(openssl: OpenSsl) -> None:
    openssl.current()
    done = openssl.with_certificate("genm", "-infotype", "caCerts")
    assert done.returncode == 0, done.stderr
