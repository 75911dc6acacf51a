"""Templates for C_GenerateKeyPair, from the strictest to the plainest.

Modules refuse attributes that others require (tpm2-pkcs11: CKA_ENCRYPT = false). What makes a key
safe is in every template: CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE and CKA_EXTRACTABLE = false.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial

import pkcs11
from pkcs11 import Attribute, KeyType, MechanismFlag
from pkcs11 import exceptions as p11
from pkcs11.constants import DEFAULT

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.model.public_keys import KeyKind
from certclient.store.pkcs11.ckr import CURVE_NOT_SUPPORTED, ckr_name, ckr_number

_FALSE_FOR_TPMS = frozenset({Attribute.ENCRYPT, Attribute.DECRYPT})
_FALSE_USAGES = _FALSE_FOR_TPMS | {Attribute.WRAP, Attribute.UNWRAP, Attribute.DERIVE}
_PRIVATE_OF_PUBLIC = _FALSE_USAGES | {Attribute.PRIVATE}
_ALL_USAGES = _PRIVATE_OF_PUBLIC | {Attribute.SIGN, Attribute.VERIFY}
_PLAINEST = _ALL_USAGES | {Attribute.PUBLIC_EXPONENT}

_LEFT_OUT: tuple[frozenset[Attribute], ...] = (
    frozenset(),
    _FALSE_FOR_TPMS,
    _FALSE_USAGES,
    _PRIVATE_OF_PUBLIC,
    _ALL_USAGES,
    _PLAINEST,
    _FALSE_USAGES | {Attribute.ID},
    _PLAINEST | {Attribute.ID},
)
"""What each template leaves out. CKA_PRIVATE: of the public half only, which then may be hidden."""

_SAFE = {Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}

_OTHER_CAUSES = (
    p11.DeviceMemory,
    p11.DeviceRemoved,
    p11.DomainParamsInvalid,
    p11.FunctionCancelled,
    p11.HostMemory,
    p11.KeySizeRange,
    p11.MechanismInvalid,
    p11.MechanismParamInvalid,
    p11.ObjectHandleInvalid,
    p11.PinExpired,
    p11.PinLocked,
    p11.SessionClosed,
    p11.SessionHandleInvalid,
    p11.SessionReadOnly,
    p11.SlotIDInvalid,
    p11.TokenNotPresent,
    p11.TokenWriteProtected,
    p11.UserNotLoggedIn,
)
"""Errors that another template would not prevent."""

_accepted: dict[tuple[str, KeyKind], int] = {}
"""By `store_id` and kind of key: the first template that a token accepted; those before it are not
tried again."""


def provisional_id(label: str) -> bytes:
    """Returns the CKA_ID that a key has until its public key is known.

    Some tokens refuse an empty CKA_ID, and some never change it; it then stays.
    """
    return hashlib.sha1(label.encode(), usedforsecurity=False).digest()


def templates(store_id: str, kind: KeyKind) -> Iterator[int]:
    """Yields the numbers of the templates to try with this token, in their order."""
    yield from range(_accepted.get((store_id, kind), 0), len(_LEFT_OUT))


def accepted(store_id: str, kind: KeyKind, number: int) -> None:
    """Remembers, while the program runs, which template this token accepts."""
    _accepted[store_id, kind] = number


def may_be_the_template(error: pkcs11.PKCS11Error) -> bool:
    """Whether a plainer template may help: modules return anything for one that they refuse."""
    return not isinstance(error, _OTHER_CAUSES) and ckr_number(error) != CURVE_NOT_SUPPORTED


def as_unsupported(error: pkcs11.PKCS11Error, algorithm: KeyAlgorithm) -> CertclientError | None:
    """The KEY_UNSUPPORTED that a failed generation stands for if the token makes no such keys,
    whatever it claims; None for another cause."""
    ec = algorithm.kind is KeyKind.EC
    refused = isinstance(error, _REFUSED_CURVE if ec else p11.KeySizeRange)
    if not refused and ckr_number(error) != CURVE_NOT_SUPPORTED:
        return None
    problem = "no-ec" if ec else "no-size"
    return CertclientError(ErrorCode.KEY_UNSUPPORTED, problem=problem, reason=ckr_name(error))


_REFUSED_CURVE = (p11.DomainParamsInvalid, p11.KeySizeRange, p11.MechanismInvalid)


def generate_with(
    session: pkcs11.Session, number: int, spec: KeySpec, label: str
) -> tuple[pkcs11.PublicKey, pkcs11.PrivateKey]:
    """Calls C_GenerateKeyPair with a template. Raises pkcs11.PKCS11Error."""
    left_out = _LEFT_OUT[number]
    return _generator(session, spec.algorithm)(
        id=None if Attribute.ID in left_out else provisional_id(label),
        label=label,
        store=True,
        capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
        public_template=_without(_OF_PUBLIC & left_out, {Attribute.PRIVATE: False}),
        private_template=_without(_OF_PRIVATE & left_out, _SAFE),
    )


def _generator(
    session: pkcs11.Session, algorithm: KeyAlgorithm
) -> Callable[..., tuple[pkcs11.PublicKey, pkcs11.PrivateKey]]:
    """CKM_RSA_PKCS_KEY_PAIR_GEN, or CKM_EC_KEY_PAIR_GEN with a named curve."""
    if algorithm.curve is None:
        return partial(session.generate_keypair, KeyType.RSA, algorithm.bits)
    curve = {Attribute.EC_PARAMS: algorithm.curve.value}
    return session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair


_OF_PUBLIC = frozenset(
    {
        Attribute.ENCRYPT,
        Attribute.ID,
        Attribute.PRIVATE,
        Attribute.PUBLIC_EXPONENT,
        Attribute.VERIFY,
        Attribute.WRAP,
    }
)
_OF_PRIVATE = frozenset(
    {Attribute.DECRYPT, Attribute.DERIVE, Attribute.ID, Attribute.SIGN, Attribute.UNWRAP}
)


def _without(
    left_out: frozenset[Attribute], template: dict[Attribute, bool]
) -> dict[Attribute, object]:
    return {**template, **dict.fromkeys(left_out, DEFAULT)}
