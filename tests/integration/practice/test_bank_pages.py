"""Login, 重要なお知らせ and 電子証明書取得: what the pages allow and refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest

from certclient.model import deep_link
from certclient.model.certificate import Certificate
from certclient.model.secret import Secret
from certclient_practice.cmp.responder import CmpResponder
from support.bank import USER_ID, RunningBank
from support.bank_customer import by_code, ir, issued
from support.pki import rsa_signer
from support.web_customer import ResponsePage, WebCustomer

KEY, OTHER_KEY, NEW_KEY = rsa_signer(1), rsa_signer(2), rsa_signer(3)
PIN, PASSWORD = "4711", "83920174"

OpenBrowser = Callable[..., WebCustomer]


@pytest.fixture
def visit(bank: RunningBank, tmp_path: Path) -> Iterator[OpenBrowser]:
    """Opens a browser with this certificate."""
    opened: list[WebCustomer] = []

    def open_browser(certificate: Certificate | None = None) -> WebCustomer:
        opened.append(WebCustomer(bank, tmp_path, certificate, KEY))
        return opened[-1]

    yield open_browser
    for customer in opened:
        customer.close()


def administrator(bank: RunningBank, days: int = 20) -> Certificate:
    bank.add_customer(USER_ID, "1394", pin=PIN, one_time_password=PASSWORD)
    return bank.issue_certificate(USER_ID, KEY.spki, days)


def log_in(bank: RunningBank, anonymous: WebCustomer) -> ResponsePage:
    page = anonymous.submit(anonymous.get(bank.login_url), secret=PIN)
    return anonymous.submit(page, secret=PASSWORD)


def at(bank: RunningBank, path: str) -> str:
    return urljoin(bank.login_url, path)


def obtain(
    bank: RunningBank, anonymous: WebCustomer, user_id: str = USER_ID, pin: str = PIN
) -> ResponsePage:
    page = anonymous.get(f"{bank.addresses.public_url}obtain")
    return anonymous.submit(page, user_id=user_id, pin=pin)


# Logging in


def test_login_takes_certificate_then_pin_then_password(
    bank: RunningBank, visit: OpenBrowser
) -> None:
    anonymous = visit(administrator(bank))
    page = anonymous.get(bank.login_url)
    assert (page.title, page.reason) == ("ご契約先暗証番号", "pin")
    assert anonymous.get(at(bank, "/main")).reason == "pin", (
        "not logged in yet: the PIN is requested again"
    )
    page = anonymous.submit(anonymous.get(bank.login_url), secret=PIN)
    assert page.reason == "password"
    page = anonymous.submit(page, secret=PASSWORD)
    assert (page.title, page.reason) == ("重要なお知らせ", "welcome")


def test_full_width_digits_are_accepted(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    assert anonymous.submit(anonymous.get(bank.login_url), secret="４７１１").reason == "password"


def test_notice_appears_thirty_days_before_expiry(bank: RunningBank, visit: OpenBrowser) -> None:
    bank.add_customer()
    anonymous = visit(bank.issue_certificate(USER_ID, KEY.spki, 31))
    assert anonymous.get(bank.login_url).title == "メイン"
    assert anonymous.get(at(bank, "/notices/renewal")).title == "重要なお知らせ"
    bank.clock.advance(timedelta(days=1))
    assert anonymous.get(bank.login_url).title == "重要なお知らせ"
    assert "電子証明書の更新はこちら" in anonymous.get(at(bank, "/notices/renewal")).text


def test_wrong_passwords_lock_the_id_despite_a_correct_pin(
    bank: RunningBank, visit: OpenBrowser
) -> None:
    anonymous = visit(administrator(bank))
    reasons = []
    for _attempt in range(5):
        page = anonymous.submit(anonymous.get(bank.login_url), secret=PIN)
        reasons.append(anonymous.submit(page, secret="00000000").reason)
    assert reasons == ["wrong"] * 4 + ["locked"]
    assert anonymous.submit(anonymous.get(bank.login_url), secret=PIN).reason == "locked"


def test_guessing_from_one_address_is_rate_limited(bank: RunningBank, visit: OpenBrowser) -> None:
    for number in range(60, 63):
        bank.add_customer(f"TKYM14080{number}", pin=PIN)
    anonymous, statuses = visit(), []
    for attempt in range(11):
        statuses.append(obtain(bank, anonymous, f"TKYM14080{60 + attempt % 3}", "0000"))
    assert [page.status for page in statuses] == [403] * 10 + [429]
    assert 1 <= int(statuses[-1].headers["Retry-After"]) <= 60
    assert statuses[-1].reason == "too-many"


def test_login_checks_the_role(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    assert anonymous.get(f"{bank.login_url}?as=user").reason == "wrong-role"
    assert anonymous.get(f"{bank.login_url}?as=administrator").reason == "pin"


def test_cross_site_image_does_not_end_the_session(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    log_in(bank, anonymous)
    assert anonymous.get(bank.login_url, Sec_Fetch_Mode="no-cors").status == 403
    assert anonymous.get(at(bank, "/main"), Sec_Fetch_Mode="navigate").reason == "welcome"


def test_logging_out_ends_the_session(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    page = anonymous.submit(log_in(bank, anonymous), "logout")
    assert page.reason == "logged-out"
    assert anonymous.get(at(bank, "/main")).reason == "pin"


def test_language_follows_the_browser_and_the_link(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    japanese = anonymous.get(bank.login_url, Accept_Language="ja-JP,en-US;q=0.9,en;q=0.8")
    assert japanese.title == "ご契約先暗証番号"
    assert anonymous.get(bank.login_url, Accept_Language="en-US,en").title == "Bank PIN"
    assert (
        anonymous.get(f"{bank.addresses.public_url}?lang=en").title == "Corporate internet banking"
    )
    assert anonymous.get(bank.login_url).title == "Bank PIN", "the language is remembered"
    assert anonymous.get(f"{bank.login_url}?lang=xx").title == "Bank PIN"


# Sessions


def test_form_without_csrf_token_is_refused(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    log_in(bank, anonymous)
    for fields in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "日本"}):
        assert anonymous.post(at(bank, "/renew"), fields).status == 403
        assert anonymous.post(at(bank, "/logout"), fields).status == 403
    assert anonymous.get(at(bank, "/main")).reason == "welcome"


def test_form_sent_from_another_site_is_refused(bank: RunningBank, visit: OpenBrowser) -> None:
    """Other ports of this computer share the cookies, but Sec-Fetch-Site gives them away."""
    anonymous = visit(administrator(bank))
    page = log_in(bank, anonymous)
    csrf = page.form("logout").fields
    for site in ("same-site", "cross-site", "none"):
        assert anonymous.post(at(bank, "/renew"), csrf, Sec_Fetch_Site=site).status == 403


def test_second_login_ends_the_first(bank: RunningBank, visit: OpenBrowser) -> None:
    certificate = administrator(bank)
    first, second = visit(certificate), visit(certificate)
    log_in(bank, first)
    log_in(bank, second)
    assert first.get(at(bank, "/main")).reason == "pin"


def test_stolen_cookie_is_useless_without_the_certificate(
    bank: RunningBank, visit: OpenBrowser, tmp_path: Path
) -> None:
    anonymous = visit(administrator(bank))
    log_in(bank, anonymous)
    bank.add_customer("TKYM1408055")
    other = bank.issue_certificate("TKYM1408055", OTHER_KEY.spki, 300)
    attacker = WebCustomer(bank, tmp_path, other, OTHER_KEY)
    attacker.session.cookies.update(anonymous.session.cookies)
    page = attacker.get(at(bank, "/main"))
    assert USER_ID not in page.text
    assert "TKYM1408055" in page.text, "logged in as the owner of the other certificate"
    attacker.close()
    anonymous = visit()
    anonymous.session.cookies.update(anonymous.session.cookies)
    assert anonymous.get(at(bank, "/main")).reason == "no-certificate"


def test_revoking_the_certificate_ends_the_session(bank: RunningBank, visit: OpenBrowser) -> None:
    certificate = administrator(bank)
    anonymous = visit(certificate)
    log_in(bank, anonymous)
    bank.revoke(certificate.serial_hex)
    assert anonymous.get(at(bank, "/main")).reason == "revoked"
    assert anonymous.post(at(bank, "/renew"), {}).reason == "revoked"


def test_session_cookie_changes_at_each_stage(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    tokens = set()
    page = anonymous.get(bank.login_url)
    for secret in (PIN, PASSWORD):
        tokens.add(anonymous.session.cookies["__Host-practice-login"])
        page = anonymous.submit(page, secret=secret)
    tokens.add(anonymous.session.cookies["__Host-practice-login"])
    assert len(tokens) == 3
    assert page.reason == "welcome"


# Deep links to the app


def test_app_can_parse_the_renewal_link(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit(administrator(bank))
    page = anonymous.submit(log_in(bank, anonymous), "logout")
    page = anonymous.submit(anonymous.get(at(bank, "/notices/renewal")), "pin", secret=PIN)
    anonymous.submit(page, secret=PASSWORD)
    page = anonymous.submit(anonymous.get(at(bank, "/notices/renewal")), "renew")
    link = deep_link.parse(page.link)
    assert (link.verb, link.profile_id) == (deep_link.Verb.RENEW, "practice")
    assert link.user_id == USER_ID
    assert link.ticket == page.ticket != ""


def test_no_ticket_before_the_renewal_period(bank: RunningBank, visit: OpenBrowser) -> None:
    bank.add_customer()
    anonymous = visit(bank.issue_certificate(USER_ID, KEY.spki, 31))
    page = anonymous.get(bank.login_url)
    answer = anonymous.post(at(bank, "/renew"), page.form("logout").fields)
    assert (answer.status, answer.link) == (409, "")


# 電子証明書取得


def test_id_and_pin_give_a_working_code_after_expiry(bank: RunningBank, visit: OpenBrowser) -> None:
    bank.add_customer(pin=PIN)
    bank.issue_certificate(USER_ID, KEY.spki, -5)
    page = obtain(bank, visit())
    assert page.reason == "granted"
    link = deep_link.parse(page.link)
    code = page.text_of("issue-code").replace("-", "")
    assert (link.verb, link.user_id, link.ticket) == (deep_link.Verb.OBTAIN, USER_ID, code)
    handle = CmpResponder(bank.bank).handle
    talk = by_code(handle, USER_ID, Secret(code))
    assert issued(talk.exchange(ir(NEW_KEY))).common_name == f"{USER_ID} 1403"


def test_code_from_the_page_expires_within_minutes(bank: RunningBank, visit: OpenBrowser) -> None:
    bank.add_customer(pin=PIN)
    code = obtain(bank, visit()).text_of("issue-code").replace("-", "")
    bank.clock.advance(timedelta(minutes=31))
    reply = by_code(CmpResponder(bank.bank).handle, USER_ID, Secret(code)).exchange(ir(NEW_KEY))
    with pytest.raises(AssertionError):
        issued(reply)


@pytest.mark.parametrize(
    ("days", "reason"), [(20, "still-valid"), (-90, "granted"), (-91, "too-late")]
)
def test_code_is_granted_only_within_the_obtain_period(
    bank: RunningBank, visit: OpenBrowser, days: int, reason: str
) -> None:
    bank.add_customer(pin=PIN)
    bank.issue_certificate(USER_ID, KEY.spki, days)
    assert obtain(bank, visit()).reason == reason


def test_revoked_certificate_gets_no_code(bank: RunningBank, visit: OpenBrowser) -> None:
    bank.add_customer(pin=PIN)
    bank.revoke(bank.issue_certificate(USER_ID, KEY.spki, 20).serial_hex)
    assert obtain(bank, visit()).reason == "revoked"


def test_unknown_id_wrong_pin_and_missing_pin_look_alike(
    bank: RunningBank, visit: OpenBrowser
) -> None:
    bank.add_customer(pin=PIN)
    bank.add_customer("TKYM1408055")
    anonymous = visit()
    typed = (("NOBODY", PIN), (USER_ID, "0000"), ("TKYM1408055", ""))
    pages = [(user_id, obtain(bank, anonymous, user_id, pin)) for user_id, pin in typed]
    assert {(page.status, page.reason) for _, page in pages} == {(403, "wrong")}
    assert len({without_random(page, user_id) for user_id, page in pages}) == 1
    assert len({tuple(page.headers) for _, page in pages}) == 1


def without_random(page: ResponsePage, user_id: str) -> str:
    """The page's text without the ID that was typed, which it repeats, and its random value."""
    return page.text.replace(user_id, "ID").replace(page.form("obtain").fields["csrf"], "CSRF")


def test_guessing_stops_the_page_for_the_id_and_tells_nobody(
    bank: RunningBank, visit: OpenBrowser
) -> None:
    """Neither that the ID exists, nor when a PIN was right; its logins go on."""
    bank.add_customer(pin=PIN)
    anonymous = visit()
    known = [obtain(bank, anonymous, pin="0000").reason for _attempt in range(5)]
    unknown = [obtain(bank, anonymous, "NOBODY", "0000").reason for _attempt in range(2)]
    assert {*known, *unknown} == {"wrong"}
    assert obtain(bank, anonymous).reason == "wrong", "even with the right PIN"
    with bank.bank.repositories() as repositories:
        assert repositories.customers.secret_failures(USER_ID) == 0
        repositories.customers.clear_secret_failures(USER_ID)  # the branch does it
    assert obtain(bank, anonymous).reason == "granted"


def test_wrong_pins_on_the_page_stop_no_login_and_the_other_way_round(
    bank: RunningBank, visit: OpenBrowser
) -> None:
    owner, anonymous = visit(administrator(bank)), visit()
    for _attempt in range(5):
        assert obtain(bank, anonymous, pin="0000").reason == "wrong"
    assert log_in(bank, owner).title == "重要なお知らせ"

    with bank.bank.repositories() as repositories:
        repositories.customers.clear_secret_failures(USER_ID)
    other = visit(bank.issue_certificate(USER_ID, KEY.spki, 20))
    page = other.get(bank.login_url)
    for _attempt in range(5):
        page = other.submit(other.get(bank.login_url), secret="0000")
    assert page.reason == "locked"
    assert obtain(bank, anonymous).reason == "still-valid", "it sees that the PIN is right"


def test_obtain_form_requires_its_own_cookie(bank: RunningBank, visit: OpenBrowser) -> None:
    bank.add_customer(pin=PIN)
    url = f"{bank.addresses.public_url}obtain"
    fields = {"user_id": USER_ID, "pin": PIN}
    assert visit().post(url, fields).status == 403
    page = visit().get(url)
    assert visit().submit(page, **fields).status == 403
    anonymous = visit()
    csrf = anonymous.get(url).form().fields
    assert anonymous.post(url, {**csrf, **fields}, Sec_Fetch_Site="same-site").status == 403
    assert anonymous.post(url, {**csrf, **fields}, Sec_Fetch_Site="same-origin").status == 200


def test_download_page_serves_only_installers(bank: RunningBank, visit: OpenBrowser) -> None:
    anonymous = visit()
    page = anonymous.get(f"{bank.addresses.public_url}download")
    assert "まだインストーラーが置かれていません" in page.text
    for path in ("bank.sqlite3", "..%2Fbank.sqlite3", "%2e%2e/bank.sqlite3"):
        assert anonymous.get(f"{bank.addresses.public_url}download/{path}").status == 404
