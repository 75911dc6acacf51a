"""One renewal by command line beside OpenSSL's, and what it costs the disk and the CA.

    python -m benchmarks.renewal [RUNS]

`certclient renew` in NSS and the pair `openssl genpkey` + `openssl cmp -cmd kur` renew in turn at
one practice bank, in a process of its own, with keys of the same kind. A further renewal runs under
strace, which counts what waits for the disk and the connections.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from rich.console import Console

from benchmarks.commands import Cost, cost_of, median_of
from benchmarks.table import Measured, Row, show
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.keys import KeySpec
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import USER_SUFFIX
from demo.command_line import CommandLine, practice_bank
from demo.customers import DAYS_LEFT, store_for
from demo.world import World

RUNS = 7
MOST, MOST_SYNCS = 1.5, 15
"""The goals: times OpenSSL's; the journal's syncs."""
_CERTCLIENT = str(Path(sys.executable).parent / "certclient")


@dataclass(frozen=True, slots=True)
class Counts:
    """What strace saw in one renewal: syncs by the name of the file, connections to the CA."""

    syncs: dict[str, int]
    connections: int

    def of(self, *names: str) -> int:
        """The syncs of files and folders with these names; those of SQLite's logs count."""
        return sum(number for name, number in self.syncs.items() if name.startswith(tuple(names)))


@dataclass
class Place:
    """A world with a practice bank and its profile; the environment is the world's."""

    world: World
    bank: Bank
    profile: Path
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    @property
    def url(self) -> str:
        """The bank's public address."""
        addresses = (self.world.folder / "bank" / "addresses.json").read_text(encoding="utf-8")
        return str(json.loads(addresses)["public_url"])

    def ours(self) -> list[str]:
        """The command that renews a new customer's certificate in NSS."""
        user_id, store = self._customer(), store_for(Destination.PC)
        with store.open(lambda _request: None) as session:
            key = session.create_key(KeySpec(), f"issued last year to {user_id}")
            certificate = self._issue(user_id, session.signer(key).spki)
            session.install(key, certificate, user_id)
        base = [_CERTCLIENT, "--profile", str(self.profile), "renew", "--yes"]
        return [*base, certificate.serial_hex]

    def openssl(self) -> list[str]:
        """The command that does the same with files."""
        user_id, folder = self._customer(), self.world.folder
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "old.key").write_bytes(pem)
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        issued = self._issue(user_id, spki)
        (folder / "old.pem").write_bytes(issued.x509.public_bytes(Encoding.PEM))
        root = folder / "root.pem"
        root.write_bytes(self.bank.ca.root.x509.public_bytes(Encoding.PEM))
        return [
            *("sh", "-ec", _OPENSSL, str(folder)),
            *(urlsplit(self.url).netloc, str(root)),
        ]

    def _customer(self) -> str:
        user_id = f"BENCH{next(self.numbers)}"
        self.bank.add_customer(user_id, USER_SUFFIX)
        return user_id

    def _issue(self, user_id: str, spki: bytes) -> Certificate:
        return self.bank.issue_certificate(user_id, spki, DAYS_LEFT)


_OPENSSL = """
cd "$0"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out new.key
openssl cmp -config '' -batch -cmd kur -server "$1" -path cmp -tls_used -tls_trusted "$2" \
    -trusted "$2" -recipient /CN=practice -cert old.pem -key old.key -newkey new.key \
    -certout new.pem
"""


@contextmanager
def place() -> Iterator[Place]:
    """A fresh one; everything is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="certclient-bench-") as folder:
        world = World(Path(folder), Secret(f"{secrets.randbelow(10**6):06}"))
        world.prepare()
        # Without its folder for temporary files, which does not outlive this place.
        os.environ.update({k: v for k, v in world.environment.items() if k != "TMPDIR"})
        data, profile = world.folder / "bank", world.folder / "practice.toml"
        command_line = CommandLine(world.folder, world.environment)
        with (
            closing(Bank(data)) as bank,
            practice_bank(command_line, data, "--profile", str(profile)),
        ):
            yield Place(world, bank, profile)


def side_by_side(at: Place, runs: int) -> tuple[Cost, Cost]:
    """The medians of our renewal and of OpenSSL's, in turn; the first round does not count."""
    ours, openssl = [], []
    for _ in range(runs + 1):
        ours.append(cost_of(at.ours(), at.world.environment))
        openssl.append(cost_of(at.openssl(), at.world.environment))
    return median_of(ours[1:]), median_of(openssl[1:])


def count(at: Place) -> Counts:
    """Counts in one renewal."""
    report = at.world.folder / "strace.txt"
    traced = ["strace", "-f", "-y", "-o", str(report), "-e", "trace=fsync,fdatasync,connect"]
    subprocess.run([*traced, *at.ours()], env=at.world.environment, check=True, capture_output=True)
    text = report.read_text(encoding="utf-8")
    syncs: dict[str, int] = {}
    for path in re.findall(r"f(?:data)?sync\(\d+<([^>]+)>", text):
        name = path.rpartition("/")[2]
        syncs[name] = syncs.get(name, 0) + 1
    port = urlsplit(at.url).port
    return Counts(syncs, len(re.findall(rf"connect\(.*htons\({port}\)", text)))


def rows(runs: int = RUNS) -> list[Row]:
    """See benchmarks.table."""
    with place() as at:
        ours, openssl = side_by_side(at, runs)
        counted = count(at)
    ratio, slower = ours.cpu / openssl.cpu, ours.wall / openssl.wall
    journal = counted.of("journal.sqlite", "certclient")
    database = counted.of("cert9.db", "key4.db", "nssdb")
    return [
        Row(
            "one renewal by command line, NSS",
            str(ours),
            f"`openssl genpkey` + `openssl cmp -cmd kur` {openssl}",
            f"{slower:.2f} x, {ratio:.2f} x (CPU)",
            f"<= {MOST} x that pair",
            slower <= MOST,
            runs,
        ),
        Row(
            "the journal's syncs in one renewal",
            str(journal),
            f"NSS's databases {database}",
            "",
            f"<= {MOST_SYNCS}",
            0 < journal <= MOST_SYNCS,
        ),
        Row(
            "connections to the CA in one renewal",
            str(counted.connections),
            "",
            "",
            "1",
            counted.connections == 1,
        ),
    ]


def main(arguments: Sequence[str]) -> None:
    """Runs `renewal.py [RUNS]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    runs: int = parser.parse_args(arguments).runs
    show(Console(highlight=False), [Measured(rows(runs), 0.0)])


if __name__ == "__main__":
    main(sys.argv[1:])
