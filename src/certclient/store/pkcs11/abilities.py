"""What a token can sign, found out before anything is asked of a CA.

Not every token has RSA-PSS (OpenSC with many cards), and a list of mechanisms is only a claim: a
trial signature with the new key shows what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pkcs11
from pkcs11 import Mechanism, MechanismFlag
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import REQUEST_ALGORITHMS, SignatureAlgorithm, Signer
from certclient.store.proof import prove_key

PSS = (SignatureAlgorithm.RSA_PSS_SHA256,)
"""What only TLS 1.3 needs."""

_NO_SIGNATURE, _NO_PSS = "no-signature", "no-pss"
"""Data `problem` of KEY_UNSUPPORTED."""

_CANNOT = frozenset(
    {ErrorCode.KEY_SELF_TEST_FAILED, ErrorCode.KEY_UNSUPPORTED, ErrorCode.TOKEN_FAILED}
)
"""How a token that is there ends a signature that it cannot make."""


def require_mechanisms(session: pkcs11.Session, *, pss: bool) -> None:
    """Raises KEY_UNSUPPORTED if the token does not claim to sign as requests and logins need it.

    `pss`: the bank's login takes nothing but RSA-PSS.
    """
    for mechanism, needed, problem in (
        (Mechanism.RSA_PKCS, True, _NO_SIGNATURE),
        (Mechanism.RSA_PKCS_PSS, pss, _NO_PSS),
    ):
        if needed and not _has(session, mechanism):
            raise _unsupported(problem, f"CKM_{mechanism.name}")


def try_new_key(
    signer: Signer, session: pkcs11.Session, random_bytes: Callable[[int], bytes], *, pss: bool
) -> None:
    """Signs with a new key as requests and logins will.

    `pss`: the bank's login takes nothing but RSA-PSS. Otherwise PSS is needed only of a token that
    claims it: a browser would use it. Raises KEY_UNSUPPORTED, and the errors of a token that is
    gone, or of its PIN.
    """
    _try(signer, random_bytes, REQUEST_ALGORITHMS, _NO_SIGNATURE)
    if pss or makes_pss(session):
        _try(signer, random_bytes, PSS, _NO_PSS)


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
    """Whether the token claims to make RSA-PSS signatures, which TLS 1.3 needs."""
    return _has(session, Mechanism.RSA_PKCS_PSS)


def _has(session: pkcs11.Session, mechanism: Mechanism) -> bool:
    """Whether the token claims to sign with this mechanism; true if it does not say what it has.

    Some modules list it and say nothing more about it: it is not there.
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
    return flags is not None and (not flags or bool(flags & MechanismFlag.SIGN))


def _unsupported(problem: str, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.KEY_UNSUPPORTED, problem=problem, reason=reason)
