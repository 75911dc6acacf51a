"""A PIN, an issue code or a password: a text that no log or traceback shows by accident."""

from __future__ import annotations

import unicodedata
from typing import NoReturn


class Secret:
    """Wraps a secret text. Only `reveal()` gives it out; printing, pickling and copying do not."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def typed(cls, text: str) -> Secret:
        """What a person typed. Full-width characters, as a Japanese keyboard gives them with the
        input method on (１２３４), become the plain ones that were meant: no attempt is wasted on
        them. A text that is more than that stays as it is."""
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
