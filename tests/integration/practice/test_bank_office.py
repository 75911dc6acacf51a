"""The operator's pages: who may see them, and what they do."""

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
from support.web_customer import Page, WebCustomer

KEY = rsa_signer(1)


@pytest.fixture
def operator(bank: RunningBank, tmp_path: Path) -> Iterator[WebCustomer]:
    """Signed in by the address that `serve` printed."""
    guest = WebCustomer(bank, tmp_path)
    assert guest.get(bank.addresses.operator_url).status == 200
    yield guest
    guest.close()


def at(bank: RunningBank, path: str) -> str:
    return urljoin(bank.addresses.operator_url, path)


def standing(page: Page, user_id: str) -> str:
    found = re.search(rf'data-user="{user_id}" data-standing="([^"]+)"', page.text)
    return found[1] if found else ""


def test_nobody_comes_in_without_the_key(bank: RunningBank, tmp_path: Path) -> None:
    guest = WebCustomer(bank, tmp_path)
    for path in ("/", "/certificates", "/coverage", "/mails", "/clock", f"/customers/{USER_ID}"):
        assert guest.get(at(bank, path)).status == 403
    for path in ("/customers", "/clock", f"/customers/{USER_ID}/letter"):
        assert guest.post(at(bank, path), {"csrf": "x"}).status == 403
    assert guest.get(at(bank, "/enter/wrong-key")).status == 403
    guest.close()


def test_nobody_comes_in_under_a_made_up_name(bank: RunningBank, operator: WebCustomer) -> None:
    """A page of a stranger whose name server says 127.0.0.1 (DNS rebinding)."""
    assert operator.get(at(bank, "/"), Host="evil.example:443").status == 403
    assert operator.get(at(bank, "/")).status == 200


def test_the_key_is_for_the_owner_of_the_folder_alone(bank: RunningBank) -> None:
    file = bank.folder / "addresses.json"
    assert file.stat().st_mode & 0o077 == 0
    assert bank.addresses.operator_url not in repr(bank.addresses)


def test_a_customer_is_put_on_file(bank: RunningBank, operator: WebCustomer) -> None:
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
def test_odd_input_is_refused(
    bank: RunningBank, operator: WebCustomer, field: str, value: str
) -> None:
    fields = {"user_id": USER_ID, field: value}
    page = operator.submit(operator.get(at(bank, "/")), "customers", **fields)
    assert page.status == 400
    assert "<script>" not in page.text
    assert bank.bank.customers() == []


def test_a_letter_brings_a_code_that_works(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer()
    page = operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "letter")
    assert "手順書" in page.title
    code = Secret(page.text_of("issue-code").replace("-", ""))
    issued(by_code(CmpResponder(bank.bank).handle, USER_ID, code).say(ir(KEY)))


def test_a_letter_of_the_branch_works_after_day_ninety(
    bank: RunningBank, operator: WebCustomer
) -> None:
    bank.add_customer()
    bank.issue_certificate(USER_ID, KEY.spki, -100)
    page = operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "letter", reissue="yes")
    code = Secret(page.text_of("issue-code").replace("-", ""))
    issued(by_code(CmpResponder(bank.bank).handle, USER_ID, code).say(ir(rsa_signer(2))))


def test_revoking(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer()
    serial = bank.issue_certificate(USER_ID, KEY.spki, 20).serial_hex
    page = operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "revoke")
    assert f'data-serial="{serial}" data-state="revoked"' in page.text
    assert bank.state_of(serial) is CertificateState.REVOKED


def test_unlocking(bank: RunningBank, operator: WebCustomer) -> None:
    bank.add_customer(pin="4711")
    with bank.bank.books() as books:
        for _attempt in range(bank.policy.code_attempts):
            books.customers.count_secret_failure(USER_ID)
    operator.submit(operator.get(at(bank, f"/customers/{USER_ID}")), "unlock")
    with bank.bank.books() as books:
        assert books.customers.secret_failures(USER_ID) == 0


def test_the_clock_leads_through_a_certificates_life(
    bank: RunningBank, operator: WebCustomer
) -> None:
    bank.add_customer()
    bank.issue_certificate(USER_ID, KEY.spki, 40)
    seen = {}
    for days in (0, 9, 10, 40, 41, 130, 131):
        operator.submit(operator.get(at(bank, "/clock")), "clock", days=str(days))
        seen[days] = standing(operator.get(at(bank, "/")), USER_ID)
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
def test_odd_days(bank: RunningBank, operator: WebCustomer, days: str) -> None:
    page = operator.submit(operator.get(at(bank, "/clock")), "clock", days=days)
    assert page.status == 400
    assert bank.bank.clock.shift == timedelta()


def test_the_shift_outlives_a_restart(bank: RunningBank) -> None:
    bank.bank.shift_clock(timedelta(days=5))
    again = Bank(bank.folder)
    assert again.clock.shift == timedelta(days=5)
    again.close()


def test_a_certificate_issued_with_the_clock_ahead_is_valid_today(bank: RunningBank) -> None:
    bank.add_customer()
    bank.bank.shift_clock(timedelta(days=30))
    talk = by_code(CmpResponder(bank.bank).handle, USER_ID, bank.issue_code())
    certificate = issued(talk.say(ir(KEY)))
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


def test_the_operators_port_is_for_this_computer_whatever_the_bind(
    bank_process: BankProcess,
) -> None:
    addresses = bank_process.start()
    assert addresses.operator_url.startswith("https://127.0.0.1:")
    assert bank_process.stop() == 0
