"""Marked secrets through the real windows and through links: afterwards they are nowhere.

See test_secrets_audit.py.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certclient.model.keys import KeySpec
from certclient.model.secret import Secret
from support import memory
from support.command_line import PC_USER, USB_USER, CliComputer
from support.secrets_audit import (
    PROXY_PASSWORD,
    PROXY_USER,
    Audited,
    behind_a_proxy,
    diagnosed,
    exit_code,
    link,
    login_of,
    started,
    ticket_of,
)
from support.windows_customer import WindowsCustomer, opened

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may look into a program that hides its memory"
)

PIN, WRONG_PIN = "71839264", "60935172"
FORGED = "tk-ForgedByWhoeverWroteThePage"
WRONG_PASSWORD = "tsukue-7391"
CLOSE = "このウィンドウを閉じる"
NEW_USER = "TKYM1408077"


@contextmanager
def second_start(pc: CliComputer, link: str) -> Iterator[Audited]:
    """Hands `link` to the windows that are open, and waits."""
    arguments = ["--profile", str(pc.bank.profile_path), link]
    output = pc.home.parent / "second-output"
    with (
        output.open("w") as written,
        started(pc, arguments, stdin=subprocess.DEVNULL, output=written.fileno()) as (process, end),
    ):
        yield Audited(process, exit_code(end), {"the output": output.read_text()})


@pytest.fixture
def pc(started_pc: CliComputer) -> CliComputer:
    """Certificates on the PC and on a token are due, and there is a letter for a third person."""
    pc = started_pc
    pc.add_certificate(PC_USER, pc.nss.store())
    token = pc.hsm.new_token("専用USB", pin=PIN)
    pc.bank.add_customer(USB_USER)
    with token.store().open(lambda _request: Secret(PIN)) as session:
        key = session.create_key(KeySpec(), "old")
        certificate = pc.bank.issue_certificate(USB_USER, session.signer(key).spki, 20)
        session.install_intermediates([pc.bank.intermediate])
        session.install(key, certificate, "old")
    pc.bank.add_customer(NEW_USER)
    return pc


def test_windows_and_links(pc: CliComputer, tmp_path: Path) -> None:
    """One program, so that its memory has all of them: started by a link, behind a proxy."""
    code = pc.bank.issue_code(NEW_USER).reveal()
    ticket = ticket_of(pc, USB_USER)
    with behind_a_proxy(pc, tmp_path), opened(pc, link(USB_USER, ticket)) as customer:
        customer.presses("今すぐ更新する")
        for password in (WRONG_PASSWORD, PROXY_PASSWORD):
            customer.in_window("ProxyLoginDialog")
            customer.types(PROXY_USER)
            customer.types(password, 1)
            customer.presses("次へ")
        renew_on_token(customer)
        with second_start(pc, link(PC_USER, FORGED)) as second:
            assert second.code == 0
            second.assert_shown_nowhere({"ticket": FORGED})
        renew_on_pc(customer)
        obtain_after_a_crash(customer, code)
        program = customer.audited(pc)
        program.texts["the diagnosis"] = diagnosed(pc)
        assert NEW_USER in program.texts["the screen"], "what was typed would be found"
        assert memory.search(program.process.pid, {"user ID": NEW_USER})
        pins = {"PIN": PIN, "wrong PIN": WRONG_PIN, "issue code": code}
        program.assert_nowhere({**pins, "wrong password": WRONG_PASSWORD, "ticket": ticket})
        program.assert_nowhere({"ticket": FORGED, **login_of(PROXY_PASSWORD)})
        backwards = {name: secret[::-1] for name, secret in pins.items()}
        program.assert_shown_nowhere(backwards)


def renew_on_token(customer: WindowsCustomer) -> None:
    customer.at_page("START")
    customer.presses("更新する")
    customer.types(WRONG_PIN)
    customer.presses("次へ")
    customer.reads("違います")
    customer.types(PIN)
    customer.presses("次へ")
    customer.at_page("DONE")
    customer.presses(CLOSE)


def renew_on_pc(customer: WindowsCustomer) -> None:
    customer.at_page("NOTICE")
    customer.presses("今すぐ更新する")
    customer.at_page("START")
    customer.presses("更新する")
    customer.at_page("DONE")
    customer.presses(CLOSE)


def obtain_after_a_crash(customer: WindowsCustomer, code: str) -> None:
    customer.in_window("MainWindow")
    customer.presses("電子証明書取得")
    customer.at_page("LETTER")
    customer.types(NEW_USER)
    customer.types(code, 1)
    customer.sees_a_crash_with_field(1)
    customer.presses("次へ")
    customer.presses("取得する")
    customer.at_page("DONE")
    customer.presses(CLOSE)
    customer.in_window("MainWindow")
