"""A short, bounded load test of the practice bank, on 127.0.0.1 only.

`.venv/bin/python -m benchmarks.bank_load [SECONDS [LOGINS [RENEWALS]]]`: runs that many logins and
renewals per second concurrently, each started at its scheduled time even if earlier ones are still
running. A renewal is a kur with its certConf through certclient's own CMP client; keys are
generated beforehand. Exits with 1 if any login or renewal failed.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import secrets
import ssl
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from certclient.ca.client import CertificateCredential, Issued, Waiting
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.keys import SignatureAlgorithm
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.ca import certificate_pem
from demo.command_line import CommandLine, PracticeBank, practice_bank

SECONDS, LOGINS, RENEWALS = 10, 50, 20
MOST_SECONDS = 60
LONGEST = 30.0
"""Socket timeout of a login, in seconds."""
CLIENTS = 50
WORKERS = 16


@dataclass(frozen=True)
class MemorySigner:
    """A Signer with its key in memory instead of a store."""

    key: rsa.RSAPrivateKey

    @property
    def spki(self) -> bytes:
        """The public key (DER)."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See Signer.sign. Raises NotImplementedError for all but RSA PKCS #1 with SHA-256."""
        if algorithm is not SignatureAlgorithm.RSA_PKCS1_SHA256:
            raise NotImplementedError(algorithm.value)
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Measured:
    """Results of one kind of job: `seconds` from each job's scheduled start to its end.

    `faults` counts error messages; `took` is the duration of the whole run in seconds.
    """

    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    took: float = 0.0


def at_a_rate(jobs: Sequence[Callable[[], None]], rate: int) -> Measured:
    """Starts `rate` jobs per second on schedule and waits for all of them."""
    measured = Measured()
    start = time.monotonic() + 0.2

    def run(number: int, job: Callable[[], None]) -> None:
        due = start + number / rate
        time.sleep(max(due - time.monotonic(), 0.0))
        try:
            job()
        except (OSError, http.client.HTTPException, CertclientError, LookupError) as error:
            measured.faults[f"{type(error).__name__}: {error}"[:80]] += 1
        else:
            measured.seconds.append(time.monotonic() - due)

    with ThreadPoolExecutor(WORKERS) as pool:
        for number, job in enumerate(jobs):
            pool.submit(run, number, job)
    measured.took = time.monotonic() - start
    return measured


def new_key(_number: int) -> bytes:
    """Generates an RSA-2048 key; returns PKCS#8 DER, which can be passed between processes."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def signer(der: bytes) -> MemorySigner:
    """Loads a key from PKCS#8 DER. Raises TypeError if it is not an RSA key."""
    key = load_der_private_key(der, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return MemorySigner(key)


def login_jobs(
    folder: Path, url: str, bank: Bank, key: MemorySigner, count: int
) -> list[Callable[[], None]]:
    """Returns `count` logins by 50 customers in turn, after adding the customers to the bank.

    Each login opens a new TLS connection with a client certificate and reads the page.
    """
    pem = key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    root = certificate_pem(bank.ca.root)
    contexts = []
    for number in range(CLIENTS):
        user_id = f"VISITOR{number:03}"
        bank.add_customer(user_id, "1403")
        certificate = bank.issue_certificate(user_id, key.spki, 200)
        file = folder / f"{user_id}.pem"
        chain = certificate_pem(certificate) + certificate_pem(bank.ca.intermediate)
        file.write_bytes(pem + chain.encode())
        context = ssl.create_default_context(cadata=root)
        context.load_cert_chain(file)
        contexts.append((context, user_id))
    address = urlsplit(url)

    def log_in(context: ssl.SSLContext, user_id: str) -> None:
        connection = http.client.HTTPSConnection(address.netloc, timeout=LONGEST, context=context)
        try:
            connection.request("GET", address.path)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200 or user_id not in page:
            raise LookupError(f"status {answer.status} for the login")

    return [partial(log_in, *contexts[number % CLIENTS]) for number in range(count)]


def renewal_jobs(
    profile_file: Path, bank: Bank, old_key: MemorySigner, new_keys: Sequence[MemorySigner]
) -> list[Callable[[], None]]:
    """Returns one renewal for each new key, each by a customer of its own."""
    profile = load_profile(profile_file)

    def renew(current: Certificate, key: MemorySigner) -> None:
        client = ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)
        credential = CertificateCredential(current, old_key)
        answer = client.send(client.prepare_renew(credential, key), credential)
        match answer:
            case Issued():
                client.confirm(answer, credential)
            case Waiting():
                raise LookupError("no certificate yet")

    jobs: list[Callable[[], None]] = []
    for number, key in enumerate(new_keys):
        user_id = f"RENEWER{number:04}"
        bank.add_customer(user_id, "1403")
        current = bank.issue_certificate(user_id, old_key.spki, 20)
        jobs.append(partial(renew, current, key))
    return jobs


def side_by_side(
    logins: tuple[list[Callable[[], None]], int], renewals: tuple[list[Callable[[], None]], int]
) -> tuple[Measured, Measured]:
    """Runs logins and renewals concurrently, each given as jobs and rate per second.

    Logins run in a separate process, so that the two do not compete for one interpreter lock.
    """
    # Jobs are closures, which cannot be pickled; a forked process inherits them.
    with multiprocessing.get_context("fork").Pool(1, _remember, (logins,)) as pool:
        first = pool.apply_async(_run_remembered)
        second = at_a_rate(*renewals)
        return first.get(timeout=MOST_SECONDS * 2), second


_remembered: list[tuple[list[Callable[[], None]], int]] = []


def _remember(work: tuple[list[Callable[[], None]], int]) -> None:
    _remembered.append(work)


def _run_remembered() -> Measured:
    return at_a_rate(*_remembered[0])


def report(name: str, wanted: int, measured: Measured) -> None:
    """Prints rates, latencies and the most frequent errors."""
    done = sorted(measured.seconds)
    rate = len(done) / measured.took
    if done:
        ninety = statistics.quantiles(done, n=20)[-1] if len(done) > 1 else done[0]
        print(
            f"{name}: {len(done)} of {len(done) + measured.faults.total()}, wanted {wanted}/s,"
            f" done {rate:.1f}/s; median {statistics.median(done) * 1000:.0f} ms,"
            f" 95 % below {ninety * 1000:.0f} ms, longest {done[-1] * 1000:.0f} ms"
        )
    for fault, count in measured.faults.most_common(5):
        print(f"   {count} x {fault}")


def run(folder: Path, seconds: int, logins: int, renewals: int) -> bool:
    """Runs the whole test in `folder`; returns whether no login or renewal failed."""
    profile_file = folder / "practice.toml"
    with multiprocessing.Pool() as pool:
        keys = [signer(der) for der in pool.map(new_key, range(renewals * seconds + 2))]
    command_line = CommandLine(folder, {**os.environ, "HOME": str(folder)})
    with practice_bank(command_line, folder / "bank", "--profile", str(profile_file)) as server:
        first, second = _load(folder, profile_file, server, keys, (seconds, logins, renewals))
    report("logins  ", logins, first)
    report("renewals", renewals, second)
    return not (first.faults or second.faults)


def _load(
    folder: Path,
    profile_file: Path,
    server: PracticeBank,
    keys: Sequence[MemorySigner],
    numbers: tuple[int, int, int],
) -> tuple[Measured, Measured]:
    seconds, logins, renewals = numbers
    bank = Bank(folder / "bank")
    try:
        visits = login_jobs(folder, server.login_url, bank, keys[0], logins * seconds)
        wishes = renewal_jobs(profile_file, bank, keys[1], keys[2:])
    finally:
        bank.close()
    return side_by_side((visits, logins), (wishes, renewals))


def main(arguments: Sequence[str]) -> int:
    """Runs `bank_load.py [SECONDS [LOGINS [RENEWALS]]]`; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=int, nargs="?", default=SECONDS)
    parser.add_argument("logins", type=int, nargs="?", default=LOGINS, help="per second")
    parser.add_argument("renewals", type=int, nargs="?", default=RENEWALS, help="per second")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix=f"certclient-load-{secrets.token_hex(2)}-") as folder:
        fine = run(Path(folder), min(given.seconds, MOST_SECONDS), given.logins, given.renewals)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
