"""The names of PKCS#11's return values, for error data: `CKR_DEVICE_MEMORY`, `CKR 0x80000001`."""

from __future__ import annotations

import re

import pkcs11
from pkcs11 import exceptions as p11

_NUMBER = re.compile(r"0x[0-9a-fA-F]+")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

CURVE_NOT_SUPPORTED = 0x140

_BY_NUMBER = {
    0x0A: "CKR_CANT_LOCK",
    0x1B: "CKR_ACTION_PROHIBITED",
    CURVE_NOT_SUPPORTED: "CKR_CURVE_NOT_SUPPORTED",
    0x190: "CKR_CRYPTOKI_NOT_INITIALIZED",
    0x191: "CKR_CRYPTOKI_ALREADY_INITIALIZED",
    0x1A0: "CKR_MUTEX_BAD",
    0x1A1: "CKR_MUTEX_NOT_LOCKED",
}
"""Those that python-pkcs11 has no exception for (PKCS#11 v3.1, pkcs11t.h)."""

_BY_TEXT = {
    "already initialized": 0x191,
    "not initialized": 0x190,
}
"""Words in the text of a PKCS11Error that stands for one of these."""

_IRREGULAR = {"TokenNotRecognised": "CKR_TOKEN_NOT_RECOGNIZED"}
_NOT_OF_THE_MODULE = frozenset(
    {"MultipleObjectsReturned", "MultipleTokensReturned", "NoSuchKey", "NoSuchToken"}
)
"""Exceptions that python-pkcs11 raises by itself."""


def ckr_number(error: pkcs11.PKCS11Error) -> int | None:
    """Returns the number of a return value without an exception of its own, else None."""
    text = str(error)
    if type(error) is not pkcs11.PKCS11Error:
        return None
    for words, number in _BY_TEXT.items():
        if words in text:
            return number
    found = _NUMBER.search(text)
    return int(found.group(), 16) if found else None


def ckr_name(error: pkcs11.PKCS11Error) -> str:
    """Returns the name of the return value that caused `error`; a vendor's own keeps its number."""
    kind = type(error)
    if kind is pkcs11.PKCS11Error:
        number = ckr_number(error)
        if number is None:
            return str(error)[:200] or kind.__name__
        return _BY_NUMBER.get(number, f"CKR {number:#010x}")
    if kind.__name__ in _NOT_OF_THE_MODULE:
        return kind.__name__
    regular = f"CKR_{_BETWEEN_WORDS.sub('_', kind.__name__).upper()}"
    return _IRREGULAR.get(kind.__name__, regular)


def keeps_attribute(error: pkcs11.PKCS11Error) -> bool:
    """Whether `error` is how a token refuses to change an attribute.

    PKCS#11: CKR_ATTRIBUTE_READ_ONLY, CKR_ACTION_PROHIBITED; modules return much else.
    """
    return isinstance(error, _REFUSED_CHANGE) or type(error) is pkcs11.PKCS11Error


_REFUSED_CHANGE = (
    p11.ArgumentsBad,
    p11.AttributeReadOnly,
    p11.AttributeTypeInvalid,
    p11.AttributeValueInvalid,
    p11.FunctionNotSupported,
    p11.GeneralError,
    p11.TemplateInconsistent,
)
