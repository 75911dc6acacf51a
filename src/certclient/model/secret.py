"""A PIN, an issue code or a password, kept out of logs and tracebacks."""

from __future__ import annotations

import unicodedata
from typing import NoReturn


class Secret:
    """Wraps a secret text. Only `reveal()` returns it; printing, pickling and copying do not."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def typed(cls, text: str) -> Secret:
        """A secret as typed by a user.

        Full-width characters (１２３４), as a Japanese input method produces them, become ASCII, so
        that they do not cost an attempt. A text that contains other characters stays unchanged.
        """
        plain = unicodedata.normalize("NFKC", text)
        return cls(plain if plain.isascii() else text)

    def reveal(self) -> str:
        """The secret itself; call it only where it leaves the program (a token, a MAC)."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")
