"""`kill -9` while the old computer gives up its certificate, then the same command again."""

from __future__ import annotations

import signal

import pytest

from certclient.model.certificate import Certificate
from certclient.model.moving import confirmation_number
from certclient_practice.bank.names import PROFILE_ID
from certclient_practice.repositories.records import CertificateState, Reason
from support.command_line import PC_USER, CliComputer
from support.customer import nss_private_keys
from support.pki import rsa_key, spki_of

REFUSED = 6


def kill(pc: CliComputer, point: str, number: str) -> None:
    assert pc.forks is not None
    command = ("support.crash_process", str(pc.bank.profile_path), point, "move", number, "pc")
    done = pc.forks.run(*command, environment=pc.environment)
    assert done.code == -signal.SIGKILL, f"not killed at {point}: {done.err}"


@pytest.fixture
def old(pc: CliComputer) -> Certificate:
    """The old computer's certificate, from which a move has begun."""
    certificate = pc.add_certificate(PC_USER, pc.nss.store())
    assert pc.run("move", "start").code == 0
    return certificate


def new_number(pc: CliComputer) -> str:
    """The number of a new computer, at a bank that ends no old certificate by itself."""
    spki = spki_of(rsa_key(7))
    new = pc.bank.issue_certificate(PC_USER, spki, 365, confirmed=False)
    return confirmation_number(new, PROFILE_ID, PC_USER)


@pytest.mark.reliability("kills", "a move to a new computer, NSS")
@pytest.mark.parametrize(
    "point", ["before:revoke", "after:revoke", "after:archive", "after:delete"]
)
def test_goes_on_where_it_was_killed(pc: CliComputer, old: Certificate, point: str) -> None:
    kill(pc, point, new_number(pc))
    done = pc.run("move", "finish", "--yes", "--json")
    assert done.code == 0, done.err
    assert (done.json["move"]["step"], done.json["move"]["ended"]) == ("done", "own-request")
    assert (pc.list(), nss_private_keys(pc.nss)) == ([], 0)
    record = next(one for one in pc.bank.bank.certificates() if one.certificate == old)
    assert (record.state, record.reason) == (CertificateState.REVOKED, Reason.BY_CUSTOMER)


@pytest.mark.reliability("kills", "a move to a new computer, NSS")
@pytest.mark.parametrize("point", ["before:revoke", "after:revoke"])
def test_called_off_only_if_the_bank_still_accepts_it(
    pc: CliComputer, old: Certificate, point: str
) -> None:
    """Nobody knows after the crash whether the request was sent, so the bank is asked."""
    kill(pc, point, new_number(pc))
    undone = pc.run("move", "undo")
    accepted = point == "before:revoke"
    assert (undone.code, "[CC-MOVE-OVER]" in undone.err) == (
        (0, False) if accepted else (REFUSED, True)
    )
    assert (pc.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED) is accepted
    assert nss_private_keys(pc.nss) == 1
