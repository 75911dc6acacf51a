"""Writes certificates to a token, and takes back what a failed or interrupted write left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pkcs11
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11 import exceptions as p11

from certclient.model.ber import encoded_integer
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.ckr import ckr_name, keeps_attribute
from certclient.store.pkcs11.objects import (
    CertificateObject,
    attribute_mapper,
    certificates,
)
from certclient.store.pkcs11.token import LiveTokenProbe

_LABEL_ATTEMPTS = 20

_REFUSED = (
    p11.ArgumentsBad,
    p11.AttributeReadOnly,
    p11.AttributeTypeInvalid,
    p11.AttributeValueInvalid,
    p11.TemplateIncomplete,
    p11.TemplateInconsistent,
)
"""How tokens refuse a template; nothing was written."""


@dataclass(frozen=True, slots=True)
class CertificateWriter:
    """Writes to the token of `session`. Every method raises pkcs11.PKCS11Error."""

    session: pkcs11.Session
    probe: LiveTokenProbe

    def write(
        self,
        certificate: Certificate,
        label: str,
        key_id: bytes,
        present: Sequence[CertificateObject] | None = None,
    ) -> None:
        """Creates the object; an error leaves nothing behind.

        `key_id`: b"" for none. `present`: all certificates that are there now, if they are known.
        Raises TOKEN_FAILED with the token's name and its return value if
        it refuses every template.
        """
        known = certificates(self.session) if present is None else present
        before = {handle_of(found) for found in known}
        last: pkcs11.PKCS11Error | None = None
        for template in self._templates(certificate, label, key_id):
            try:
                self.session.create_object(template)
            except _REFUSED as error:
                last = error
            except pkcs11.PKCS11Error:
                self._take_back(certificate, key_id, before)
                raise
            else:
                return
        raise self._refusal(last)

    def _refusal(self, error: pkcs11.PKCS11Error | None) -> CertclientError:
        reason = "" if error is None else ckr_name(error)
        return CertclientError(
            ErrorCode.TOKEN_FAILED,
            token=self.probe.label,
            reason=reason,
            problem="certificate-refused",
        )

    def _templates(
        self, certificate: Certificate, label: str, key_id: bytes
    ) -> Iterator[dict[Attribute, object]]:
        """NSS refuses a label of another subject: "label (2)" is next. A token is given less and
        less that it may refuse."""
        full = object_template(certificate, label, key_id)
        yield full
        if self.probe.database:
            for number in range(2, _LABEL_ATTEMPTS):
                yield {**full, Attribute.LABEL: f"{label} ({number})"}
            return
        plain = {**full, Attribute.LABEL: certificate.serial_hex}
        for left_out in ((), (Attribute.PRIVATE,), (Attribute.ISSUER, Attribute.SERIAL_NUMBER)):
            for name in left_out:
                del plain[name]
            yield dict(plain)

    def set_id(self, found: CertificateObject, raw_id: bytes) -> None:
        """Changes the CKA_ID of a certificate.

        If the token lets no attribute change, writes a copy with the new one and deletes the
        original, in this order: a crash in between leaves both.
        """
        try:
            found.handle[Attribute.ID] = raw_id
        except pkcs11.PKCS11Error as error:
            if not keeps_attribute(error):
                raise
            self._replace(found, raw_id, error)

    def _replace(self, found: CertificateObject, raw_id: bytes, error: pkcs11.PKCS11Error) -> None:
        same = [
            one
            for one in certificates(self.session)
            if one.certificate == found.certificate and one.raw_id == raw_id
        ]
        if not same:
            self.write(found.certificate, found.label, raw_id)
        try:
            found.handle.destroy()
        except pkcs11.PKCS11Error:
            for one in certificates(self.session):
                if one.certificate == found.certificate and one.raw_id == raw_id:
                    one.handle.destroy()
            raise error from None

    def _take_back(self, certificate: Certificate, key_id: bytes, before: set[bytes]) -> None:
        """Removes what a failed write left; ignores errors, as the first one is reported.

        Some modules show it to a new session only (OpenSC). The login is the token's.
        """
        with suppress(pkcs11.PKCS11Error):
            _destroy_new(self.session, certificate, key_id, before)
        with suppress(pkcs11.PKCS11Error, CertclientError):
            session = self.probe.locate().open(rw=True, attribute_mapper=attribute_mapper())
            try:
                _destroy_new(session, certificate, key_id, before)
            finally:
                session.close()


def _destroy_new(
    session: pkcs11.Session, certificate: Certificate, key_id: bytes, before: set[bytes]
) -> None:
    for found in certificates(session):
        ours = found.certificate == certificate or (
            found.raw_id == key_id and is_part_of(found, certificate)
        )
        if ours and handle_of(found) not in before:
            found.handle.destroy()


def handle_of(found: CertificateObject) -> bytes:
    """What tells an object from others in all sessions: its CKA_ID, label and value."""
    return b"\0".join((found.raw_id, found.label.encode(), found.certificate.der))


def remains_of(
    certificate: Certificate, key_id: bytes, among: Iterable[CertificateObject]
) -> list[CertificateObject]:
    """Returns what is there of `certificate` and not the whole: a write was interrupted."""
    return [found for found in among if found.key_id == key_id and is_part_of(found, certificate)]


def is_part_of(found: CertificateObject, certificate: Certificate) -> bool:
    """Whether the object holds a beginning of `certificate`, or nothing, as a write that stopped
    leaves it; the rest may be zeros."""
    value = found.certificate.der.rstrip(b"\0")
    return found.certificate.der != certificate.der and certificate.der.startswith(value)


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
