"""PINs for python-pkcs11, which takes them as text and keeps a copy that it frees as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from certclient.model.secret import Secret
from certclient.model.wiping import overwrite


class _Octets:
    """In place of a str: python-pkcs11 0.10 does nothing with a PIN but encode it and pass the
    octets to the module."""

    __slots__ = ("octets",)

    def __init__(self, octets: bytearray) -> None:
        self.octets = octets

    def encode(self, _encoding: str) -> bytearray:
        return self.octets


@contextmanager
def octets_of(*secrets: Secret) -> Iterator[Any]:
    """The PIN, or a tuple of several, for calls of python-pkcs11 within the block; overwritten at
    its end."""
    given = [_Octets(secret.copied()) for secret in secrets]
    try:
        yield given[0] if len(given) == 1 else tuple(given)
    finally:
        for one in given:
            overwrite(one.octets)


def length_of(secret: Secret) -> int | None:
    """How many bytes a PIN has in UTF-8; None for broken input (a lone surrogate)."""
    octets = secret.copied()
    try:
        overwrite(octets.decode())
    except UnicodeDecodeError:  # it must not escape: it contains the PIN
        return None
    else:
        return len(octets)
    finally:
        overwrite(octets)
