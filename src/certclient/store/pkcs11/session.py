"""A token or NSS database opened for work (`store.base.StoreSession`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

import pkcs11
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11 import exceptions as p11

from certclient.model.ber import encoded_integer
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import rsa_modulus
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import TLS_ALGORITHMS, KeyRef, KeySpec, SignatureAlgorithm, Signer
from certclient.store.pkcs11 import keypairs
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.objects import (
    ARCHIVED,
    CertificateObject,
    certificates,
    key_identifier,
)
from certclient.store.pkcs11.signer import token_signer
from certclient.store.pkcs11.token import LiveTokenProbe
from certclient.store.proof import prove

_LABEL_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class TokenSession:
    """Implements `store.base.StoreSession`, which documents the methods and their errors."""

    store_id: str
    session: pkcs11.Session
    probe: LiveTokenProbe
    random_bytes: Callable[[int], bytes]

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        """See StoreSession.create_key."""
        with self._boundary(writing=True):
            return self._ref(keypairs.generate(self.session, spec, label))

    def find_key(self, label: str) -> KeyRef | None:
        """See StoreSession.find_key."""
        with self._boundary():
            key_id = keypairs.find(self.session, label)
        return None if key_id is None else self._ref(key_id)

    def signer(self, key: KeyRef) -> Signer:
        """See StoreSession.signer."""
        with self._boundary():
            found = keypairs.private_key(self.session, key.key_id)
        return token_signer(found.handle, found.spki, self._boundary)

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        """See StoreSession.install. The friendly name becomes CKA_LABEL."""
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
        """See StoreSession.install_intermediates.

        Browsers also use the token's certificates to build the chain. Skips CA certificates that
        a full token has no room for (the user's own certificate matters more), and roots: trust
        is not this program's to grant.
        """
        with self._boundary(writing=True):
            for certificate in chain:
                wanted = certificate.is_ca and not certificate.self_issued
                if wanted and not self._same_bytes(certificate):
                    self._write_if_room(certificate)

    def archive(self, certificate: Certificate) -> None:
        """See StoreSession.archive. Prefixes the certificate's CKA_ID (`objects.ARCHIVED`)."""
        with self._boundary(writing=True):
            for found in self._required(certificate):
                if not found.archived:
                    found.handle[Attribute.ID] = ARCHIVED + found.raw_id

    def unarchive(self, certificate: Certificate) -> None:
        """See StoreSession.unarchive."""
        with self._boundary(writing=True):
            for found in self._required(certificate):
                if found.archived:
                    found.handle[Attribute.ID] = found.key_id

    def delete(self, certificate: Certificate) -> None:
        """See StoreSession.delete."""
        with self._boundary(writing=True):
            to_delete = self._exactly(certificate)
            for found in to_delete:
                found.handle.destroy()
            rest = certificates(self.session)
            if any(one.certificate.identity == certificate.identity for one in rest):
                # NSS reports no error when a full disk prevents a deletion.
                raise CertclientError(ErrorCode.TOKEN_FAILED, reason="still there")
            key_ids = {found.key_id for found in to_delete}
            if rsa_modulus(certificate.spki) is not None:
                # Completes an earlier deletion that stopped after the certificate.
                key_ids.add(key_identifier(certificate.spki))
            for key_id in key_ids - {b""}:
                if not keypairs.used_by(rest, key_id, certificate.spki):
                    keypairs.delete(self.session, key_id, certificate.spki)

    def delete_key(self, key: KeyRef) -> None:
        """See StoreSession.delete_key."""
        with self._boundary(writing=True):
            if not key.key_id:
                return
            if keypairs.used_by(certificates(self.session), key.key_id, self._spki(key)):
                raise CertclientError(ErrorCode.LAST_VALID_CERTIFICATE)
            keypairs.delete(self.session, key.key_id)

    def self_test(
        self, certificate: Certificate, algorithms: Sequence[SignatureAlgorithm] = TLS_ALGORITHMS
    ) -> None:
        """See StoreSession.self_test."""
        with self._boundary():
            found = self._required(certificate)[0]
            key = keypairs.private_key(self.session, found.key_id)
        signer = token_signer(key.handle, key.spki, self._boundary)
        prove(signer, certificate, self.random_bytes, algorithms)

    def _boundary(self, *, writing: bool = False) -> AbstractContextManager[None]:
        """Wraps every method, so that python-pkcs11's exceptions become stable codes."""
        return translated(self.probe, writing=writing)

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
        """Matches issuer, serial number and public key; anything less is unsafe for deletion."""
        wanted = certificate.identity
        return [
            found for found in certificates(self.session) if found.certificate.identity == wanted
        ]

    def _required(self, certificate: Certificate) -> list[CertificateObject]:
        found = self._exactly(certificate)
        if not found:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        return found

    def _write_if_room(self, certificate: Certificate) -> None:
        name = certificate.common_name or certificate.serial_hex
        try:
            with translated(self.probe, writing=True):
                self._write(certificate, name, b"")
        except CertclientError as error:
            if error.code is not ErrorCode.TOKEN_FULL:
                raise

    def _write(self, certificate: Certificate, label: str, key_id: bytes) -> None:
        """Calls C_CreateObject. NSS refuses a label of another subject: tries "label (2)" next."""
        for number in range(1, _LABEL_ATTEMPTS):
            text = label if number == 1 else f"{label} ({number})"
            try:
                self.session.create_object(object_template(certificate, text, key_id))
            except p11.AttributeValueInvalid:
                continue
            except pkcs11.PKCS11Error:
                self._undo_write(certificate)
                raise
            return
        raise CertclientError(ErrorCode.TOKEN_FAILED, reason="no free label", label=label)

    def _undo_write(self, certificate: Certificate) -> None:
        """Removes what a failed write left; ignores errors, as the first one is reported."""
        with suppress(pkcs11.PKCS11Error):
            for found in self._same_bytes(certificate):
                found.handle.destroy()


def object_template(certificate: Certificate, label: str, key_id: bytes) -> dict[Attribute, object]:
    """The attributes of a certificate object (PKCS#11 v3.1, 4.6.3); b"" for no CKA_ID."""
    template: dict[Attribute, object] = {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: False,
        Attribute.LABEL: label,
        Attribute.SUBJECT: certificate.subject,
        Attribute.ISSUER: certificate.issuer,
        Attribute.SERIAL_NUMBER: encoded_integer(certificate.serial),
        Attribute.VALUE: certificate.der,
    }
    if key_id:
        template[Attribute.ID] = key_id
    return template
