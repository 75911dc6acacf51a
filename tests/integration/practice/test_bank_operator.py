"""The operator's pages: access and functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest

from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, BankProcess, RunningBank
from support.bank_customer import by_code, ir, issued
from support.pki import rsa_signer
from support.web_customer import ResponsePage, WebCustomer

KEY = rsa_signer(1)


@pytest.fixture
def operator(bank: RunningBank, tmp_path: Path) -> Iterator[WebCustomer]:
    """Signed in with the address that `serve` prints."""
    visitor = WebCustomer(bank, tmp_path)
    assert visitor.get(bank.addresses.operator_url).status == 200
    yield visitor
    visitor.close()


def at(bank: RunningBank, path: str) -> str:
    return urljoin(bank.addresses.operator_url, path)


def status_of(page: ResponsePage, user_id: str) -> str:
    found = re.search(rf'data-user="{user_id}" data-standing="([^"]+)"', page.text)
    return found[1] if found else ""


def test_pages_are_refused_without_the_operator_key(bank: RunningBank, tmp_path: Path) -> None:
    visitor = WebCustomer(bank, tmp_path)
    for path in ("/", "/certificates", "/coverage", "/mails", "/clock", f"/customers/{USER_ID}"):
        assert visitor.get(at(bank, path)).status == 403
    for path in ("/customers", "/clock", f"/customers/{USER_ID}/letter"):
        assert visitor.post(at(bank, path), {"csrf": "x"}).status == 403
    assert visitor.get(at(bank, "/enter/wrong-key")).status == 403
    visitor.close()


def test_foreign_host_name_is_refused(bank: RunningBank, operator: WebCustomer) -> None:
    """DNS rebinding: a foreign host name that resolves to 127.0.0.1."""
    assert operator.get(at(bank, "/"), Host="evil.example:443").status == 403
    assert operator.get(at(bank, "/")).status == 200


def test_operator_key_is_readable_by_the_owner_only(bank: RunningBank) -> None:
    file = bank.folder / "addresses.json"
    assert file.stat().st_mode & 0o077 == 0
    assert bank.addresses.operator_url not in repr(bank.addresses)


def test_adding_a_customer(bank: RunningBank, operator: WebCustomer) -> None:
    page = operator.get(at(bank, "/"))
    page = operator.submit(
        page,
        "customers",
        user_id="tkym1408060",
        role="administrator",
        contract_id="TKYM14080",
        email="a@example.jp",
        pin="1234",
    )
    assert page.title == "TKYM1408060 1394"
    (customer,) = bank.bank.customers()
    assert (customer.contract_id, customer.email) == ("TKYM14080", "a@example.jp")
    assert (customer.asks_pin, customer.asks_one_time_password) == (True, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_id", "../x"), ("email", "a@b\nBcc: c@d"), ("contract_id", "<script>")],
)
def test_malformed_input_is_refused(
    bank: RunningBank, operator: WebCustomer, field: str, value: str
) -> None:
    fields = {"user_id": USER_ID, field: value}
    page = operator.submit(operator.get(at(bank, "/")), "customers", **fields)
    assert page.status == 400
    assert "<script>" not in page.text
    assert bank.bank.customers() == []


def test_letter_contains_a_working_code(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer()
    page = operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "letter")
    assert "手順書" in page.title
    code = Secret(page.text_of("issue-code").replace("-", ""))
    issued(by_code(CmpResponder(bank.bank).handle, USER_ID, code).exchange(ir(KEY)))


def test_reissue_letter_works_after_day_ninety(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer()
    bank.issue_certificate(USER_ID, KEY.spki, -100)
    page = operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "letter", reissue="yes")
    code = Secret(page.text_of("issue-code").replace("-", ""))
    issued(by_code(CmpResponder(bank.bank).handle, USER_ID, code).exchange(ir(rsa_signer(2))))


def test_revoking_a_certificate(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer()
    serial = bank.issue_certificate(USER_ID, KEY.spki, 20).serial_hex
    page = operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "revoke")
    assert f'data-serial="{serial}" data-state="revoked"' in page.text
    assert bank.state_of(serial) is CertificateState.REVOKED


def test_unlocking_a_customer(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer(pin="4711")
    with bank.bank.repositories() as repositories:
        for _attempt in range(bank.policy.code_attempts):
            repositories.customers.count_secret_failure(USER_ID)
    operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "unlock")
    with bank.bank.repositories() as repositories:
        assert repositories.customers.secret_failures(USER_ID) == 0


def test_shifted_clock_shows_each_lifecycle_state(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer()
    bank.issue_certificate(USER_ID, KEY.spki, 40)
    seen = {}
    for days in (0, 9, 10, 40, 41, 130, 131):
        operator.submit(operator.get(at(bank, "/clock")), "clock", days=str(days))
        seen[days] = status_of(operator.get(at(bank, "/")), USER_ID)
    assert seen == {
        0: "valid",
        9: "valid",
        10: "renewable",
        40: "renewable",
        41: "obtainable",
        130: "obtainable",
        131: "too-late",
    }


@pytest.mark.parametrize("days", ["", "x", "1.5", "99999999999999999999", "4000"])
def test_invalid_clock_shift_is_refused(
    bank: RunningBank, operator: WebCustomer, days: str
) -> None:
    page = operator.submit(operator.get(at(bank, "/clock")), "clock", days=days)
    assert page.status == 400
    assert bank.bank.clock.shift == timedelta()


def test_clock_shift_survives_a_restart(bank: RunningBank) -> None:
    bank.bank.shift_clock(timedelta(days=5))
    again = Bank(bank.folder)
    assert again.clock.shift == timedelta(days=5)
    again.close()


def test_certificate_issued_with_the_clock_ahead_is_valid_today(bank: RunningBank) -> None:
    bank.add_customer()
    bank.bank.shift_clock(timedelta(days=30))
    talk = by_code(CmpResponder(bank.bank).handle, USER_ID, bank.issue_code())
    certificate = issued(talk.exchange(ir(KEY)))
    assert certificate.valid_at(bank.bank.wire_clock())
    assert certificate.valid_at(bank.bank.clock())


def test_coverage_of_a_contract(bank: RunningBank, operator: WebCustomer) -> None:
    """S4: every ID of a contract needs a certificate."""
    add = bank.bank.add_customer
    add(USER_ID, "1394", contract_id="TKYM14080")
    add("TKYM1408055", "1403", contract_id="TKYM14080")
    add("OSAK0000001", "1403")
    bank.issue_certificate(USER_ID, KEY.spki, 200)
    page = operator.get(at(bank, "/coverage"))
    assert re.findall(r'data-user="(\w+)" data-covered="(\w+)"', page.text) == [
        ("OSAK0000001", "no"),
        (USER_ID, "yes"),
        ("TKYM1408055", "no"),
    ]
    assert "1／2 のIDに有効な電子証明書がありません" in page.text


def test_operator_port_listens_on_localhost_only(bank_process: BankProcess) -> None:
    addresses = bank_process.start()
    assert addresses.operator_url.startswith("https://127.0.0.1:")
    assert bank_process.stop() == 0
