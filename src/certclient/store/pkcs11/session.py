"""A token or NSS database that is open for work (`store.base.StoreSession`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

import pkcs11
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11 import exceptions as p11

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import TLS_ALGORITHMS, KeyRef, KeySpec, SignatureAlgorithm, Signer
from certclient.store.pkcs11 import keypairs
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.objects import (
    ARCHIVED,
    CertificateObject,
    certificates,
    is_rsa,
    key_identifier,
)
from certclient.store.pkcs11.signer import token_signer
from certclient.store.pkcs11.token import TokenWitness
from certclient.store.proof import prove

_LABEL_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class TokenSession:
    """See `store.base.StoreSession` for what each method does and raises."""

    store_id: str
    session: pkcs11.Session
    witness: TokenWitness
    random_bytes: Callable[[int], bytes]

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        with self._boundary(writing=True):
            return self._ref(keypairs.generate(self.session, spec, label))

    def find_key(self, label: str) -> KeyRef | None:
        with self._boundary():
            key_id = keypairs.find(self.session, label)
        return None if key_id is None else self._ref(key_id)

    def signer(self, key: KeyRef) -> Signer:
        with self._boundary():
            found = keypairs.private_key(self.session, key.key_id)
        return token_signer(found.handle, found.spki, self._boundary)

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        with self._boundary(writing=True):
            if keypairs.private_key(self.session, key.key_id).spki != certificate.spki:
                raise CertclientError(ErrorCode.ISSUED_KEY_MISMATCH)
            present = self._same_bytes(certificate)
            for found in present:
                if found.key_id != key.key_id:
                    found.handle[Attribute.ID] = key.key_id
            if not present:
                self._write(certificate, friendly_name, key.key_id)

    def install_intermediates(self, chain: Sequence[Certificate]) -> None:
        """Browsers build the chain from what is on the token too, so CA certificates go there as
        well. A token that is full does without them: the certificate itself is what counts.
        Roots are left out: trust is not ours to give."""
        with self._boundary(writing=True):
            for certificate in chain:
                wanted = certificate.is_ca and certificate.subject != certificate.issuer
                if wanted and not self._same_bytes(certificate):
                    self._write_if_room(certificate)

    def archive(self, certificate: Certificate) -> None:
        with self._boundary(writing=True):
            for found in self._required(certificate):
                if not found.archived:
                    found.handle[Attribute.ID] = ARCHIVED + found.raw_id

    def unarchive(self, certificate: Certificate) -> None:
        with self._boundary(writing=True):
            for found in self._required(certificate):
                if found.archived:
                    found.handle[Attribute.ID] = found.key_id

    def delete(self, certificate: Certificate) -> None:
        with self._boundary(writing=True):
            doomed = self._exactly(certificate)
            for found in doomed:
                found.handle.destroy()
            rest = certificates(self.session)
            if any(_identity(one.certificate) == _identity(certificate) for one in rest):
                # NSS says nothing when a full disk kept it from deleting.
                raise CertclientError(ErrorCode.TOKEN_FAILED, reason="still there")
            key_ids = {found.key_id for found in doomed}
            if is_rsa(certificate.spki):
                # Also finishes a deletion that stopped after the certificate.
                key_ids.add(key_identifier(certificate.spki))
            for key_id in key_ids - {b""}:
                if not keypairs.used_by(rest, key_id, certificate.spki):
                    keypairs.delete(self.session, key_id, certificate.spki)

    def delete_key(self, key: KeyRef) -> None:
        with self._boundary(writing=True):
            if not key.key_id:
                return
            if keypairs.used_by(certificates(self.session), key.key_id, self._spki(key)):
                raise CertclientError(ErrorCode.LAST_VALID_CERTIFICATE)
            keypairs.delete(self.session, key.key_id)

    def self_test(
        self, certificate: Certificate, algorithms: Sequence[SignatureAlgorithm] = TLS_ALGORITHMS
    ) -> None:
        with self._boundary():
            found = self._required(certificate)[0]
            key = keypairs.private_key(self.session, found.key_id)
        signer = token_signer(key.handle, key.spki, self._boundary)
        prove(signer, certificate, self.random_bytes, algorithms)

    def _boundary(self, *, writing: bool = False) -> AbstractContextManager[None]:
        """Around every method: each of python-pkcs11's exceptions becomes a stable code."""
        return translated(self.witness, writing=writing)

    def _ref(self, key_id: bytes) -> KeyRef:
        return KeyRef(store_id=self.store_id, key_id=key_id)

    def _spki(self, key: KeyRef) -> bytes | None:
        try:
            return keypairs.private_key(self.session, key.key_id).spki
        except CertclientError:
            return None

    def _same_bytes(self, certificate: Certificate) -> list[CertificateObject]:
        return [found for found in certificates(self.session) if found.certificate == certificate]

    def _exactly(self, certificate: Certificate) -> list[CertificateObject]:
        """Issuer, serial number and public key agree: nothing less may be deleted."""
        wanted = _identity(certificate)
        return [
            found for found in certificates(self.session) if _identity(found.certificate) == wanted
        ]

    def _required(self, certificate: Certificate) -> list[CertificateObject]:
        found = self._exactly(certificate)
        if not found:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        return found

    def _write_if_room(self, certificate: Certificate) -> None:
        name = certificate.common_name or certificate.serial_hex
        try:
            with translated(self.witness, writing=True):
                self._write(certificate, name, b"")
        except CertclientError as error:
            if error.code is not ErrorCode.TOKEN_FULL:
                raise

    def _write(self, certificate: Certificate, label: str, key_id: bytes) -> None:
        """One C_CreateObject. NSS refuses a label that another subject has: then "label (2)"."""
        for number in range(1, _LABEL_ATTEMPTS):
            text = label if number == 1 else f"{label} ({number})"
            try:
                self.session.create_object(_template(certificate, text, key_id))
            except p11.AttributeValueInvalid:
                continue
            except pkcs11.PKCS11Error:
                self._take_back(certificate)
                raise
            return
        raise CertclientError(ErrorCode.TOKEN_FAILED, reason="no free label", label=label)

    def _take_back(self, certificate: Certificate) -> None:
        """Removes what a failed write left; the error that made it fail is what counts."""
        with suppress(pkcs11.PKCS11Error):
            for found in self._same_bytes(certificate):
                found.handle.destroy()


def _identity(certificate: Certificate) -> tuple[bytes, int, bytes]:
    return certificate.issuer, certificate.serial, certificate.spki


def _template(certificate: Certificate, label: str, key_id: bytes) -> dict[Attribute, object]:
    template: dict[Attribute, object] = {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: False,
        Attribute.LABEL: label,
        Attribute.SUBJECT: certificate.subject,
        Attribute.ISSUER: certificate.issuer,
        Attribute.SERIAL_NUMBER: _der_integer(certificate.serial),
        Attribute.VALUE: certificate.der,
    }
    if key_id:
        template[Attribute.ID] = key_id
    return template


def _der_integer(value: int) -> bytes:
    """A non-negative INTEGER of at most 127 bytes in DER: what CKA_SERIAL_NUMBER holds."""
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes((0x02, len(content))) + content
