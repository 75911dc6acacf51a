"""The bank is killed instead of the customer's program, which goes on and finds nobody there."""

from __future__ import annotations

import signal
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.cli.exit_codes import DONE
from certclient_practice.admin.profile_writer import ProfileOptions, profile_toml
from certclient_practice.bank.bank import Bank
from support.bank import SOFTHSM_MODULE, BankProcess
from support.forks import ForkServer
from support.keyed_stores import KeyedStores
from support.softhsm import SoftHsm
from support.torture.computer import STORES, Computers
from support.torture.known_changes import after, moments
from support.torture.selection import generator, sample

_BELOW_THE_SYSTEMS = (20000, 32000)
SENT = after("send")
"""From here on, the request has been sent."""
CONFIRMED = after("confirm")
"""From here on, the bank has the confirmation; only the test of the login is left to ask it."""


@dataclass
class MortalBank:
    """The practice bank as a process of its own, and its books."""

    program: BankProcess
    ports: tuple[int, int]
    books: Bank
    profile_path: Path

    def starts_again(self) -> None:
        """After a customer's program has killed it."""
        assert self.program.exit_code() == -signal.SIGKILL
        self.program.start(port=self.ports[0], login_port=self.ports[1])


def lasting_ports(folder: Path) -> Iterator[int]:
    """Free ports that no connection of another program takes while the bank is away: below the
    system's own range, from which port 0 is taken. `folder`: of this run; another run beside it
    begins with other ports."""
    chosen = generator("ports", folder)
    while True:
        number = chosen.randrange(*_BELOW_THE_SYSTEMS)
        with suppress(OSError):
            socket.create_server(("127.0.0.1", number)).close()
            yield number


@pytest.fixture(scope="module")
def mortal_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MortalBank]:
    folder = tmp_path_factory.mktemp("bank")
    waiting = ("--wait-polls", "1", "--check-after", "0", "--operator-port", "0")
    program = BankProcess(folder / "data", *waiting)
    free = lasting_ports(folder)
    ports = next(free), next(free)
    addresses = program.start(port=ports[0], login_port=ports[1])
    books = program.repositories()
    profile_path = folder / "practice.toml"
    options = ProfileOptions(pkcs11_modules=(SOFTHSM_MODULE,))
    profile_path.write_text(profile_toml(books, addresses, options), encoding="utf-8")
    try:
        yield MortalBank(program, ports, books, profile_path)
    finally:
        books.close()
        program.kill()


@pytest.mark.reliability("kills", "the bank during a renewal, {place}")
@pytest.mark.parametrize(
    ("place", "moment"), sample("bank", [(p, m) for p in STORES for m in moments("renew")], 2)
)
def test_a_renewal_survives_its_bank(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    softhsm: SoftHsm,
    keyed_stores: KeyedStores,
    mortal_bank: MortalBank,
    forks: ForkServer,
    place: str,
    moment: int,
) -> None:
    user_id = f"TKYM{zlib.crc32(request.node.nodeid.encode()) % 10**7:07d}"
    bank = (mortal_bank.books, mortal_bank.profile_path)
    computers = Computers(tmp_path, softhsm, keyed_stores, *bank, forks, user_id)
    computer, old = computers.with_certificate(place)
    computer.breaks(f"kill:{mortal_bank.program.pid}@{moment}", "renew")
    assert computer.usable(), "a certificate to log in with exists at all times"
    mortal_bank.starts_again()
    computer.resume()
    if moment < SENT and computer.usable() == [old]:
        computer.assert_as_before(old)
        assert computer.certclient("renew", user_id, "--yes").code == DONE
    computer.assert_one_certificate_logs_in(old, login_untested=moment == CONFIRMED)
