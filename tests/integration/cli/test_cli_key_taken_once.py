"""The program at a CA that takes a key only once, repeats no answer, and whose first was lost."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest

from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.repositories.records import CertificateState
from certclient_practice.repositories.register import Register
from certclient_practice.repositories.transactions import Transactions
from support.command_line import PIN, USB_USER, CliComputer


@pytest.fixture
def first_answer_lost(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bank, made so; returns the answers that it has sent."""
    answer, store = CmpResponder.handle, Transactions.store_response
    sent: list[bytes] = []

    def handle(responder: CmpResponder, request: bytes) -> bytes:
        sent.append(answer(responder, request))
        return b"" if len(sent) == 1 else sent[-1]

    def was_used(register: Any, spki: bytes, _user_id: str) -> bool:
        return any(one.certificate.spki == spki for one in register.all())

    def store_once(*arguments: Any) -> None:
        with contextlib.suppress(sqlite3.IntegrityError):  # the same request again
            store(*arguments)

    monkeypatch.setattr(CmpResponder, "handle", handle)
    monkeypatch.setattr(Transactions, "store_response", store_once)
    monkeypatch.setattr(Register, "key_was_used", was_used)
    monkeypatch.setattr(Transactions, "stored_response", lambda *_arguments: None)
    return sent


def test_renewal_goes_on_with_another_key_by_itself(
    pc: CliComputer, first_answer_lost: list[bytes]
) -> None:
    old = pc.add_certificate(USB_USER, pc.plug_in_token().store())
    done = pc.run("renew", "--yes", "--json", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    (result,) = done.json["results"]
    new = result["certificate"]["serial"]
    assert pc.bank.state_of(new) is CertificateState.CONFIRMED
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED
    issued = [one for one in pc.bank.bank.certificates() if one.certificate != old]
    assert [one.state for one in issued] == [CertificateState.REVOKED, CertificateState.CONFIRMED]
    assert issued[0].certificate.spki != issued[1].certificate.spki
    assert len(first_answer_lost) == 5, "lost, in use, key used, issued, confirmed"
    assert pc.run("status", "--json").json["leftover_keys"] == []
