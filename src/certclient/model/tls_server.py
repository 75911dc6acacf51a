"""The rules for a TLS server's certificate, where the operating system does not decide alone."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

_MAX_REASON = 200


def reason_against_server(
    chain: Sequence[bytes], host: str, anchors: Iterable[bytes], now: datetime
) -> str:
    """Why `chain` does not prove that a server is `host`; "" if it does.

    `chain`: the certificates (DER) that the server sent, its own first. It must lead to one of
    `anchors` (DER) and name `host` in its subjectAltName (RFC 5280, 6; RFC 9525). Certificates that
    cannot be read count as missing. `now`: aware UTC.
    """
    sent, roots = list(_readable(chain)), list(_readable(anchors))
    if not sent or not roots:
        return "no certificate" if roots else "no trust anchor"
    if reason := _reason_in(sent[0], now):
        return reason
    builder = PolicyBuilder().store(Store(roots)).time(now)
    try:
        builder.build_server_verifier(_subject(host)).verify(sent[0], sent[1:])
    except (VerificationError, ValueError, TypeError) as error:
        text = str(error)
        kind = "host name mismatch" if "subjectAltName" in text else "no path to a trusted issuer"
        return f"{kind}: {text}"[:_MAX_REASON]
    return ""


def _reason_in(certificate: x509.Certificate, now: datetime) -> str:
    """What is wrong with the server's certificate itself; "" if nothing is."""
    if now > certificate.not_valid_after_utc:
        return "certificate has expired"
    if now < certificate.not_valid_before_utc:
        return "certificate is not yet valid"
    if not _has_subject_alternative_name(certificate):
        return "host name mismatch: no subjectAltName"
    return ""


def has_subject_alternative_name(certificate: bytes) -> bool:
    """Whether a server's certificate (DER) has a subjectAltName: a Common Name does not count."""
    return any(_has_subject_alternative_name(one) for one in _readable((certificate,)))


def names_host_of_kind(certificate: bytes, host: str) -> bool:
    """Whether a server's certificate (DER) has a subjectAltName of `host`'s kind: a dNSName for a
    name, that very iPAddress for an address. Without one, some libraries look at the Common Name.
    """
    names = [one for read in _readable((certificate,)) for one in _alternative_names(read)]
    wanted = _subject(host)
    if isinstance(wanted, x509.IPAddress):
        return wanted in names
    return any(isinstance(one, x509.DNSName) for one in names)


def _alternative_names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        kind = x509.SubjectAlternativeName
        return list(certificate.extensions.get_extension_for_class(kind).value)
    except (x509.ExtensionNotFound, ValueError, TypeError):
        return []


def _has_subject_alternative_name(certificate: x509.Certificate) -> bool:
    try:
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError, TypeError):
        return False
    return True


def _readable(encoded: Iterable[bytes]) -> Iterator[x509.Certificate]:
    for der in encoded:
        with warnings.catch_warnings(), suppress(ValueError, TypeError):
            warnings.simplefilter("ignore")  # about oddities of other people's certificates
            yield x509.load_der_x509_certificate(der)


def _subject(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
