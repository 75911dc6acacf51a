"""A PKCS#10 certificate request (RFC 2986) signed by a key that never leaves its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from certclient.model import ber
from certclient.model.keys import SignatureAlgorithm, Signer, can_sign, request_algorithm

SUBJECT_ALT_NAME = "2.5.29.17"

_VERSION = bytes.fromhex("020100")
_ATTRIBUTES = 0xA0
_EXTENSION_REQUEST = bytes.fromhex("06092a864886f70d01090e")
"""pkcs-9-at-extensionRequest (RFC 2985, 5.4.2)."""

_IDENTIFIERS = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: bytes.fromhex("300d06092a864886f70d01010b0500"),
    SignatureAlgorithm.RSA_PKCS1_SHA384: bytes.fromhex("300d06092a864886f70d01010c0500"),
    SignatureAlgorithm.RSA_PKCS1_SHA512: bytes.fromhex("300d06092a864886f70d01010d0500"),
    SignatureAlgorithm.ECDSA_SHA256: bytes.fromhex("300a06082a8648ce3d040302"),
    SignatureAlgorithm.ECDSA_SHA384: bytes.fromhex("300a06082a8648ce3d040303"),
}
"""AlgorithmIdentifiers: RSA with a NULL (RFC 4055, 5), ECDSA without (RFC 5758, 3.2)."""


@dataclass(frozen=True, slots=True)
class RequestedExtension:
    """An extension that the certificate shall have. `value`: the DER within its OCTET STRING."""

    oid: str
    value: bytes
    critical: bool = False

    def encode(self) -> bytes:
        """Extension as DER (RFC 5280, 4.1)."""
        critical = b"\x01\x01\xff" if self.critical else b""
        octets = ber.encoded(ber.OCTET_STRING, self.value)
        return ber.encoded(ber.SEQUENCE, ber.encoded_oid(self.oid) + critical + octets)


def certificate_request(
    subject: bytes,
    signer: Signer,
    extensions: Sequence[RequestedExtension] = (),
    algorithm: SignatureAlgorithm | None = None,
) -> bytes:
    """A request (DER) for `subject`, a Name (DER) that is taken over byte for byte.

    Its signature by the key itself is the proof of possession. `algorithm`: one of
    `request_algorithms`; None for the preferred one. Raises CertclientError(KEY_UNSUPPORTED) and
    whatever `Signer.sign` raises.
    """
    algorithm = algorithm or request_algorithm(signer.spki)
    information = ber.encoded(
        ber.SEQUENCE,
        _VERSION + subject + signer.spki + ber.encoded(_ATTRIBUTES, _attributes(extensions)),
    )
    signature = signer.sign(information, algorithm)
    bits = ber.encoded(ber.BIT_STRING, b"\x00" + signature)
    return ber.encoded(ber.SEQUENCE, information + _IDENTIFIERS[algorithm] + bits)


def request_algorithms(spki: bytes) -> Sequence[SignatureAlgorithm]:
    """How a key (SubjectPublicKeyInfo) can sign a request, the preferred algorithm first.

    Raises CertclientError(KEY_UNSUPPORTED) for a kind of key that this program does not make.
    """
    preferred = request_algorithm(spki)
    others = [one for one in _IDENTIFIERS if one is not preferred and can_sign(spki, one)]
    return (preferred, *others)


def requested_key(request: bytes) -> bytes:
    """The public key (SubjectPublicKeyInfo) in a request of `certificate_request`; b"" if none."""
    information = ber.children((ber.children(ber.read(request)) or (None,))[0]) or ()
    return information[2].encoding if len(information) > 2 else b""


def requested_names(request: bytes) -> tuple[bytes, Sequence[str]] | None:
    """The subject (DER) and the OIDs of the requested extensions; None if it is no request."""
    information = ber.children((ber.children(ber.read(request)) or (None,))[0]) or ()
    if len(information) < len(("version", "subject", "key")):
        return None
    attributes = ber.children(information[3]) if len(information) > 3 else ()
    values = [ber.children(one) or () for one in attributes or ()]
    sets = [one[1] for one in values if len(one) == 2 and one[0].encoding == _EXTENSION_REQUEST]
    lists = [listed for one in sets for listed in ber.children(one) or ()]
    extensions = [one for listed in lists for one in ber.children(listed) or ()]
    oids = [ber.object_identifier((ber.children(one) or (one,))[0]) for one in extensions]
    return information[1].encoding, [oid for oid in oids if oid is not None]


def _attributes(extensions: Sequence[RequestedExtension]) -> bytes:
    if not extensions:
        return b""
    listed = ber.encoded(ber.SEQUENCE, b"".join(one.encode() for one in extensions))
    return ber.encoded(ber.SEQUENCE, _EXTENSION_REQUEST + ber.encoded(ber.SET, listed))
