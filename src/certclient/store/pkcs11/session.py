"""A token or NSS database opened for work (`store.base.StoreSession`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

import pkcs11
from pkcs11 import exceptions as p11

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    PSS,
    KeyRef,
    KeySpec,
    SignaturePurpose,
    Signer,
    signature_algorithms,
)
from certclient.store.pkcs11 import keypairs
from certclient.store.pkcs11.abilities import makes_pss, require_mechanisms, try_new_key
from certclient.store.pkcs11.certificate_writing import CertificateWriter, remains_of
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.full_token import as_full_token, require_room
from certclient.store.pkcs11.objects import (
    ARCHIVED,
    CertificateObject,
    certificates,
    certificates_with,
    key_identifier,
    keys,
)
from certclient.store.pkcs11.signature_pin import SignaturePin
from certclient.store.pkcs11.signer import token_signer
from certclient.store.pkcs11.token import LiveTokenProbe
from certclient.store.proof import prove


@dataclass(frozen=True, slots=True)
class TokenSession:
    """Implements `store.base.StoreSession`, which documents the methods and their errors."""

    store_id: str
    session: pkcs11.Session
    probe: LiveTokenProbe
    random_bytes: Callable[[int], bytes]
    signature_pin: SignaturePin

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        """See StoreSession.create_key."""
        with self._boundary(writing=True), self._naming_contents():
            present = keypairs.find(self.session, label)
            if present is None:
                require_mechanisms(self.session, spec)
                require_room(self.probe)
            key = self._ref(keypairs.generate(self.session, spec, label, self.store_id))
        self._try(key, spec)
        return key

    def _try(self, key: KeyRef, spec: KeySpec) -> None:
        """Deletes a new key that cannot sign what is needed, before anything is asked of a CA."""
        try:
            try_new_key(self.signer(key), self.session, self.random_bytes, pss=spec.pss)
        except CertclientError as error:
            if error.code is ErrorCode.KEY_UNSUPPORTED:
                self.delete_key(key)
            raise

    def find_key(self, label: str, *, interrupted: bool = False) -> KeyRef | None:
        """See StoreSession.find_key. SoftHSM leaves objects without a name."""
        with self._boundary():
            key_id = keypairs.find(self.session, label)
            if key_id is None and interrupted:
                keypairs.remove_nameless(self.session)
        return None if key_id is None else self._ref(key_id)

    def signer(self, key: KeyRef) -> Signer:
        """See StoreSession.signer."""
        with self._boundary():
            found = keypairs.private_key(self.session, key.key_id)
        return token_signer(found.handle, found.spki, self._boundary, self.signature_pin)

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        """See StoreSession.install. The friendly name becomes CKA_LABEL."""
        with self._boundary(writing=True), self._naming_contents():
            if keypairs.private_key(self.session, key.key_id).spki != certificate.spki:
                raise CertclientError(ErrorCode.ISSUED_KEY_MISMATCH)
            everything = certificates(self.session)
            for found in remains_of(certificate, key.key_id, everything):
                found.handle.destroy()
            present = [found for found in everything if found.certificate == certificate]
            for found in present:
                if found.key_id != key.key_id:
                    self._writer.set_id(found, key.key_id)
            if not present:
                self._writer.write(certificate, friendly_name, key.key_id, everything)

    def install_intermediates(self, chain: Sequence[Certificate]) -> None:
        """See StoreSession.install_intermediates.

        Browsers also use the token's certificates to build the chain. Skips CA certificates that
        a full token has no room for (the user's own certificate matters more), and roots: trust
        is not this program's to grant.
        """
        with self._boundary(writing=True):
            for certificate in chain:
                wanted = certificate.is_ca and not certificate.self_issued
                if wanted and not self._is_there(certificate):
                    self._write_if_room(certificate)

    def archive(self, certificate: Certificate) -> None:
        """See StoreSession.archive. Prefixes the certificate's CKA_ID (`objects.ARCHIVED`)."""
        with self._boundary(writing=True):
            for found in self._required(certificate):
                if not found.archived:
                    self._writer.set_id(found, ARCHIVED + found.raw_id)

    def unarchive(self, certificate: Certificate) -> None:
        """See StoreSession.unarchive."""
        with self._boundary(writing=True):
            for found in self._required(certificate):
                if found.archived:
                    self._writer.set_id(found, found.key_id)

    def delete(self, certificate: Certificate) -> None:
        """See StoreSession.delete."""
        with self._boundary():
            exact, remains = self._exactly(certificate), self._remains(certificate)
            # The last one completes an earlier deletion that stopped after the certificate.
            key_ids = {
                *(found.key_id for found in (*exact, *remains)),
                key_identifier(certificate.spki),
            }
            if exact and all(found.archived for found in exact):
                # No browser offers it. A deletion that stops in between leaves a certificate that
                # the next one finds, and not a key that only its label could explain.
                _destroy(remains)
                self._delete_keys(key_ids, certificate)
            _destroy([*exact, *remains])
            if self._exactly(certificate):
                # NSS reports no error when a full disk prevents a deletion.
                raise CertclientError(ErrorCode.TOKEN_FAILED, reason="still there")
            self._delete_keys(key_ids, certificate)

    def _delete_keys(self, key_ids: Iterable[bytes | None], certificate: Certificate) -> None:
        """Deletes the keys of `certificate` that no other certificate uses."""
        present = certificates(self.session)
        others = [one for one in present if one.certificate.identity != certificate.identity]
        for key_id in key_ids:
            if key_id and not keypairs.used_by(others, key_id, certificate.spki):
                keypairs.delete(self.session, key_id, certificate.spki)

    def delete_key(self, key: KeyRef) -> None:
        """See StoreSession.delete_key."""
        with self._boundary():
            if not key.key_id:
                return
            spki = self._spki(key)
            if keypairs.used_by(certificates(self.session), key.key_id, spki):
                raise CertclientError(ErrorCode.LAST_VALID_CERTIFICATE)
            keypairs.delete(self.session, key.key_id, spki)

    def self_test(
        self, certificate: Certificate, purpose: SignaturePurpose = SignaturePurpose.LOGIN
    ) -> None:
        """See StoreSession.self_test."""
        with self._boundary():
            same = certificates_with(self.session, certificate.der)
            found = (same or self._required(certificate))[0]
            key = keypairs.private_key(self.session, found.key_id)
        signer = token_signer(key.handle, key.spki, self._boundary, self.signature_pin)
        algorithms = signature_algorithms(certificate.spki, purpose)
        if PSS.intersection(algorithms) and not makes_pss(self.session):
            # Whether the bank's login needs it was seen when the key was made.
            algorithms = tuple(one for one in algorithms if one not in PSS)
        prove(signer, certificate, self.random_bytes, algorithms)

    def _boundary(self, *, writing: bool = False) -> AbstractContextManager[None]:
        """Wraps every method, so that python-pkcs11's exceptions become stable codes."""
        return translated(self.probe, writing=writing)

    @contextmanager
    def _naming_contents(self) -> Iterator[None]:
        """Adds to a TOKEN_FULL what is on the token, and what of it may be deleted."""
        try:
            yield
        except (pkcs11.PKCS11Error, CertclientError) as error:
            full = as_full_token(error, self.probe, self.session)
            if full is None:
                raise
            raise full from error

    @property
    def _writer(self) -> CertificateWriter:
        return CertificateWriter(self.session, self.probe)

    def _remains(self, certificate: Certificate) -> list[CertificateObject]:
        """What an interrupted write left of the certificate, beside its key."""
        halves = (key for one in keypairs.CLASSES for key in keys(self.session, one))
        key_ids = {half.key_id for half in halves if half.spki == certificate.spki} - {b""}
        everything = certificates(self.session) if key_ids else ()
        return [
            found for key_id in key_ids for found in remains_of(certificate, key_id, everything)
        ]

    def _ref(self, key_id: bytes) -> KeyRef:
        return KeyRef(store_id=self.store_id, key_id=key_id)

    def _spki(self, key: KeyRef) -> bytes | None:
        try:
            return keypairs.private_key(self.session, key.key_id).spki
        except CertclientError:
            return None

    def _same_bytes(self, certificate: Certificate) -> list[CertificateObject]:
        return [found for found in certificates(self.session) if found.certificate == certificate]

    def _is_there(self, certificate: Certificate) -> bool:
        same = certificates_with(self.session, certificate.der)
        return bool(same or self._same_bytes(certificate))

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
                self._writer.write(certificate, name, b"")
        except CertclientError as error:
            if error.code is not ErrorCode.TOKEN_FULL:
                raise


def _destroy(found: Iterable[CertificateObject]) -> None:
    for one in found:
        # Some modules delete with a key what belongs to it.
        with suppress(p11.ObjectHandleInvalid):
            one.handle.destroy()
