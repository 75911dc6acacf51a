"""Customers of the practice bank with a certificate that expires in 20 days."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.keys import KeySpec
from certclient.store.base import CertificateStore
from certclient.store.registry import open_stores
from demo.command_line import PracticeBank
from demo.world import SOFTHSM_MODULE, World

DAYS_LEFT = 20


def store_for(destination: Destination) -> CertificateStore:
    """Opens the store for `destination` in this process's environment."""
    stores = open_stores([SOFTHSM_MODULE])
    return next(store for store in stores if store.destination is destination)


def issue_certificate_to(
    bank: PracticeBank,
    world: World,
    user_id: str,
    store: CertificateStore,
    days_left: int = DAYS_LEFT,
) -> Certificate:
    """Adds the customer and installs a certificate that expires in `days_left` days.

    The key is created in `store`; the bank certifies it without CMP. Returns the certificate.
    """
    bank.admin("customer", "add", user_id)
    request = world.folder / f"{user_id}.der"
    answer = world.folder / f"{user_id}.pem"
    with store.open(lambda _request: world.pin) as session:
        key = session.create_key(KeySpec(), f"issued last year to {user_id}")
        request.write_bytes(session.signer(key).spki)
        days = ["--expires-in-days", str(days_left)]
        bank.admin("issue", user_id, "--spki", str(request), *days, "--out", str(answer))
        certificate, *chain = _read_pem(answer)
        session.install_intermediates(chain)
        session.install(key, certificate, user_id)
    return certificate


def current_certificate(store: CertificateStore, user_id: str) -> Certificate:
    """Returns the only certificate of `user_id` that is not archived.

    Raises LookupError if there is none or more than one.
    """
    found = [
        stored.certificate
        for stored in store.certificates()
        if not stored.archived and stored.certificate.common_name.startswith(f"{user_id} ")
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} certificates of {user_id} where one was expected")
    return found[0]


def _read_pem(path: Path) -> list[Certificate]:
    found = x509.load_pem_x509_certificates(path.read_bytes())
    return [Certificate.from_der(certificate.public_bytes(Encoding.DER)) for certificate in found]
