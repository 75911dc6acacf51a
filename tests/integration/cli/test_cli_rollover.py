"""The CA's next years, step by step as in docs/bank/rollover.md, against the practice bank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from certclient_practice.bank.ca import new_authority, new_cmp_signer
from certclient_practice.repositories.records import CertificateState
from support.command_line import PC_USER, CliComputer, CompletedProgram
from support.rollover import Generation, distribute, now

WAITING, NOTHING_TO_DO, REFUSED = 4, 3, 6


@pytest.fixture
def old(pc: CliComputer) -> Generation:
    """The CAs that the installed profile knows: it names the issuing CA and has the root."""
    generation = Generation.first(pc.bank)
    distribute(pc.bank.profile_path, issuers="Practice Issuing CA 2024")
    pc.add_certificate(PC_USER, pc.nss.store())
    return generation


@pytest.fixture
def new(old: Generation) -> Generation:
    """A new root with a new issuing CA."""
    root = new_authority("Practice Root 2027", None, now())
    return Generation.below(root, "Practice Issuing CA 2027")


def renewed(pc: CliComputer) -> dict[str, Any]:
    """Renews, and checks that the new certificate is the one that counts here and at the bank."""
    done = pc.run("renew", "--yes", "--json")
    assert done.code == 0, done.out
    serial = done.json["results"][0]["certificate"]["serial"]
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED
    (row,) = [one for one in pc.list() if one["serial"] == serial]
    assert (row["condition"], row["obstacle"]) == ("valid", None)
    return row


def refused(pc: CliComputer) -> CompletedProgram:
    """A renewal that is refused, after which the old certificate is the only one, unchanged."""
    before = [(row["serial"], row["bank_status"]) for row in pc.list()]
    done = pc.run("renew", "--yes")
    assert done.code == REFUSED, done.err
    assert [(row["serial"], row["bank_status"]) for row in pc.list()] == before
    return done


def test_new_issuing_ca_below_the_same_root(pc: CliComputer, old: Generation) -> None:
    new = Generation.below(old.root, "Practice Issuing CA 2027")
    pc.bank.serve_again(new.ca([old]))
    row = renewed(pc)
    assert ["Common Name", "Practice Issuing CA 2027"] in row["issuer"]
    again = pc.run("renew", row["serial"], "--yes")
    assert (again.code, "CC-CERT-NOT-YET" in again.err) == (NOTHING_TO_DO, True)


def test_new_issuing_ca_while_a_request_waits(pc: CliComputer, old: Generation) -> None:
    pc.bank.set_policy(wait_polls=1, check_after=0)
    assert pc.run("renew", "--yes", "--wait", "0").code == WAITING
    pc.bank.serve_again(Generation.below(old.root, "Practice Issuing CA 2027").ca([old]))
    done = pc.run("resume", "--json")
    assert done.code == 0, done.out
    assert ["Common Name", "Practice Issuing CA 2027"] in done.json["results"][0]["certificate"][
        "issuer"
    ]


def test_new_cmp_signer(pc: CliComputer, old: Generation) -> None:
    signer = new_cmp_signer(old.issuing, now())
    pc.bank.serve_again(replace(old, signer=signer).ca())
    renewed(pc)


def test_new_root_with_new_with_old_and_the_old_profile(
    pc: CliComputer, old: Generation, new: Generation
) -> None:
    pc.bank.serve_again(new.ca([old], [new.certified_by(old)]))
    renewed(pc)


def test_new_root_without_a_cross_certificate_and_the_old_profile(
    pc: CliComputer, old: Generation, new: Generation
) -> None:
    """Its own TLS certificate stays below the old root: only CMP is about the new one."""
    distribute(pc.bank.profile_path, tls=[old, new])
    pc.bank.serve_again(new.ca([old]))
    assert "CC-CA-PROTECTION" in refused(pc).err
    distribute(pc.bank.profile_path, ca=[old, new])
    done = pc.run("resume")
    assert done.code == 0, done.err


@pytest.mark.parametrize("at_the_bank", ["old", "new"])
def test_profile_with_both_roots(
    pc: CliComputer, old: Generation, new: Generation, at_the_bank: str
) -> None:
    distribute(pc.bank.profile_path, ca=[old, new], tls=[old, new])
    if at_the_bank == "new":
        pc.bank.serve_again(new.ca([old]))
    renewed(pc)


def test_profile_with_the_new_root_alone_and_old_with_new(
    pc: CliComputer, old: Generation, new: Generation
) -> None:
    """The bank still answers below the old root, and sends OldWithNew along."""
    distribute(pc.bank.profile_path, ca=[new], tls=[new])
    pc.bank.serve_again(old.ca([], [old.certified_by(new)]))
    renewed(pc)


def test_profile_update_while_a_request_waits(
    pc: CliComputer, old: Generation, new: Generation
) -> None:
    """The program is updated meanwhile: root, TLS root and address are all new."""
    pc.bank.set_policy(wait_polls=1, check_after=0)
    assert pc.run("renew", "--yes", "--wait", "0").code == WAITING
    pc.bank.serve_again(new.ca([old]), same_address=False)
    distribute(pc.bank.profile_path, ca=[new], tls=[new], url=pc.bank.cmp_url)
    done = pc.run("resume", "--json")
    assert done.code == 0, done.out
    serial = done.json["results"][0]["certificate"]["serial"]
    assert pc.bank.state_of(serial) is CertificateState.CONFIRMED


def test_new_tls_certificate_and_new_tls_root(
    pc: CliComputer, old: Generation, new: Generation
) -> None:
    pc.bank.serve_again()
    assert pc.run("renew", "--yes", "--wait", "0").code == 0, "each start has a new certificate"
    pc.add_certificate("TKYM1408099", pc.nss.store())
    pc.bank.serve_again(new.ca([old]))
    stopped = refused(pc)
    assert "CC-NET-TLS" in stopped.err
    assert pc.run("status", "--json").json["procedures"] == []
    distribute(pc.bank.profile_path, ca=[old, new], tls=[old, new])
    renewed(pc)


def test_new_address(pc: CliComputer, old: Generation) -> None:
    pc.bank.serve_again(same_address=False)
    lost = pc.run("renew", "--yes", "--wait", "0")
    assert "CC-NET-UNREACHABLE" in lost.err
    distribute(pc.bank.profile_path, url=pc.bank.cmp_url)
    renewed(pc)


def test_expired_root_in_the_profile(pc: CliComputer, old: Generation) -> None:
    pc.clock = "2049-06-01 12:00:00"
    listed = pc.run("list")
    assert listed.code == 2
    assert "CC-PROFILE-ANCHOR-EXPIRED" in listed.err
    assert "Practice Root 2024" in listed.err
    assert "CC-CLOCK" in pc.run("renew", "--all", "--yes").err
