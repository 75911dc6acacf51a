"""Validates one path (RFC 5280, 6.1) with pyhanko-certvalidator (docs/adr/0017).

The library goes through the path and checks validity, basicConstraints, path length, keyCertSign,
policies and critical extensions. Three things it gets from here: whether names are the same
(`model.names`), whether they are permitted (`name_constraints`), whether a signature is right
(`cmp.signatures`).
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.authority import CertTrustAnchor, TrustQualifiers
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.sig_validate import SignatureValidator
from pyhanko_certvalidator.validate import SUPPORTED_EXTENSIONS, async_validate_path

from certclient.ca.pkix.name_constraints import check_names
from certclient.ca.pkix.parts import CertificateParts, PathError
from certclient.cmp.mac import ProtectionError
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.signatures import check_signature
from certclient.cmp.syntax import MalformedMessageError
from certclient.model import ber
from certclient.model.ca_signatures import CaSignature
from certclient.model.certificate_reading import KeyUsage
from certclient.model.names import CanonicalName

_UNDECIDED = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    RecursionError,
)
"""What asn1crypto raises, late and in the library's hands, for values that it cannot read."""

_POLICY_CONSTRAINTS, _INHIBIT_ANY = "2.5.29.36", "2.5.29.54"
_MAX_NUMBER = 8
"""Octets."""

_NO_REVOCATION = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
)


def check_path(
    path: Sequence[CertificateParts], now: datetime, allowed: frozenset[CaSignature]
) -> None:
    """Checks a path from leaf to anchor at `now` (aware); all of its names fit already.

    Raises PathError.
    """
    _check_anchor(path[-1], now)
    check_names(path)
    for one in path[:-1]:
        _check_policy_numbers(one)
    try:
        anchor, *issuers, leaf = (_PathCertificate.of(one) for one in reversed(path))
        trusted = ValidationPath(_trust_anchor(anchor), issuers, leaf)
        _run(async_validate_path(_context(now, allowed), trusted))
    except ValidationError as error:
        raise PathError(str(error)) from error
    except _UNDECIDED as error:
        raise PathError(f"unreadable: {error!r}"[:300]) from error


def check_lone_anchor(anchor: CertificateParts, now: datetime) -> None:
    """Checks a trust anchor that is the leaf itself. Raises PathError."""
    _check_validity(anchor, now)
    _check_critical_extensions(anchor)


def _check_anchor(anchor: CertificateParts, now: datetime) -> None:
    """Beyond RFC 5280, which trusts an anchor's name and key: its certificate means what it says.

    Its own signature does not matter, and neither does its hash.
    """
    check_lone_anchor(anchor, now)
    usage = anchor.certificate.key_usage
    if not anchor.certificate.is_ca or (usage is not None and KeyUsage.KEY_CERT_SIGN not in usage):
        raise PathError("a trust anchor whose key must not sign certificates")


def _check_validity(one: CertificateParts, now: datetime) -> None:
    if not one.certificate.valid_at(now):
        raise PathError(f"{one.certificate.common_name}: a trust anchor that is not valid now")


def _check_critical_extensions(one: CertificateParts) -> None:
    try:
        unknown = _PathCertificate.of(one).critical_extensions - SUPPORTED_EXTENSIONS
    except _UNDECIDED as error:
        raise PathError(f"unreadable: {error!r}"[:300]) from error
    if unknown:
        raise PathError(f"unknown critical extensions: {', '.join(sorted(unknown))}")


def _check_policy_numbers(one: CertificateParts) -> None:
    """The library takes any content of policyConstraints and inhibitAnyPolicy, which makes none of
    them (RFC 5280, 4.2.1.11 and 4.2.1.14)."""
    constraints, inhibition = one.extension(_POLICY_CONSTRAINTS), one.extension(_INHIBIT_ANY)
    if constraints is not None:
        numbers = ber.children(ber.read(constraints)) or ()
        tags = [number.tag for number in numbers]
        if tags not in ([0x80], [0x81], [0x80, 0x81]) or not all(map(_is_natural, numbers)):
            raise PathError("malformed policy constraints")
    if inhibition is not None:
        number = ber.read(inhibition)
        if number is None or number.tag != ber.INTEGER or not _is_natural(number):
            raise PathError("malformed inhibitAnyPolicy")


def _is_natural(number: ber.Tlv) -> bool:
    return 0 < len(number.content) <= _MAX_NUMBER and number.content[0] < 0x80


class _ComparedName:
    """A name as the library uses it. It compares two, and asks whether one has RDNs."""

    def __init__(self, canonical: CanonicalName) -> None:
        self.chosen = canonical

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ComparedName) and self.chosen == other.chosen

    def __hash__(self) -> int:
        return hash(self.chosen)


class _PathCertificate(x509.Certificate):
    """A certificate whose names the library compares, but neither reads nor constrains."""

    _names: tuple[_ComparedName, _ComparedName]

    @classmethod
    def of(cls, parts: CertificateParts) -> _PathCertificate:
        certificate = cls.load(parts.certificate.der, strict=True)
        certificate._names = (_ComparedName(parts.subject), _ComparedName(parts.issuer))
        return certificate

    @property
    def subject(self) -> _ComparedName:
        return self._names[0]

    @property
    def issuer(self) -> _ComparedName:
        return self._names[1]

    @property
    def subject_alt_name_value(self) -> tuple[()]:
        return ()

    @property
    def name_constraints_value(self) -> None:
        return None


class _AllowedSignatures(SignatureValidator):
    """Verifies signatures by the algorithms of a profile."""

    def __init__(self, allowed: frozenset[CaSignature]) -> None:
        self._allowed = allowed

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: object = None,
    ) -> None:
        try:
            algorithm = AlgorithmIdentifier.decode(signature_algorithm.dump())
            key = public_key_info.dump()
            check_signature(algorithm, key, signature, signed_data, self._allowed)
        except (ProtectionError, MalformedMessageError) as error:
            raise InvalidSignature(str(error)) from error


class _AnyAlgorithm(AlgorithmUsagePolicy):
    """Leaves the decision to `_AllowedSignatures`."""

    def signature_algorithm_allowed(
        self, algo: object, moment: object, public_key: object
    ) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(allowed=True)


def _trust_anchor(certificate: _PathCertificate) -> CertTrustAnchor:
    """Its path length counts; its policies do not (RFC 5280, 6.1.1: any policy)."""
    length = certificate.max_path_length
    qualifiers = TrustQualifiers(max_path_length=length, max_aa_path_length=length)
    return CertTrustAnchor(certificate, qualifiers)


def _context(now: datetime, allowed: frozenset[CaSignature]) -> ValidationContext:
    return ValidationContext(
        trust_roots=[],
        moment=now,
        revinfo_policy=_NO_REVOCATION,
        time_tolerance=timedelta(0),
        algorithm_usage_policy=_AnyAlgorithm(),
        signature_validator=_AllowedSignatures(allowed),
    )


def _run(validation: Coroutine[Any, Any, object]) -> None:
    """Runs a coroutine that never waits, since nothing is fetched; without an event loop."""
    try:
        validation.send(None)
    except StopIteration:
        return
    validation.close()
    raise PathError("path validation waits for something")
