"""The login page, requested with real client certificates over TLS."""

import os
import re
import ssl
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.message import Message as Headers
from pathlib import Path

import pytest

from certclient.ca.client import CertificateCredential
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.model.certificate import Certificate
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.revocation_reason import RevocationReason
from certclient_practice.bank.ca import PracticeCa
from certclient_practice.bank.coverage import CoverageState, coverage
from certclient_practice.bank.policy import expiry
from certclient_practice.repositories.records import Customer
from support.bank import USER_ID, RunningBank
from support.pki import certificate_pem, make_lab, private_key_pem, rsa_signer

KEY = rsa_signer(1)


@dataclass(frozen=True)
class LoginPage:
    status: int
    text: str
    headers: Headers

    @property
    def reason(self) -> str:
        found = re.search(r'data-reason="([^"]+)"', self.text)
        assert found, self.text
        assert f'name="login-result" content="{found[1]}"' in self.text
        return found[1]


@pytest.fixture
def customers(bank: RunningBank) -> RunningBank:
    bank.add_customer()
    return bank


def visit(bank: RunningBank, folder: Path, certificate: Certificate | None = None) -> LoginPage:
    """Requests the login page as a browser would, with a throw-away key from a file."""
    context = ssl.create_default_context(cafile=str(bank.root_file))
    if certificate is not None:
        both = folder / "client.pem"
        chain = certificate_pem(certificate, bank.intermediate)
        both.write_bytes(private_key_pem(KEY.private_key) + chain)
        context.load_cert_chain(both)
    return open_page(bank.login_url, context)


def open_page(url: str, context: ssl.SSLContext) -> LoginPage:
    try:
        with urllib.request.urlopen(url, context=context, timeout=200) as answer:
            return LoginPage(answer.status, answer.read().decode(), answer.headers)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return LoginPage(refusal.code, refusal.read().decode(), refusal.headers)


def test_customer_login_shows_the_welcome_page(customers: RunningBank, tmp_path: Path) -> None:
    certificate = customers.issue_certificate(USER_ID, KEY.spki, 20)
    page = visit(customers, tmp_path, certificate)
    assert page.status == 200
    assert page.reason == "welcome"
    assert f"ようこそ、{USER_ID} 様" in page.text
    assert certificate.serial_hex in page.text
    assert f"{certificate.not_after_tokyo:%Y年%m月%d日} 23:59" in page.text
    assert 'data-role="user"' in page.text


def test_the_pages_follow_the_hour_at_which_renewal_closes(
    customers: RunningBank, tmp_path: Path
) -> None:
    customers.set_policy(renewal=RenewalPolicy(until=time(9)))
    certificate = customers.issue_certificate(USER_ID, KEY.spki, 1)
    end = certificate.not_after_tokyo
    customers.clock.advance(end.replace(hour=8, minute=0) - customers.clock())
    assert "電子証明書の更新をお願いします" in visit(customers, tmp_path, certificate).text
    customers.clock.advance(timedelta(hours=2))
    page = visit(customers, tmp_path, certificate)
    assert page.status == 200, "it still logs in"
    assert "更新の受付は9:00に終了しました" in page.text
    assert "電子証明書の更新をお願いします" not in page.text
    with customers.bank.repositories() as repositories:
        (group,) = coverage(repositories, customers.clock(), customers.policy.renewal)
    assert [(entry.state, entry.state.covered) for entry in group.ids] == [
        (CoverageState.CLOSED, True)
    ]


def test_administrator_login_shows_the_role(bank: RunningBank, tmp_path: Path) -> None:
    bank.add_customer(USER_ID, "1394")
    page = visit(bank, tmp_path, bank.issue_certificate(USER_ID, KEY.spki, 20))
    assert 'data-role="administrator"' in page.text
    assert "管理者" in page.text


def test_expired_certificate_gets_its_own_page(customers: RunningBank, tmp_path: Path) -> None:
    page = visit(customers, tmp_path, customers.issue_certificate(USER_ID, KEY.spki, -5))
    assert (page.status, page.reason) == (403, "expired")
    assert "有効期限が切れています" in page.text
    assert "電子証明書取得" in page.text
    assert "Within 90 days of the expiry date, obtain a new one" in page.text


@pytest.mark.parametrize(("days", "reason"), [(-90, "expired"), (-91, "too-late")])
def test_page_refers_to_the_branch_after_ninety_days(
    customers: RunningBank, tmp_path: Path, days: int, reason: str
) -> None:
    page = visit(customers, tmp_path, customers.issue_certificate(USER_ID, KEY.spki, days))
    assert (page.status, page.reason) == (403, reason)
    assert ("お取引店窓口で再発行をお申し出" in page.text) is True
    assert ("電子証明書取得</a>" in page.text) is (reason == "expired")


def test_certificate_logs_in_on_its_expiry_day(customers: RunningBank, tmp_path: Path) -> None:
    page = visit(customers, tmp_path, customers.issue_certificate(USER_ID, KEY.spki, 0))
    assert page.status == 200


def test_revoked_certificate_is_refused(customers: RunningBank, tmp_path: Path) -> None:
    certificate = customers.issue_certificate(USER_ID, KEY.spki, 20)
    customers.revoke(certificate.serial_hex)
    page = visit(customers, tmp_path, certificate)
    assert (page.status, page.reason) == (403, "revoked")
    assert "失効" in page.text


def test_superseded_certificate_page_asks_to_restart_the_browser(
    customers: RunningBank, tmp_path: Path
) -> None:
    old = customers.issue_certificate(USER_ID, KEY.spki, 20)
    customers.issue_certificate(USER_ID, rsa_signer(2).spki, 365)
    page = visit(customers, tmp_path, old)
    assert (page.status, page.reason) == (403, "superseded")
    assert "開き直し" in page.text


def test_what_a_customer_has_revoked_is_refused_by_tls_login(
    customers: RunningBank, tmp_path: Path
) -> None:
    """certclient's own request, twice: as after an answer that was lost."""
    certificate = customers.issue_certificate(USER_ID, KEY.spki, 20)
    assert visit(customers, tmp_path, certificate).status == 200
    profile = load_profile(customers.profile_path)
    client = ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)
    for _ in range(2):
        client.revoke(
            CertificateCredential(certificate, KEY), certificate, RevocationReason.SUSPECTED
        )
    page = visit(customers, tmp_path, certificate)
    assert (page.status, page.reason) == (403, "revoked")


def test_unconfirmed_certificate_is_refused_and_later_revoked(
    customers: RunningBank, tmp_path: Path
) -> None:
    certificate = customers.issue_certificate(USER_ID, KEY.spki, 365, confirmed=False)
    page = visit(customers, tmp_path, certificate)
    assert (page.status, page.reason) == (403, "unconfirmed")
    customers.clock.advance(customers.policy.confirm_within + timedelta(seconds=5))
    assert visit(customers, tmp_path, certificate).reason == "revoked"


def test_missing_certificate_is_refused(customers: RunningBank, tmp_path: Path) -> None:
    page = visit(customers, tmp_path)
    assert (page.status, page.reason) == (403, "no-certificate")


def test_certificate_missing_from_the_books_is_refused(
    customers: RunningBank, tmp_path: Path
) -> None:
    ca = PracticeCa.open(customers.folder, customers.clock())
    now = customers.clock()
    unregistered = ca.issue(Customer(USER_ID, "1403"), KEY.spki, now - timedelta(1), expiry(now, 9))
    page = visit(customers, tmp_path, unregistered)
    assert (page.status, page.reason) == (403, "unknown")


def test_certificate_of_another_ca_fails_in_the_tls_handshake(
    customers: RunningBank, tmp_path: Path
) -> None:
    foreign = make_lab().issue(KEY.spki)
    with pytest.raises((OSError, urllib.error.URLError)):
        visit(customers, tmp_path, foreign)
    assert visit(customers, tmp_path).status == 403, "the server keeps running"


def test_pages_forbid_scripts_frames_and_caches(customers: RunningBank, tmp_path: Path) -> None:
    top = open_page(
        customers.addresses.public_url,
        ssl.create_default_context(cafile=str(customers.root_file)),
    )
    assert top.status == 200
    screen = open_page(
        f"{customers.addresses.public_url}login-screen",
        ssl.create_default_context(cafile=str(customers.root_file)),
    )
    assert customers.login_url in screen.text
    for page in (top, screen, visit(customers, tmp_path)):
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"
        assert "<script" not in page.text


@pytest.mark.parametrize(("port_of", "asked"), [("public_url", False), ("login_url", True)])
def test_only_the_login_port_requests_a_certificate(
    customers: RunningBank, port_of: str, asked: bool
) -> None:
    address = re.sub(r"https://([^/]+)/.*", r"\1", getattr(customers.addresses, port_of))
    # With TLS 1.2, OpenSSL shows whether the server requested a certificate.
    command = ["openssl", "s_client", "-connect", address, "-tls1_2"]
    done = subprocess.run(
        [*command, "-CAfile", str(customers.root_file), "-verify_return_error"],
        input="",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Verification: OK" in done.stdout
    assert ("Client Certificate Types" in done.stdout) is asked
