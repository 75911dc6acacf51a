"""What list and remind say after the bank has revoked a certificate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certclient_practice.admin.profile_writer import ProfileOptions
from support.command_line import PC_USER, CliComputer


@pytest.fixture
def publishing(pc: CliComputer) -> CliComputer:
    pc.bank.write_profile(ProfileOptions(revocation=True))
    return pc


def row(pc: CliComputer) -> dict[str, Any]:
    (found,) = pc.list()
    return found


def forget_the_last_look(pc: CliComputer) -> None:
    """As if the daily pause were over."""
    (file,) = pc.home.rglob("revocation.json")
    file.unlink()


def test_a_revocation_shows_in_list_and_reminder(publishing: CliComputer) -> None:
    pc = publishing
    certificate = pc.add_certificate(PC_USER, pc.nss.store(), 200)
    assert pc.run("remind").out == ""
    assert row(pc)["bank_status"] == "presumed-accepted"
    pc.bank.revoke(certificate.serial_hex)
    assert pc.run("remind").out == "", "asked about once a day at most"
    assert row(pc)["bank_status"] == "presumed-accepted", "list asks nobody"

    forget_the_last_look(pc)
    reminded = pc.run("remind")
    assert reminded.code == 0, reminded.err
    assert f"{PC_USER} 1403 の電子証明書は、金融機関により失効しています。" in reminded.out
    assert "certclient obtain" in reminded.out
    found = row(pc)
    assert (found["bank_status"], found["condition"]) == ("not-accepted", "not-accepted")
    assert found["rejection"]["code"] == "CC-CERT-REVOKED"
    assert found["rejection"]["message"].startswith("ocsp privilegeWithdrawn ")
    assert "金融機関により失効しています [CC-CERT-REVOKED]" in pc.run("list").out
    assert pc.run("renew", "--all", "--yes").code == 3, "nothing is due"


def test_a_bank_that_does_not_answer_changes_nothing(publishing: CliComputer) -> None:
    pc = publishing
    pc.add_certificate(PC_USER, pc.nss.store(), 200)
    pc.bank.stop()
    silent = pc.run("remind", "--json")
    assert silent.code == 0, silent.err
    assert silent.json["certificates"] == []
    assert row(pc)["bank_status"] == "presumed-accepted"
    (file,) = pc.home.rglob("revocation.json")
    (check,) = json.loads(file.read_text()).values()
    assert check["state"] == "unknown"


def test_a_profile_without_addresses_asks_nobody(pc: CliComputer) -> None:
    certificate = pc.add_certificate(PC_USER, pc.nss.store(), 200)
    pc.bank.revoke(certificate.serial_hex)
    assert pc.run("remind").out == ""
    assert list(pc.home.rglob("revocation.json")) == []
    assert row(pc)["bank_status"] == "presumed-accepted"
