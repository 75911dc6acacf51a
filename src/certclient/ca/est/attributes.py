"""CSR attributes (RFC 7030, 4.5; RFC 8951, 4; RFC 9908): what a CA wants in a request.

What is not known is ignored, as RFC 7030, 4.5.2 demands. What is known is either done or refused:
a request that lacks it would be refused by the CA, or worse, granted with less than it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from certclient.ca.est.certificates import decoded_body, malformed
from certclient.ca.pkcs10 import SUBJECT_ALT_NAME, RequestedExtension
from certclient.model import ber
from certclient.model.ber import Tlv
from certclient.model.certificate_reading import EXTENDED_KEY_USAGE, KEY_USAGE
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.model.public_keys import rsa_modulus

_CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"
_EXTENSION_REQUESTS = ("1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14")
"""Of PKCS#9 (RFC 2985, 5.4.2), and Microsoft's own."""

_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_KEYS = (_RSA, _EC, "1.3.101.112", "1.3.101.113")
_CURVES = ("1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35")

_SIGNATURES = {
    "1.2.840.113549.1.1.11": "RSA_PKCS1_SHA256",
    "1.2.840.113549.1.1.12": "RSA_PKCS1_SHA384",
    "1.2.840.113549.1.1.13": "RSA_PKCS1_SHA512",
    "1.2.840.113549.1.1.5": "RSA_PKCS1_SHA1",
    "1.2.840.113549.1.1.10": "RSA_PSS",
    "1.2.840.10045.4.1": "ECDSA_SHA1",
    "1.2.840.10045.4.3.2": "ECDSA_SHA256",
    "1.2.840.10045.4.3.3": "ECDSA_SHA384",
    "1.2.840.10045.4.3.4": "ECDSA_SHA512",
}
"""Signature algorithms that a CA can name, by the names of SignatureAlgorithm; it has not all."""

_HASHES = {
    "2.16.840.1.101.3.4.2.1": "SHA256",
    "2.16.840.1.101.3.4.2.2": "SHA384",
    "2.16.840.1.101.3.4.2.3": "SHA512",
    "1.3.14.3.2.26": "SHA1",
}
_DEFAULTS = {
    EXTENDED_KEY_USAGE: bytes.fromhex("300a06082b06010505070302"),  # clientAuth
    KEY_USAGE: bytes.fromhex("03020780"),  # digitalSignature
}
"""What to ask for where the CA names an extension and leaves its value open."""

_NAMES = {
    _CHALLENGE_PASSWORD: "challengePassword",
    _RSA: "rsaEncryption",
    _EC: "id-ecPublicKey",
    SUBJECT_ALT_NAME: "subjectAltName",
}


@dataclass(frozen=True, slots=True)
class CsrAttribute:
    """One demand: a dotted OID, and the values if it is an Attribute."""

    oid: str
    values: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestContent:
    """What goes into a request beside subject and key."""

    algorithm: SignatureAlgorithm
    extensions: tuple[RequestedExtension, ...]


def csr_attributes(body: bytes) -> Sequence[CsrAttribute]:
    """The attributes in an answer to csrattrs; none in an empty one. Raises CA_MALFORMED."""
    if not body.strip():
        return ()
    data = decoded_body(body)
    whole = ber.read(data)
    listed = ber.children(whole)
    if whole is None or listed is None or whole.tag != ber.SEQUENCE or whole.encoding != data:
        raise malformed("damaged CsrAttrs")
    return [_attribute(one) for one in listed]


def request_content(
    attributes: Sequence[CsrAttribute],
    spki: bytes,
    possible: Sequence[SignatureAlgorithm],
    alternative_names: bytes | None = None,
) -> RequestContent:
    """What a request must contain for the CA's `attributes`.

    `spki`: of the new key (DER); `possible`: how it can sign, the preferred algorithm first;
    `alternative_names`: the current certificate's subjectAltName (DER), which a renewal keeps (RFC
    7030, 4.2.2). Raises CA_REQUIREMENT, which names what cannot be done, and CA_MALFORMED.
    """
    for one in attributes:
        if one.oid == _CHALLENGE_PASSWORD:
            # tls-unique, which it would have to hold, does not exist in TLS 1.3 (RFC 8446, C.5).
            raise _impossible(one.oid)
    _check_key(attributes, spki)
    algorithm = _algorithm([one.oid for one in attributes], possible)
    return RequestContent(algorithm, _extensions(attributes, alternative_names))


def _attribute(element: Tlv) -> CsrAttribute:
    """AttrOrOID (RFC 7030, 4.5.2)."""
    members = ber.children(element) or ()
    oid = ber.object_identifier(members[0] if members else element)
    if oid is None:
        raise malformed("damaged CsrAttrs")
    values = ber.children(members[1]) if len(members) > 1 else ()
    if values is None:
        raise malformed("damaged values in CsrAttrs")
    return CsrAttribute(oid, values)


def _check_key(attributes: Sequence[CsrAttribute], spki: bytes) -> None:
    """One of the kinds of key that the CA names, if it names any."""
    kinds = [one for one in attributes if one.oid in _KEYS]
    curves = [one for one in attributes if one.oid in _CURVES]
    for wanted in (kinds, curves):
        if wanted and not any(_is_of_kind(spki, one) for one in wanted):
            raise _impossible(wanted[0].oid, _detail(wanted[0]))


def _is_of_kind(spki: bytes, wanted: CsrAttribute) -> bool:
    """Whether the key is as wanted: a size for RSA (in bits), a curve for EC (RFC 9908, 3.4)."""
    algorithm = ber.children((ber.children(ber.read(spki)) or (None,))[0]) or ()
    oids = [ber.object_identifier(one) for one in algorithm]
    if wanted.oid not in oids:
        return False
    if wanted.oid == _RSA:
        sizes = [ber.integer(one) for one in wanted.values]
        return not sizes or (rsa_modulus(spki) or 0).bit_length() in sizes
    parameters = [ber.object_identifier(one) for one in wanted.values]
    return not parameters or any(one in oids for one in parameters)


def _detail(wanted: CsrAttribute) -> str:
    """The size or curve in an attribute, for a person."""
    values = [ber.integer(one) or ber.object_identifier(one) or "?" for one in wanted.values]
    return ", ".join(map(str, values))


def _algorithm(oids: Sequence[str], possible: Sequence[SignatureAlgorithm]) -> SignatureAlgorithm:
    signatures = [oid for oid in oids if oid in _SIGNATURES]
    hashes = [oid for oid in oids if oid in _HASHES]
    fitting = [
        one
        for one in possible
        if (not signatures or one.name in [_SIGNATURES[oid] for oid in signatures])
        and (not hashes or one.name.rpartition("_")[2] in [_HASHES[oid] for oid in hashes])
    ]
    if not fitting:
        raise _impossible([*signatures, *hashes][0])
    return fitting[0]


def _extensions(
    attributes: Sequence[CsrAttribute], alternative_names: bytes | None
) -> tuple[RequestedExtension, ...]:
    found: dict[str, RequestedExtension] = {}
    if alternative_names is not None:
        found[SUBJECT_ALT_NAME] = RequestedExtension(SUBJECT_ALT_NAME, alternative_names)
    for wanted in _wanted_extensions(attributes):
        if wanted.oid not in found:
            found[wanted.oid] = _filled(wanted)
    return tuple(found.values())


def _wanted_extensions(attributes: Sequence[CsrAttribute]) -> Iterator[RequestedExtension]:
    """The extensions that the CA names; a value of b"" is left to the client."""
    for one in attributes:
        if one.oid in _EXTENSION_REQUESTS:
            for value in one.values:
                yield from _extension_request(value)
        elif one.oid in _DEFAULTS or one.oid == SUBJECT_ALT_NAME:
            yield RequestedExtension(one.oid, _usages(one))


def _extension_request(value: Tlv) -> Iterator[RequestedExtension]:
    """Extensions, or as in RFC 7030, 4.5.2, the OID of one."""
    if (oid := ber.object_identifier(value)) is not None:
        yield RequestedExtension(oid, b"")
        return
    for extension in ber.children(value) or ():
        members = ber.children(extension) or ()
        oid = ber.object_identifier(members[0]) if members else None
        if oid is None:
            raise malformed("damaged extension in CsrAttrs")
        last = members[-1]
        octets = ber.octets(last) if last.is_a(ber.OCTET_STRING) else b""
        yield RequestedExtension(oid, octets, any(ber.boolean(one) or False for one in members))


def _usages(wanted: CsrAttribute) -> bytes:
    """An attribute with the OID of extendedKeyUsage holds the purposes themselves."""
    if wanted.oid != EXTENDED_KEY_USAGE or not wanted.values:
        return b""
    return ber.encoded(ber.SEQUENCE, b"".join(one.encoding for one in wanted.values))


def _filled(wanted: RequestedExtension) -> RequestedExtension:
    if wanted.value not in (b"", b"\x30\x00"):
        return wanted
    default = _DEFAULTS.get(wanted.oid)
    if default is None:
        raise _impossible(wanted.oid)
    return RequestedExtension(wanted.oid, default, wanted.critical)


def _impossible(oid: str, detail: str = "") -> CertclientError:
    """CA_REQUIREMENT for the OID, by its name where it has one here."""
    name = _NAMES.get(oid, "")
    named = f"{name} ({oid})" if name else oid
    return CertclientError(
        ErrorCode.CA_REQUIREMENT, requirement=f"{named}: {detail}" if detail else named
    )
