"""A PIN, an issue code or a password: kept out of logs and tracebacks, overwritten after use."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from certclient.model.wiping import overwrite

_ENCODING = "utf-8"
_ERRORS = "surrogatepass"
"""What a keyboard gives may be half a character; it must not end in an exception that names it."""


class Secret:
    """Wraps a secret text. Only `reveal` and `revealed` return it; printing, pickling and copying
    do not.

    It lies in a buffer that is overwritten when the last reference goes, or by `wipe` at once. What
    `reveal` returns is a copy that Python frees without overwriting it: use `revealed` wherever the
    text is not handed on.
    """

    __slots__ = ("_buffer", "_wiped")

    def __init__(self, text: str) -> None:
        encoded = text.encode(_ENCODING, _ERRORS)
        self._buffer = bytearray(encoded)
        self._wiped = False
        overwrite(encoded)

    @classmethod
    def taken(cls, text: str) -> Secret:
        """A secret whose text is overwritten in its source, if nobody but the caller holds it."""
        secret = cls(text)
        overwrite(text, holders=2)
        return secret

    @classmethod
    def of_bytes(cls, encoded: bytearray) -> Secret:
        """A secret from UTF-8 that a peer has sent. `encoded` is overwritten."""
        secret = cls("")
        secret._buffer = bytearray(encoded)
        overwrite(encoded)
        return secret

    @classmethod
    def typed(cls, text: str) -> Secret:
        """A secret as typed by a user; see `taken`.

        Full-width characters (１２３４), as a Japanese input method produces them, become ASCII, so
        that they do not cost an attempt. A text that contains other characters stays unchanged.
        """
        plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
        secret = cls(plain if plain.isascii() else text)
        if plain is not text:
            overwrite(plain)
        del plain
        overwrite(text, holders=2)
        return secret

    def reveal(self) -> str:
        """The secret itself; call it only where it leaves the program (a MAC, a credential store).

        Raises RuntimeError once it is wiped: an empty one would cost an attempt.
        """
        if self._wiped:
            raise RuntimeError("this secret was wiped")
        return self._buffer.decode(_ENCODING, _ERRORS)

    @contextmanager
    def revealed(self) -> Iterator[str]:
        """The secret itself within the block, and overwritten at its end unless somebody keeps it.
        Raises as `reveal`."""
        text = self.reveal()
        try:
            yield text
        finally:
            overwrite(text, holders=2)  # here, and the variable of the block

    def same_as(self, other: Secret) -> bool:
        """Whether both are the same text. False if one is wiped: what it was is not known."""
        return not (self._wiped or other._wiped) and self._buffer == other._buffer

    def copied(self) -> bytearray:
        """The secret as UTF-8 in a buffer that the caller overwrites. Raises as `reveal`."""
        if self._wiped:
            raise RuntimeError("this secret was wiped")
        return bytearray(self._buffer)

    def wipe(self) -> None:
        """Overwrites the secret; it cannot be used any more."""
        overwrite(self._buffer)
        self._wiped = True

    def __del__(self) -> None:
        buffer: bytearray | None = getattr(self, "_buffer", None)
        if buffer is not None:
            buffer[:] = bytes(len(buffer))

    def __bool__(self) -> bool:
        return bool(self._buffer) and not self._wiped

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")
