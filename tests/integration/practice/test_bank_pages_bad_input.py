"""Pages under odd, huge, slow and fuzzed requests: a proper answer each time, no secret told."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certclient_practice.web.https import TIMEOUT_SECONDS
from support.bank import USER_ID, RunningBank, running_bank
from support.pki import rsa_signer
from support.web_customer import WebCustomer

KEY = rsa_signer(1)
PIN = "4711-is-the-pin"
FUZZ = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PATHS = (
    "/",
    "/login",
    "/login?as=administrator",
    "/login/pin",
    "/login/password",
    "/main",
    "/notices",
    "/notices/renewal",
    "/renew",
    "/logout",
    "/obtain",
    "/download/x",
    "/static/bank.css",
    "/enter/x",
    "/customers",
    "/clock",
    "/cmp",
)
ANSWERS = {200, 303, 400, 403, 404, 405, 409, 413, 415, 429}
TEXT = st.text(st.characters(max_codepoint=0xD7FF), max_size=60)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60).map(str.strip)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with running_bank(tmp_path_factory.mktemp("pages") / "bank") as running:
        running.set_policy(code_attempts=1_000_000)
        running.add_customer(USER_ID, "1394", pin=PIN)
        yield running


@pytest.fixture(scope="module")
def guest(target: RunningBank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebCustomer]:
    certificate = target.issue_certificate(USER_ID, KEY.spki, 20)
    made = WebCustomer(target, tmp_path_factory.mktemp("guest"), certificate, KEY)
    yield made
    made.close()


def bases(target: RunningBank) -> tuple[str, ...]:
    found = target.addresses
    return found.public_url, found.login_url, found.operator_url


@FUZZ
@given(data=st.data())
def test_fuzzed_forms(target: RunningBank, guest: WebCustomer, data: st.DataObject) -> None:
    base = data.draw(st.sampled_from(bases(target)))
    path = data.draw(st.sampled_from(PATHS))
    names = st.sampled_from(["csrf", "secret", "user_id", "pin", "days", "lang", "email", "x"])
    fields = data.draw(st.dictionaries(names, TEXT, max_size=4))
    page = guest.post(urljoin(base, path), fields)
    assert page.status in ANSWERS, page.text
    assert PIN not in page.text


@FUZZ
@given(data=st.data())
def test_fuzzed_headers(target: RunningBank, guest: WebCustomer, data: st.DataObject) -> None:
    base = data.draw(st.sampled_from(bases(target)))
    path = data.draw(st.sampled_from(PATHS))
    names = st.sampled_from(
        ["Accept_Language", "Cookie", "Sec_Fetch_Site", "Content_Type", "X_Forwarded_For"]
    )
    headers = data.draw(st.dictionaries(names, HEADER, max_size=3))
    page = guest.get(urljoin(base, path), **headers)
    assert page.status in ANSWERS, page.text


def test_a_huge_form(target: RunningBank, guest: WebCustomer) -> None:
    for base in bases(target):
        page = guest.post(urljoin(base, "/obtain"), {"user_id": "A" * 100_000})
        assert page.status in (403, 413)


def test_many_fields(target: RunningBank, guest: WebCustomer) -> None:
    fields = {f"field{number}": "x" for number in range(2000)}
    assert guest.post(f"{target.addresses.public_url}obtain", fields).status in (403, 413)


def test_a_huge_header_and_a_huge_address(target: RunningBank, guest: WebCustomer) -> None:
    url = target.addresses.public_url
    assert guest.get(url, X="A" * 50_000).status in (413, 431)
    assert guest.get(f"{url}{'a' * 50_000}").status in (413, 414)


def raw(target: RunningBank) -> ssl.SSLSocket:
    port = urlsplit(target.addresses.public_url).port
    context = ssl.create_default_context(cafile=str(target.root_file))
    plain = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS + 10)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_slow_request_ends_and_keeps_nobody_out(target: RunningBank, guest: WebCustomer) -> None:
    """Half a request and then silence."""
    slow = [raw(target) for _ in range(12)]
    try:
        for one in slow:
            one.sendall(b"POST /obtain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nx")
        start = time.monotonic()
        assert guest.get(target.addresses.public_url).status == 200
        assert time.monotonic() - start < TIMEOUT_SECONDS / 2
    finally:
        for one in slow:
            one.close()


@pytest.mark.parametrize("host", [b"[", b"", b"evil.example", b"127.0.0.1:99999999", b"\xff"])
def test_odd_host_names(target: RunningBank, guest: WebCustomer, host: bytes) -> None:
    with raw(target) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        status = peer.recv(4096).split(b" ", 2)[1]
    assert status in (b"200", b"400")
    assert guest.get(target.addresses.public_url).status == 200


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"G" * 30_000],
)
def test_what_is_no_request(target: RunningBank, guest: WebCustomer, request_bytes: bytes) -> None:
    with raw(target) as peer:
        peer.sendall(request_bytes)
        answer = peer.recv(4096)
    assert answer == b"" or answer.split(b" ", 2)[1][:1] in (b"4", b"5")
    assert guest.get(target.addresses.public_url).status == 200


def test_wrong_secrets_are_in_no_log_and_on_no_page(
    target: RunningBank, guest: WebCustomer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    typed = "a-pin-of-another-bank"
    page = guest.submit(guest.get(target.login_url), secret=typed)
    assert page.reason == "wrong"
    stranger = WebCustomer(target, tmp_path)
    form = stranger.get(f"{target.addresses.public_url}obtain")
    answer = stranger.submit(form, user_id=USER_ID, pin=typed)
    stranger.close()
    said = [record.getMessage() for record in caplog.records]
    assert f"wrong pin of {USER_ID}, locked: False" in said
    assert "取得 by somebody: wrong" in said
    for text in (page.text, answer.text, *(record.getMessage() for record in caplog.records)):
        assert typed not in text
        assert PIN not in text
    kept = (path.read_bytes() for path in target.folder.rglob("*") if path.is_file())
    assert not any(typed.encode() in data for data in kept)


def test_after_all_that_the_customer_logs_in(target: RunningBank, guest: WebCustomer) -> None:
    guest.session.cookies.clear()
    page = guest.submit(guest.get(f"{target.login_url}?lang=ja"), secret=PIN)
    assert (page.status, page.title) == (200, "重要なお知らせ")
