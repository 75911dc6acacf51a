"""A bank that issues what it must not: certclient refuses each by its code and tells the bank."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import pytest

from certclient.ca.client import CertificateCredential, Issued
from certclient.ca.factory import ca_client_for
from certclient.cmp.bodies import CertificateConfirm
from certclient.cmp.messages import Message
from certclient.configuration.profiles import load_profile
from certclient.enrollment.acceptance import check_issued
from certclient.model.errors import CertclientError
from certclient.model.profile import EST
from certclient.qualification.line import RecordingLine
from certclient.qualification.session import Requested
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID, RunningBank
from support.command_line import PC_USER, CliComputer
from support.odd_bank import issue_as
from support.odd_issuing import ODDITIES
from support.pki import rsa_signer

USER_ACTION, REFUSED = 2, 6
OLD_KEY, NEW_KEY = rsa_signer(1), rsa_signer(2)


def test_the_bank_is_told_what_is_wrong(bank: RunningBank, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.add_customer()
    profile = load_profile(bank.profile_path)
    lines: list[RecordingLine] = []

    def recorded(transport: object) -> RecordingLine:
        lines.append(RecordingLine(transport, time.monotonic))  # type: ignore[arg-type] # as given
        return lines[-1]

    now = datetime.now(UTC)
    client = ca_client_for(profile, lambda: datetime.now(UTC), os.urandom, line=recorded)
    old = bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)
    credential = CertificateCredential(old, OLD_KEY)
    for case, odd in ODDITIES.items():
        issue_as(bank.bank.ca, odd, monkeypatch)
        answer = client.send(client.prepare_renew(credential, NEW_KEY), credential)
        assert isinstance(answer, Issued), case
        requested = Requested(USER_ID, NEW_KEY.spki, old)
        with pytest.raises(CertclientError) as refused:
            check_issued(requested, answer.certificate, answer.chain, profile, now)
        assert refused.value.code is odd.code, case
        lines[0].taken()
        client.confirm(answer, credential, refused.value.code)
        (exchange,) = lines[0].taken()
        body = Message.decode(exchange.sent).body
        assert isinstance(body, CertificateConfirm)
        told = body.statuses[0].status
        assert told is not None
        assert told.text == (odd.code.code,), case
        assert told.failures == {odd.failure}, case
        assert bank.state_of(answer.certificate.serial_hex) is CertificateState.REVOKED, case
        assert bank.state_of(old.serial_hex) is CertificateState.CONFIRMED, case


def test_the_customer_keeps_the_old_one_and_learns_whom_to_call(
    pc: CliComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pc.add_certificate(PC_USER, pc.nss.store())
    odd = ODDITIES["another organization"]
    issue_as(pc.bank.bank.ca, odd, monkeypatch)
    done = pc.run("renew", "--yes")
    assert done.code == REFUSED, done.err
    assert f"[{odd.code.code}]" in done.err
    assert "お客さまの操作の誤りではありません" in done.err
    assert "受け取らなかったことは金融機関に伝わっています" in done.err
    assert "違っている項目：O" in done.err
    assert "お問い合わせ先：" in done.err
    (left,) = pc.list()
    assert (left["serial"], left["archived"]) == (old.serial_hex, False)
    assert pc.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    assert len(pc.nss.store().unused_keys()) == 0, "the refused certificates' keys are deleted"


def test_a_profile_may_take_what_is_refused_by_default(
    pc: CliComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 5280, 4.2.1.12; such a certificate is listed and renewed like any other."""
    pc.add_certificate(PC_USER, pc.nss.store())
    text = pc.bank.profile_path.read_text(encoding="utf-8")
    lenient = text.replace("[ca]\n", "[ca]\nrequire_extended_key_usage = false\n")
    assert lenient != text
    pc.bank.profile_path.write_text(lenient, encoding="utf-8")
    issue_as(pc.bank.bank.ca, ODDITIES["no purpose"], monkeypatch)
    done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    (usable,) = (one for one in pc.list() if not one["archived"])
    assert usable["has_key"]
    assert pc.bank.state_of(usable["serial"]) is CertificateState.CONFIRMED


def test_over_est_the_customer_is_asked_to_tell_the_bank(
    pc: CliComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 7030 has no message with which a client refuses or revokes a certificate."""
    pc.bank.write_profile(ProfileOptions(protocol=EST))
    old = pc.add_certificate(PC_USER, pc.nss.store())
    odd = ODDITIES["cmcRA"]
    issue_as(pc.bank.bank.ca, odd, monkeypatch)
    done = pc.run("renew", "--yes")
    assert done.code == REFUSED, done.err
    assert f"[{odd.code.code}]" in done.err
    assert "電子証明書にある権限：cmcRA" in done.err
    assert "届いた電子証明書を失効させるよう、金融機関にご依頼ください" in done.err
    assert "お問い合わせ先：" in done.err
    (left,) = pc.list()
    assert (left["serial"], left["archived"]) == (old.serial_hex, False)
    asked = pc.run("revoke", old.serial_hex, "--yes", "--last-one")
    assert asked.code == USER_ACTION, asked.err
    assert "[CC-REVOKE-AT-BANK]" in asked.err
    assert f"シリアル番号：{old.serial_hex}" in asked.err
