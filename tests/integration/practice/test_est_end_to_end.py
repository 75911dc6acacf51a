"""The command line over EST against the practice bank, with real stores: NSS and SoftHSM."""

from __future__ import annotations

import pytest

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.profile import EST
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import SOFTHSM_MODULE
from support.command_line import PC_USER, PIN, USB_USER, CliComputer
from support.customer import nss_private_keys

WAITING = 4
"""The exit code of a command that is to be resumed."""


@pytest.fixture
def est_pc(pc: CliComputer) -> CliComputer:
    """A computer whose profile names EST."""
    pc.bank.write_profile(ProfileOptions(pkcs11_modules=(SOFTHSM_MODULE,), protocol=EST))
    return pc


def check_renewed(pc: CliComputer, old: Certificate) -> None:
    """The bank has issued one certificate, which is the only one in sight; the old is archived.

    The login test was the new one's first use, which replaces the old one at the bank.
    """
    assert len(pc.bank.bank.certificates()) == 2
    listed = {one["serial"]: one["archived"] for one in pc.list()}
    (new,) = listed.keys() - {old.serial_hex}
    assert listed == {new: False, old.serial_hex: True}
    assert pc.bank.state_of(new) is CertificateState.CONFIRMED
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED


def test_obtain_with_a_slow_bank(est_pc: CliComputer) -> None:
    est_pc.bank.set_policy(wait_polls=2, check_after=1)
    est_pc.bank.add_customer(PC_USER)
    code = est_pc.bank.issue_code(PC_USER).reveal()
    done = est_pc.run("obtain", PC_USER, "--to", "pc", "--yes", "--code-stdin", stdin=f"{code}\n")
    assert done.code == 0, done.err
    (certificate,) = est_pc.list()
    assert certificate["has_key"]
    assert est_pc.bank.state_of(certificate["serial"]) is CertificateState.CONFIRMED
    assert len(est_pc.bank.bank.certificates()) == 1
    assert code not in done.out + done.err + est_pc.everything_written()


def test_renewal_on_the_pc_waits_and_is_resumed(est_pc: CliComputer) -> None:
    est_pc.bank.set_policy(wait_polls=1, check_after=1)
    old = est_pc.add_certificate(PC_USER, est_pc.nss.store())
    waiting = est_pc.run("renew", "--yes", "--wait", "0")
    assert waiting.code == WAITING, waiting.err
    assert len(est_pc.bank.bank.certificates()) == 1
    done = est_pc.run("resume")
    assert done.code == 0, done.err
    check_renewed(est_pc, old)


def test_renewal_on_the_token(est_pc: CliComputer) -> None:
    old = est_pc.add_certificate(USB_USER, est_pc.plug_in_token().store())
    done = est_pc.run("renew", "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    check_renewed(est_pc, old)
    assert PIN not in done.out + done.err + est_pc.everything_written()


def test_the_bank_says_why_it_refuses(est_pc: CliComputer) -> None:
    old = est_pc.add_certificate(PC_USER, est_pc.nss.store())
    est_pc.bank.revoke(old.serial_hex)
    done = est_pc.run("renew", "--yes")
    assert "失効しています。" in done.err, done.err
    assert len(est_pc.bank.bank.certificates()) == 1


def test_what_the_ca_requires_in_vain_is_named_and_leaves_nothing(est_pc: CliComputer) -> None:
    challenge_password = "1.2.840.113549.1.9.7"
    wanted = ber.encoded(ber.SEQUENCE, ber.encoded_oid(challenge_password))
    est_pc.bank.set_policy(csr_attributes=wanted)
    old = est_pc.add_certificate(PC_USER, est_pc.nss.store())
    done = est_pc.run("renew", "--yes")
    assert "CC-CA-REQUIREMENT" in done.err, done.err
    assert f"challengePassword ({challenge_password})" in done.err
    assert [one["serial"] for one in est_pc.list()] == [old.serial_hex]
    assert nss_private_keys(est_pc.nss) == 1
    assert len(est_pc.bank.bank.certificates()) == 1
