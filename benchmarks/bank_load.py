"""A short, bounded load run against the practice bank, on 127.0.0.1 only.

`.venv/bin/python -m benchmarks.bank_load [SECONDS [LOGINS [RENEWALS]]]`: so many logins and
renewals a second, side by side, each started at its own time whether or not the ones before it are
done. A renewal is a kur with its certConf through certclient's own CMP client; keys are made
beforehand. Exit code 1 if any of them failed.
"""

from __future__ import annotations

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

from certclient.ca.client import Issued, SignatureCredential, Waiting
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
"""Seconds that one login or renewal may take before it counts as failed."""
VISITORS = 50
WORKERS = 16


@dataclass(frozen=True)
class MemorySigner:
    """A key in memory; real ones are in a store."""

    key: rsa.RSAPrivateKey

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        if algorithm is not SignatureAlgorithm.RSA_PKCS1_SHA256:
            raise NotImplementedError(algorithm.value)
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Measured:
    """What one kind of work came to: seconds from the moment it was due to its end."""

    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    took: float = 0.0


def at_a_rate(jobs: Sequence[Callable[[], None]], rate: int) -> Measured:
    """Starts one job after the other, `rate` a second, and waits for all of them."""
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
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def signer(der: bytes) -> MemorySigner:
    key = load_der_private_key(der, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return MemorySigner(key)


def login_jobs(
    folder: Path, url: str, bank: Bank, key: MemorySigner, count: int
) -> list[Callable[[], None]]:
    """Logins of customers in turn: a new TLS connection with a certificate, then the page."""
    pem = key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    root = certificate_pem(bank.ca.root)
    contexts = []
    for number in range(VISITORS):
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

    return [partial(log_in, *contexts[number % VISITORS]) for number in range(count)]


def renewal_jobs(
    profile_file: Path, bank: Bank, old_key: MemorySigner, new_keys: Sequence[MemorySigner]
) -> list[Callable[[], None]]:
    """One renewal each of as many customers as there are new keys."""
    profile = load_profile(profile_file)

    def renew(current: Certificate, key: MemorySigner) -> None:
        client = ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)
        credential = SignatureCredential(current, old_key)
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
    """Logins in a process of their own, so that the two do not wait for one interpreter."""
    with multiprocessing.get_context("fork").Pool(1, _remember, (logins,)) as pool:
        first = pool.apply_async(_run_remembered)
        second = at_a_rate(*renewals)
        return first.get(timeout=MOST_SECONDS * 2), second


_remembered: list[tuple[list[Callable[[], None]], int]] = []


def _remember(work: tuple[list[Callable[[], None]], int]) -> None:
    _remembered.append(work)


def _run_remembered() -> Measured:
    return at_a_rate(*_remembered[0])


def tell(name: str, wanted: int, measured: Measured) -> None:
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
    """Returns whether all went well."""
    profile_file = folder / "practice.toml"
    with multiprocessing.Pool() as pool:
        keys = [signer(der) for der in pool.map(new_key, range(renewals * seconds + 2))]
    command_line = CommandLine(folder, {**os.environ, "HOME": str(folder)})
    with practice_bank(command_line, folder / "bank", "--profile", str(profile_file)) as server:
        first, second = _load(folder, profile_file, server, keys, (seconds, logins, renewals))
    tell("logins  ", logins, first)
    tell("renewals", renewals, second)
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
    """`bank_load.py [SECONDS [LOGINS [RENEWALS]]]`."""
    given = [int(argument) for argument in arguments]
    seconds, logins, renewals = (*given, *(SECONDS, LOGINS, RENEWALS)[len(given) :])
    with tempfile.TemporaryDirectory(prefix=f"certclient-load-{secrets.token_hex(2)}-") as folder:
        fine = run(Path(folder), min(seconds, MOST_SECONDS), logins, renewals)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
