"""`certclient practice …` as the bank's administrator uses it."""

import re
import socket
import subprocess
import sys
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from certclient.configuration.profiles import load_profile
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.profile import EST, SecretPolicy
from certclient_practice.admin.cli import practice
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, BankProcess, RunningBank
from support.pki import rsa_signer


class BankAdmin:
    """Runs `practice` commands on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(practice, ["--data", str(self.folder), *arguments])

    def run_ok(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.output.strip()


@pytest.fixture
def admin(tmp_path: Path) -> BankAdmin:
    return BankAdmin(tmp_path / "practice-bank")


def test_add_customer_issue_and_revoke(admin: BankAdmin, tmp_path: Path) -> None:
    assert admin.run_ok("customer", "add", USER_ID) == f"{USER_ID} 1403 (user)"
    key = load_der_public_key(rsa_signer(1).spki)
    spki, out = tmp_path / "key.pem", tmp_path / "out.pem"
    spki.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = ("issue", USER_ID, "--spki", str(spki), "--expires-in-days", "20")
    serial = admin.run_ok(*command, "--out", str(out))
    leaf, intermediate = x509.load_pem_x509_certificates(out.read_bytes())
    assert f"{leaf.serial_number:032x}" == serial
    leaf.verify_directly_issued_by(intermediate)
    assert admin.run_ok("certificates").endswith("23:59 JST  confirmed")
    assert serial in admin.run_ok("revoke", serial.upper())
    assert admin.run_ok("certificates").endswith("revoked (by-bank)")


def test_adding_an_administrator(admin: BankAdmin) -> None:
    added = admin.run_ok("customer", "add", "ADMIN1", "--administrator")
    assert added == "ADMIN1 1394 (administrator)"
    assert admin.run("customer", "add", "ADMIN2", "--suffix", "1394").exit_code == 2


def test_issue_code_uses_unambiguous_characters(admin: BankAdmin) -> None:
    admin.run_ok("customer", "add", USER_ID)
    code = admin.run_ok("issue-code", USER_ID)
    assert re.fullmatch("[2-9A-HJ-NP-Z]{16}", code)


@pytest.mark.parametrize(
    "arguments",
    [("issue-code", "NOBODY"), ("revoke", "00"), ("customer", "add", "kana カナ")],
)
def test_errors_are_one_line(admin: BankAdmin, arguments: tuple[str, ...]) -> None:
    result = admin.run(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_file_without_a_key_is_refused(admin: BankAdmin, tmp_path: Path) -> None:
    admin.run_ok("customer", "add", USER_ID)
    junk = tmp_path / "junk.pem"
    junk.write_text("no key")
    for option in ("--spki", "--csr"):
        result = admin.run("issue", USER_ID, option, str(junk))
        assert result.exit_code == 1
        assert "junk.pem" in result.output


def test_profile_command_requires_a_served_bank(admin: BankAdmin, tmp_path: Path) -> None:
    result = admin.run("profile", "--out", str(tmp_path / "practice.toml"))
    assert result.exit_code == 1
    assert "serve" in result.output


def test_profile_contains_the_banks_addresses_and_anchors(
    bank: RunningBank, tmp_path: Path
) -> None:
    out = tmp_path / "practice.toml"
    options = ("--pkcs11-module", "/usr/lib/softhsm/libsofthsm2.so", "--ask-pin", "administrators")
    BankAdmin(bank.folder).run_ok("profile", "--out", str(out), *options)
    profile = load_profile(out)
    assert profile.ca.url == bank.cmp_url
    assert profile.login_url == bank.login_url
    assert profile.ca.trust_anchors == profile.tls_anchors == (bank.bank.ca.root,)
    assert profile.ask_pin is SecretPolicy.ADMINISTRATORS
    assert [str(path) for path in profile.pkcs11_modules] == ["/usr/lib/softhsm/libsofthsm2.so"]
    bank.add_customer()
    certificate = bank.issue_certificate(USER_ID, rsa_signer(1).spki, 20)
    owner = certificate.owner(profile.subject_rule)
    assert owner is not None
    assert (owner.user_id, owner.suffix) == (USER_ID, "1403")


def test_profile_for_est_names_the_port_that_asks_for_certificates(
    bank: RunningBank, tmp_path: Path
) -> None:
    out = tmp_path / "est.toml"
    BankAdmin(bank.folder).run_ok("profile", "--out", str(out), "--protocol", "est")
    profile = load_profile(out)
    assert profile.ca.protocol == EST
    assert profile.ca.url == bank.addresses.est_url
    assert urlsplit(profile.ca.url).port == urlsplit(profile.login_url).port


def test_profile_for_est_cannot_ask_for_secrets(bank: RunningBank, tmp_path: Path) -> None:
    out = tmp_path / "est.toml"
    asks = ("--ask-pin", "administrators", "--protocol", "est")
    result = BankAdmin(bank.folder).run("profile", "--out", str(out), *asks)
    assert result.exit_code == 2
    assert "EST carries neither PIN nor one-time password" in result.output
    assert not out.exists()


def test_port_in_use_is_a_one_line_error(admin: BankAdmin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for option in ("--port", "--login-port"):
            other = "--login-port" if option == "--port" else "--port"
            result = admin.run("serve", option, port, other, "0")
            assert result.exit_code == 1
            assert result.output.startswith("Error: ")


def test_port_in_use_has_a_code_of_its_own(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "certclient", "--language", "en", "practice"]
        options = ["--data", str(tmp_path), "serve", "--port", port, "--login-port", "0"]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 2
    assert "[CC-PRACTICE-PORT]" in done.stderr
    assert f"Port: {port}" in done.stderr
    assert "Address: 127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    "days", [("--renew-days", "400"), ("--renew-days", "0"), ("--obtain-days", "-1")]
)
def test_days_that_no_profile_may_have_are_refused(admin: BankAdmin, days: tuple[str, str]) -> None:
    refused = admin.run("serve", *days)
    assert refused.exit_code == 2
    assert days[0] in refused.output


@pytest.mark.parametrize("hour", ["9:00", "24:00", "noon"])
def test_an_hour_that_no_profile_may_have_is_refused(admin: BankAdmin, hour: str) -> None:
    refused = admin.run("serve", "--renew-until", hour)
    assert refused.exit_code == 2
    assert "09:00" in refused.output


def test_profile_and_codes_have_the_rules_of_the_bank_that_runs(tmp_path: Path) -> None:
    days = ("--renew-days", "366", "--obtain-days", "7", "--renew-until", "09:00")
    bank = BankProcess(tmp_path / "bank", *days, "--codes", "hyphens")
    bank.start()
    out = tmp_path / "practice.toml"
    try:
        admin = BankAdmin(tmp_path / "bank")
        admin.run_ok("profile", "--out", str(out))
        admin.run_ok("customer", "add", USER_ID)
        code = admin.run_ok("issue-code", USER_ID).strip()
    finally:
        bank.stop()
    profile = load_profile(out)
    assert profile.renewal == RenewalPolicy(366, 7, time(9))
    assert code.count("-") == 3
    read = profile.codes.read(code.lower())
    assert read is not None
    assert (read.reveal(), profile.codes.problem(read)) == (code, None)


def test_negative_wait_polls_are_refused(admin: BankAdmin) -> None:
    assert admin.run("serve", "--wait-polls", "-1").exit_code == 2


def test_serve_writes_the_profile_and_stops_cleanly(tmp_path: Path) -> None:
    out = tmp_path / "practice.toml"
    program = BankProcess(tmp_path / "bank", "--profile", str(out), "--wait-polls", "2")
    addresses = program.start()
    assert load_profile(out).ca.url == addresses.cmp_url
    assert addresses.public_url.startswith("https://127.0.0.1:")
    assert program.stop() == 0


def test_clock_shift_option_keeps_the_expired_certificate_listed(
    admin: BankAdmin, tmp_path: Path
) -> None:
    admin.run_ok("customer", "add", USER_ID)
    spki = tmp_path / "key.der"
    spki.write_bytes(rsa_signer(1).spki)
    admin.run_ok("issue", USER_ID, "--spki", str(spki), "--expires-in-days", "20")
    admin.run_ok("--clock-shift", "40", "issue-code", USER_ID)
    with_shift = admin.run_ok("--clock-shift", "40", "certificates")
    assert CertificateState.CONFIRMED.value in with_shift, (
        "expired, but still the latest certificate"
    )


def test_coverage_of_a_contract(admin: BankAdmin) -> None:
    for user_id in ("A1", "A2"):
        admin.run_ok("customer", "add", user_id, "--contract", "COMPANY", "--email", "a@example.jp")
    admin.run_ok("customer", "add", "B1")
    assert admin.run_ok("coverage").splitlines() == [
        "B1  B1 1403  never",
        "COMPANY  A1 1403  never",
        "COMPANY  A2 1403  never",
    ]
    assert len(admin.run_ok("coverage", "--contract", "COMPANY", "--missing").splitlines()) == 2
    assert "no e-mail address" in admin.run("customer", "add", "A3", "--email", "nonsense").output


def test_clock_command_sets_a_persistent_shift(admin: BankAdmin) -> None:
    ahead = admin.run_ok("clock", "40")
    assert admin.run_ok("clock", "--", "-1") < admin.run_ok("clock", "0") < ahead
    assert admin.run("clock", "99999").exit_code == 1
