"""Pages answer malformed, huge, slow and fuzzed requests properly and disclose no secret."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from select import select
from typing import IO
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certclient_practice.bank.bank import Bank
from certclient_practice.web.https import IDLE_SECONDS, THREADS
from certclient_practice.web.server import PracticeServer, ServerSettings
from support.bank import USER_ID, RunningBank, running_bank
from support.pki import rsa_signer
from support.web_customer import WebCustomer

KEY = rsa_signer(1)
PIN = "4711-is-the-pin"
LONGEST = 120.0
"""Seconds: a guard against hanging."""
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
def customer(
    target: RunningBank, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebCustomer]:
    certificate = target.issue_certificate(USER_ID, KEY.spki, 20)
    made = WebCustomer(target, tmp_path_factory.mktemp("guest"), certificate, KEY)
    yield made
    made.close()


def bases(target: RunningBank) -> tuple[str, ...]:
    found = target.addresses
    return found.public_url, found.login_url, found.operator_url


@FUZZ
@given(data=st.data())
def test_fuzzed_forms(target: RunningBank, customer: WebCustomer, data: st.DataObject) -> None:
    base = data.draw(st.sampled_from(bases(target)))
    path = data.draw(st.sampled_from(PATHS))
    names = st.sampled_from(["csrf", "secret", "user_id", "pin", "days", "lang", "email", "x"])
    fields = data.draw(st.dictionaries(names, TEXT, max_size=4))
    page = customer.post(urljoin(base, path), fields)
    assert page.status in ANSWERS, page.text
    assert PIN not in page.text


@FUZZ
@given(data=st.data())
def test_fuzzed_headers(target: RunningBank, customer: WebCustomer, data: st.DataObject) -> None:
    base = data.draw(st.sampled_from(bases(target)))
    path = data.draw(st.sampled_from(PATHS))
    names = st.sampled_from(
        ["Accept_Language", "Cookie", "Sec_Fetch_Site", "Content_Type", "X_Forwarded_For"]
    )
    headers = data.draw(st.dictionaries(names, HEADER, max_size=3))
    page = customer.get(urljoin(base, path), **headers)
    assert page.status in ANSWERS, page.text


def test_huge_form(target: RunningBank, customer: WebCustomer) -> None:
    for base in bases(target):
        page = customer.post(urljoin(base, "/obtain"), {"user_id": "A" * 100_000})
        assert page.status in (403, 413)


def test_form_with_many_fields(target: RunningBank, customer: WebCustomer) -> None:
    fields = {f"field{number}": "x" for number in range(2000)}
    assert customer.post(f"{target.addresses.public_url}obtain", fields).status in (403, 413)


def test_huge_header_and_huge_url(target: RunningBank, customer: WebCustomer) -> None:
    url = target.addresses.public_url
    assert customer.get(url, X="A" * 50_000).status in (413, 431)
    assert customer.get(f"{url}{'a' * 50_000}").status in (413, 414)


def raw(target: RunningBank) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(target.root_file))
    return context.wrap_socket(plain(target), server_hostname="127.0.0.1")


def plain(target: RunningBank) -> socket.socket:
    port = urlsplit(target.addresses.public_url).port
    return socket.create_connection(("127.0.0.1", port), timeout=LONGEST)


def test_client_that_leaves_without_a_request_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running_bank(tmp_path / "bank") as running:
        for _ in range(20):
            with raw(running) as gone:
                select([gone], [], [])  # session tickets, which stay unread: the end is a reset
            with raw(running) as later:
                later.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert later.recv(4096).split(b" ", 2)[1] == b"200"
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_more_slow_clients_than_threads_keep_nobody_out(
    target: RunningBank, customer: WebCustomer
) -> None:
    """Silent clients, half handshakes, half requests: all go on after others were served."""
    body = b"user_id=X"
    head = f"POST /obtain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    with ExitStack() as opened:
        silent = [opened.enter_context(plain(target)) for _ in range(THREADS)]
        for _ in range(THREADS):
            half = opened.enter_context(plain(target))
            half.sendall(bytes.fromhex("1603010200010001fc0303"))
        slow = [opened.enter_context(raw(target)) for _ in range(THREADS + 1)]
        for one in slow:
            one.sendall(head.encode() + body[:1])
        for _ in range(3):
            assert customer.get(target.addresses.public_url).status == 200
        for one in slow:
            one.sendall(body[1:])
            assert one.recv(4096).split(b" ", 2)[1] == b"403"
        context = ssl.create_default_context(cafile=str(target.root_file))
        with context.wrap_socket(silent[0], server_hostname="127.0.0.1") as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert peer.recv(4096).split(b" ", 2)[1] == b"200"


def test_silent_clients_are_ended_where_there_are_too_many(tmp_path: Path) -> None:
    bank = Bank(tmp_path / "bank")
    with PracticeServer(bank, ServerSettings(idle_connections=5)) as server, ExitStack() as opened:
        address = ("127.0.0.1", urlsplit(server.addresses.public_url).port)
        silent = [
            opened.enter_context(socket.create_connection(address, timeout=IDLE_SECONDS / 2))
            for _ in range(10)
        ]
        assert silent[0].recv(1) == b""
    bank.close()


def test_connection_serves_one_request_after_another(target: RunningBank) -> None:
    """Also two that are sent at once; it ends after one whose body no page has read."""
    page = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    form = b"POST /obtain HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with raw(target) as peer, peer.makefile("rb") as answers:
        for number in (1, 2, 1):
            peer.sendall(page * number)
            for _ in range(number):
                assert answer(answers) == (200, None)
        peer.sendall(form + b"5\r\nGET /\r\n0\r\n\r\n" + page)
        assert answer(answers) == (403, "close")
        assert answers.read() == b""


def answer(answers: IO[bytes]) -> tuple[int, str | None]:
    """Reads one response; returns its status and its Connection header."""
    status = int(answers.readline().split()[1])
    headers = http.client.parse_headers(answers)
    answers.read(int(headers["Content-Length"]))
    return status, headers["Connection"]


@pytest.mark.parametrize("host", [b"[", b"", b"evil.example", b"127.0.0.1:99999999", b"\xff"])
def test_malformed_host_names(target: RunningBank, customer: WebCustomer, host: bytes) -> None:
    with raw(target) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        status = peer.recv(4096).split(b" ", 2)[1]
    assert status in (b"200", b"400")
    assert customer.get(target.addresses.public_url).status == 200


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"G" * 30_000],
)
def test_malformed_requests(
    target: RunningBank, customer: WebCustomer, request_bytes: bytes
) -> None:
    with raw(target) as peer:
        peer.sendall(request_bytes)
        answer = peer.recv(4096)
    assert answer == b"" or answer.split(b" ", 2)[1][:1] in (b"4", b"5")
    assert customer.get(target.addresses.public_url).status == 200


def test_wrong_secrets_appear_in_no_log_or_page(
    target: RunningBank, customer: WebCustomer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    typed = "a-pin-of-another-bank"
    page = customer.submit(customer.get(target.login_url), secret=typed)
    assert page.reason == "wrong"
    anonymous = WebCustomer(target, tmp_path)
    form = anonymous.get(f"{target.addresses.public_url}obtain")
    answer = anonymous.submit(form, user_id=USER_ID, pin=typed)
    anonymous.close()
    logged = [record.getMessage() for record in caplog.records]
    assert f"wrong pin of {USER_ID}, locked: False" in logged
    assert "取得 by somebody: wrong" in logged
    for text in (page.text, answer.text, *(record.getMessage() for record in caplog.records)):
        assert typed not in text
        assert PIN not in text
    stored = (path.read_bytes() for path in target.folder.rglob("*") if path.is_file())
    assert not any(typed.encode() in data for data in stored)


def test_customer_can_still_log_in_afterwards(target: RunningBank, customer: WebCustomer) -> None:
    customer.session.cookies.clear()
    page = customer.submit(customer.get(f"{target.login_url}?lang=ja"), secret=PIN)
    assert (page.status, page.title) == (200, "重要なお知らせ")
