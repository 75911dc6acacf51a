"""What a token can sign, found out before anything is asked of a CA.

Not every token has RSA-PSS (OpenSC with many cards), and a list of mechanisms is only a claim: a
trial signature with the new key shows what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pkcs11
from pkcs11 import Mechanism, MechanismFlag
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    PSS,
    KeySpec,
    SignatureAlgorithm,
    SignaturePurpose,
    Signer,
    signature_algorithms,
)
from certclient.model.public_keys import KeyKind
from certclient.store.proof import prove_key

_NO_SIGNATURE, _NO_PSS, _NO_EC, _NO_SIZE = "no-signature", "no-pss", "no-ec", "no-size"
"""Data `problem` of KEY_UNSUPPORTED."""

_LEAST_BITS = 100
"""A largest key size below it is in bytes, or no size at all."""

_CANNOT = frozenset(
    {ErrorCode.KEY_SELF_TEST_FAILED, ErrorCode.KEY_UNSUPPORTED, ErrorCode.TOKEN_FAILED}
)
"""How a token that is there ends a signature that it cannot make."""


def require_mechanisms(session: pkcs11.Session, spec: KeySpec) -> None:
    """Raises KEY_UNSUPPORTED if the token does not claim to make this key, and to sign with it as
    requests and logins need it."""
    for mechanism, flag, problem in _needed(spec):
        if not _has(session, mechanism, flag):
            raise _unsupported(problem, f"CKM_{mechanism.name}")
    rsa = spec.algorithm.kind is KeyKind.RSA
    generation = Mechanism.RSA_PKCS_KEY_PAIR_GEN if rsa else Mechanism.EC_KEY_PAIR_GEN
    most = _most_bits(session, generation)
    if most is not None and most < spec.algorithm.bits:
        raise _unsupported(_NO_SIZE if rsa else _NO_EC, f"CKM_{generation.name}: {most} bits")


def _needed(spec: KeySpec) -> Iterator[tuple[Mechanism, MechanismFlag, str]]:
    if spec.algorithm.kind is KeyKind.EC:
        yield Mechanism.EC_KEY_PAIR_GEN, MechanismFlag.GENERATE_KEY_PAIR, _NO_EC
        yield Mechanism.ECDSA, MechanismFlag.SIGN, _NO_EC
        return
    yield Mechanism.RSA_PKCS, MechanismFlag.SIGN, _NO_SIGNATURE
    if spec.pss:
        yield Mechanism.RSA_PKCS_PSS, MechanismFlag.SIGN, _NO_PSS


def try_new_key(
    signer: Signer, session: pkcs11.Session, random_bytes: Callable[[int], bytes], *, pss: bool
) -> None:
    """Signs with a new key as requests and logins will.

    `pss`: the bank's login takes nothing but RSA-PSS. Otherwise PSS is needed only of a token that
    claims it: a browser would use it. Raises KEY_UNSUPPORTED, and the errors of a token that is
    gone, or of its PIN.
    """
    login = signature_algorithms(signer.spki, SignaturePurpose.LOGIN)
    _try(signer, random_bytes, [one for one in login if one not in PSS], _NO_SIGNATURE)
    needed = [one for one in login if one in PSS]
    if needed and (pss or makes_pss(session)):
        _try(signer, random_bytes, needed, _NO_PSS)


def _try(
    signer: Signer,
    random_bytes: Callable[[int], bytes],
    algorithms: Sequence[SignatureAlgorithm],
    problem: str,
) -> None:
    try:
        prove_key(signer, signer.spki, random_bytes, algorithms)
    except CertclientError as error:
        if error.code not in _CANNOT:
            raise
        raise _unsupported(problem, error.data.get("reason", "")) from error


def makes_pss(session: pkcs11.Session) -> bool:
    """Whether the token claims to make RSA-PSS signatures, which TLS 1.3 needs of an RSA key."""
    return _has(session, Mechanism.RSA_PKCS_PSS, MechanismFlag.SIGN)


def _has(session: pkcs11.Session, mechanism: Mechanism, flag: MechanismFlag) -> bool:
    """Whether the token claims this use of the mechanism; true if it does not say what it has.

    Some modules list a mechanism and say nothing more about it: it is not there.
    """
    slot = session.token.slot
    try:
        found = slot.get_mechanisms()
        if not found:
            return True
        flags = slot.get_mechanism_info(mechanism).flags if mechanism in found else None
    except p11.MechanismInvalid:
        return False
    except pkcs11.PKCS11Error:
        return True
    return flags is not None and (not flags or bool(flags & flag))


def _most_bits(session: pkcs11.Session, generation: Mechanism) -> int | None:
    """The largest key that the token claims to generate; None if it does not say so."""
    try:
        most = session.token.slot.get_mechanism_info(generation).max_key_length or 0
    except pkcs11.PKCS11Error:
        return None
    return most if most >= _LEAST_BITS else None


def _unsupported(problem: str, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.KEY_UNSUPPORTED, problem=problem, reason=reason)
