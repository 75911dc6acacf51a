"""What customers of the practice bank do in the load tests: logins and renewals, as functions."""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
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

from certclient.ca.client import CertificateCredential, Issued, KeepsConnection, Waiting
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.model.certificate import Certificate
from certclient.model.keys import SignatureAlgorithm, Signer
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.ca import certificate_pem

Job = Callable[[], None]
LONGEST = 30.0
"""Socket timeout of a login, in seconds."""
CLIENTS = 50


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
    folder: Path, url: str, bank: Bank, key: MemorySigner, count: int, clients: int = CLIENTS
) -> list[Job]:
    """Returns `count` logins by `clients` customers in turn, after adding these to the bank.

    Each login opens a new TLS connection with a client certificate and reads the page.
    """
    pem = key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    root = certificate_pem(bank.ca.root)
    contexts = []
    for number in range(clients):
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

    return [partial(log_in, *contexts[number % clients]) for number in range(count)]


def renewal_jobs(
    profile_file: Path, bank: Bank, old_key: Signer, new_keys: Sequence[Signer]
) -> list[Job]:
    """Returns one renewal for each new key, each by a customer of its own."""
    profile = load_profile(profile_file)

    def renew(current: Certificate, key: Signer) -> None:
        client = ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)
        credential = CertificateCredential(current, old_key)
        with client.kept_open() if isinstance(client, KeepsConnection) else nullcontext():
            answer = client.send(client.prepare_renew(credential, key), credential)
            match answer:
                case Issued():
                    client.confirm(answer, credential)
                case Waiting():
                    raise LookupError("no certificate yet")

    jobs: list[Job] = []
    for number, key in enumerate(new_keys):
        user_id = f"RENEWER{number:04}"
        bank.add_customer(user_id, "1403")
        current = bank.issue_certificate(user_id, old_key.spki, 20)
        jobs.append(partial(renew, current, key))
    return jobs
