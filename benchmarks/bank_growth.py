"""Whether the practice bank grows: its memory over 10,000 transactions, and its customers' number.

`.venv/bin/python -m benchmarks.bank_growth [TRANSACTIONS [CUSTOMERS]]`, on 127.0.0.1 only. Of five
transactions, four are logins of 200 customers in turn, each with a new TLS connection, and one is
a renewal, each by a customer of its own. Then renewals at a bank with CUSTOMERS customers on file,
each with a certificate, alternate with renewals at one with 1,000.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.console import Console

from benchmarks.bank_jobs import Job, login_jobs, new_key, renewal_jobs, signer
from benchmarks.processes import cpu_seconds, resident_megabytes
from benchmarks.table import Measured, Row, show
from certclient.model.keys import SignatureAlgorithm
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import (
    USER_SUFFIX,
    CertificateRecord,
    CertificateState,
    Reason,
)
from demo.command_line import CommandLine, PracticeBank, practice_bank

TRANSACTIONS, STEPS = 10_000, 10
CUSTOMERS, FEW_CUSTOMERS = 100_000, 1_000
RENEWALS = 60
MOST_GROWTH, MOST_RATIO = 1.02, 1.2
"""The goals: memory at the end by that after half of the transactions, when caches are full; a
renewal with many customers by one with few."""
CLIENTS = 200
_THREADS = 4


@dataclass(frozen=True)
class EcSigner:
    """A Signer with a P-256 key in memory: quick to make, as a load test needs thousands."""

    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> EcSigner:
        """A signer with a new key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def spki(self) -> bytes:
        """The public key (DER)."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See Signer.sign. Raises NotImplementedError for all but ECDSA with SHA-256."""
        if algorithm is not SignatureAlgorithm.ECDSA_SHA256:
            raise NotImplementedError(algorithm.value)
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True)
class Site:
    """A practice bank in a process of its own, with its profile."""

    server: PracticeBank
    profile: Path

    @property
    def folder(self) -> Path:
        """The bank's data folder."""
        return self.server.folder


@contextmanager
def site(folder: Path, customers: int = 0) -> Iterator[Site]:
    """Runs a bank in `folder` that has so many customers on file."""
    folder.mkdir()
    with closing(Bank(folder / "bank")) as bank:
        fill(bank, customers)
    command_line = CommandLine(folder, {**os.environ, "HOME": str(folder)})
    profile = folder / "practice.toml"
    with practice_bank(command_line, folder / "bank", "--profile", str(profile)) as server:
        yield Site(server, profile)


def fill(bank: Bank, customers: int) -> None:
    """Adds customers with a certificate each. Only serial numbers and keys differ: these
    certificates are on file, and nobody presents them."""
    if not customers:
        return
    bank.add_customer("SAMPLE", USER_SUFFIX)
    sample = bank.issue_certificate("SAMPLE", EcSigner.new().spki, 200)
    now = bank.clock()
    with bank.repositories() as repositories:
        for number in range(customers):
            user_id = f"FILED{number:06}"
            repositories.customers.add(user_id, USER_SUFFIX, now, email="a@example.com")
            certificate = replace(
                sample,
                serial=secrets.randbits(126),
                der=sample.der + number.to_bytes(4, "big"),
                spki=secrets.token_bytes(294),
                not_after=now + timedelta(days=number % 365),
            )
            state = CertificateState.CONFIRMED
            repositories.register.add(
                CertificateRecord(certificate, user_id, state, Reason.NONE, now, now)
            )


def memory(site: Site, transactions: int) -> list[float]:
    """MB resident in the bank's process, at the beginning and after each tenth."""
    each = transactions // STEPS
    with closing(Bank(site.folder)) as bank:
        key = signer(new_key(0))
        logins = login_jobs(site.folder, site.server.login_url, bank, key, each, CLIENTS)
        renewals = _renewals(site, bank, transactions // 5)
    found = [resident_megabytes(site.server.pid)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in range(STEPS):
            work = [
                next(renewals) if number % 5 == 0 else logins[number % len(logins)]
                for number in range(each)
            ]
            list(pool.map(lambda job: job(), work))
            found.append(resident_megabytes(site.server.pid))
    return found


def _renewals(site: Site, bank: Bank, count: int) -> Iterator[Job]:
    keys = [EcSigner.new() for _ in range(count)]
    return iter(renewal_jobs(site.profile, bank, EcSigner.new(), keys))


@dataclass(frozen=True)
class Renewal:
    """Medians of one renewal: seconds, and the bank's CPU time of all of them by their number."""

    seconds: float
    bank_cpu: float


def compare(few: Site, many: Site, count: int) -> tuple[Renewal, Renewal]:
    """Renews `count` times at each bank, in turn."""
    sites = (few, many)
    jobs = []
    for one in sites:
        with closing(Bank(one.folder)) as bank:
            jobs.append(list(_renewals(one, bank, count)))
    seconds: tuple[list[float], list[float]] = ([], [])
    begins = [cpu_seconds(one.server.pid) for one in sites]
    for number in range(count):
        for mine, spent in zip(jobs, seconds, strict=True):
            begin = time.perf_counter()
            mine[number]()
            spent.append(time.perf_counter() - begin)
    cpu = [cpu_seconds(one.server.pid) - begin for one, begin in zip(sites, begins, strict=True)]
    first, second = (
        Renewal(statistics.median(spent), used / count)
        for spent, used in zip(seconds, cpu, strict=True)
    )
    return first, second


def rows(transactions: int = TRANSACTIONS, customers: int = CUSTOMERS) -> list[Row]:
    """See benchmarks.table."""
    with tempfile.TemporaryDirectory(prefix="certclient-growth-") as folder:
        with site(Path(folder) / "one") as one:
            found = memory(one, transactions)
        with (
            site(Path(folder) / "few", FEW_CUSTOMERS) as few,
            site(Path(folder) / "many", customers) as many,
        ):
            at_few, at_many = compare(few, many, RENEWALS)
    ratio = at_many.seconds / at_few.seconds
    growth = found[-1] / found[STEPS // 2]
    return [
        Row(
            f"the bank's memory over {transactions} transactions",
            " ".join(f"{megabytes:.0f}" for megabytes in found[1:]) + " MB",
            f"{found[0]:.0f} MB before the first",
            f"{growth:.2f} x in the second half",
            f"flat: <= {MOST_GROWTH} x",
            growth <= MOST_GROWTH,
            transactions,
        ),
        Row(
            f"a renewal there with {customers} customers on file",
            f"{at_many.seconds * 1000:.0f} ms, bank's CPU {at_many.bank_cpu * 1000:.1f} ms",
            f"with {FEW_CUSTOMERS}: {at_few.seconds * 1000:.0f} ms,"
            f" CPU {at_few.bank_cpu * 1000:.1f} ms",
            f"{ratio:.2f} x",
            f"<= {MOST_RATIO} x",
            ratio <= MOST_RATIO,
            RENEWALS,
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    """Prints the rows; returns 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bank_growth", description=__doc__)
    parser.add_argument("transactions", type=int, nargs="?", default=TRANSACTIONS)
    parser.add_argument("customers", type=int, nargs="?", default=CUSTOMERS)
    options = parser.parse_args(arguments)
    found = rows(options.transactions, options.customers)
    show(Console(highlight=False), [Measured(found, 0.0)])
    return 0 if all(row.met for row in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
