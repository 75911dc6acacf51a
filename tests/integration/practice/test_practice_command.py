"""`certclient practice …` as its clerk uses it."""

import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from certclient.configuration.profiles import load_profile
from certclient.model.profile import AskWhom
from certclient_practice.admin.cli import practice
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, BankProcess, RunningBank
from support.pki import rsa_signer


class Desk:
    """Runs desk commands on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(practice, ["--data", str(self.folder), *arguments])

    def done(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.output.strip()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "practice-bank")


def test_a_customer_from_file_to_revocation(desk: Desk, tmp_path: Path) -> None:
    assert desk.done("customer", "add", USER_ID) == f"{USER_ID} 1403 (user)"
    key = load_der_public_key(rsa_signer(1).spki)
    spki, out = tmp_path / "key.pem", tmp_path / "out.pem"
    spki.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = ("issue", USER_ID, "--spki", str(spki), "--expires-in-days", "20")
    serial = desk.done(*command, "--out", str(out))
    leaf, intermediate = x509.load_pem_x509_certificates(out.read_bytes())
    assert f"{leaf.serial_number:032x}" == serial
    leaf.verify_directly_issued_by(intermediate)
    assert desk.done("certificates").endswith("23:59 JST  confirmed")
    assert serial in desk.done("revoke", serial.upper())
    assert desk.done("certificates").endswith("revoked (by-bank)")


def test_an_administrator(desk: Desk) -> None:
    added = desk.done("customer", "add", "ADMIN1", "--administrator")
    assert added == "ADMIN1 1394 (administrator)"
    assert desk.run("customer", "add", "ADMIN2", "--suffix", "1394").exit_code == 2


def test_an_issue_code_is_easy_to_type(desk: Desk) -> None:
    desk.done("customer", "add", USER_ID)
    code = desk.done("issue-code", USER_ID)
    assert re.fullmatch("[2-9A-HJ-NP-Z]{16}", code)


@pytest.mark.parametrize(
    "arguments",
    [("issue-code", "NOBODY"), ("revoke", "00"), ("customer", "add", "kana カナ")],
)
def test_what_cannot_be_done_is_one_line(desk: Desk, arguments: tuple[str, ...]) -> None:
    result = desk.run(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_a_file_without_a_key_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.done("customer", "add", USER_ID)
    junk = tmp_path / "junk.pem"
    junk.write_text("no key")
    for option in ("--spki", "--csr"):
        result = desk.run("issue", USER_ID, option, str(junk))
        assert result.exit_code == 1
        assert "junk.pem" in result.output


def test_the_profile_of_a_bank_that_never_ran(desk: Desk, tmp_path: Path) -> None:
    result = desk.run("profile", "--out", str(tmp_path / "practice.toml"))
    assert result.exit_code == 1
    assert "serve" in result.output


def test_the_profile_leads_to_the_bank(bank: RunningBank, tmp_path: Path) -> None:
    out = tmp_path / "practice.toml"
    options = ("--pkcs11-module", "/usr/lib/softhsm/libsofthsm2.so", "--ask-pin", "administrators")
    Desk(bank.folder).done("profile", "--out", str(out), *options)
    profile = load_profile(out)
    assert profile.ca.url == bank.cmp_url
    assert profile.login_url == bank.login_url
    assert profile.ca.trust_anchors == profile.tls_anchors == (bank.bank.ca.root,)
    assert profile.ask_pin is AskWhom.ADMINISTRATORS
    assert [str(path) for path in profile.pkcs11_modules] == ["/usr/lib/softhsm/libsofthsm2.so"]
    bank.add_customer()
    certificate = bank.issue_certificate(USER_ID, rsa_signer(1).spki, 20)
    owner = certificate.owner(profile.subject_rule)
    assert owner is not None
    assert (owner.user_id, owner.suffix) == (USER_ID, "1403")


def test_a_port_that_is_taken_is_one_line(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for option in ("--port", "--login-port"):
            other = "--login-port" if option == "--port" else "--port"
            result = desk.run("serve", option, port, other, "0")
            assert result.exit_code == 1
            assert result.output.startswith("Error: ")


def test_waits_are_not_negative(desk: Desk) -> None:
    assert desk.run("serve", "--wait-polls", "-1").exit_code == 2


def test_serve_writes_the_profile_and_ends_in_order(tmp_path: Path) -> None:
    out = tmp_path / "practice.toml"
    program = BankProcess(tmp_path / "bank", "--profile", str(out), "--wait-polls", "2")
    addresses = program.start()
    assert load_profile(out).ca.url == addresses.cmp_url
    assert addresses.public_url.startswith("https://127.0.0.1:")
    assert program.stop() == 0


def test_a_shifted_clock_moves_the_banks_days(desk: Desk, tmp_path: Path) -> None:
    desk.done("customer", "add", USER_ID)
    spki = tmp_path / "key.der"
    spki.write_bytes(rsa_signer(1).spki)
    desk.done("issue", USER_ID, "--spki", str(spki), "--expires-in-days", "20")
    desk.done("--clock-shift", "40", "issue-code", USER_ID)
    with_shift = desk.done("--clock-shift", "40", "certificates")
    assert CertificateState.CONFIRMED.value in with_shift, "expired, but still the last one"


def test_coverage_of_a_contract(desk: Desk) -> None:
    for user_id in ("A1", "A2"):
        desk.done("customer", "add", user_id, "--contract", "COMPANY", "--email", "a@example.jp")
    desk.done("customer", "add", "B1")
    assert desk.done("coverage").splitlines() == [
        "B1  B1 1403  never",
        "COMPANY  A1 1403  never",
        "COMPANY  A2 1403  never",
    ]
    assert len(desk.done("coverage", "--contract", "COMPANY", "--missing").splitlines()) == 2
    assert "no e-mail address" in desk.run("customer", "add", "A3", "--email", "nonsense").output


def test_the_clock_stays_shifted(desk: Desk) -> None:
    ahead = desk.done("clock", "40")
    assert desk.done("clock", "--", "-1") < desk.done("clock", "0") < ahead
    assert desk.run("clock", "99999").exit_code == 1
