"""What a bank's issue codes look like, and how a typed one is read.

A code that cannot be right is found before anything is sent, so that no attempt at the bank is
spent on a typing error.
"""

from __future__ import annotations

import enum
import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import FaultError, Reason
from certclient.model.secret import Secret
from certclient.model.wiping import overwrite

DASHES = frozenset("−ー‐‑‒–—―─━-")
"""What stands for a hyphen, on keyboards and in print."""
_ALIKE = (frozenset("0Oo"), frozenset("1Il|"))
"""Characters that are mistaken for one another on paper."""
_WIDEST_RANGE = 100
LONGEST_CODE = 64
MOST_CODE_ATTEMPTS = 100
"""What a profile may set."""


class CodeCase(enum.Enum):
    """Whether capital and small letters differ in a code, and else which of them is meant."""

    KEPT = "kept"
    UPPER = "upper"
    LOWER = "lower"


class CodeProblem(enum.Enum):
    """Why a code cannot be right."""

    LENGTH = "length"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class CodeRule:
    """A bank's issue codes; by default any characters, with hyphens ignored.

    `alphabet`: the characters besides hyphens, empty for any. `lengths`: the numbers of characters
    that a code may have, empty for any. `hyphens`: they are part of the code, and of its length.
    `attempts`: how many wrong codes the bank accepts before it locks the right one, 0 if it does
    not say.
    """

    alphabet: frozenset[str] = frozenset()
    lengths: tuple[int, ...] = ()
    hyphens: bool = False
    case: CodeCase = CodeCase.KEPT
    attempts: int = 0

    def read(self, typed: str) -> Secret | None:
        """The code that a user means by `typed`; None if nothing is left.

        Full-width characters are normalised (NFKC). Spaces are ignored unless the alphabet has
        them, hyphens unless they are part of the code; then every kind of dash counts as one.
        Letters are folded where their case does not count, which is also so if the alphabet has
        only one case. A character that the alphabet lacks becomes the one that looks like it
        (O and 0; I, l and 1) if the alphabet has exactly one of these.
        """
        plain = unicodedata.normalize("NFKC", typed)
        bare = plain.strip()
        code = "".join(filter(None, map(self._meant, bare)))
        if bare is not plain:
            overwrite(bare)
        del bare
        if plain is not typed:
            overwrite(plain)
        return Secret.taken(code) if code else None

    def problem(self, code: Secret) -> CodeProblem | None:
        """Why `code`, as `read` returned it, cannot be right; None if it can."""
        with code.revealed() as text:
            if self.alphabet and any(not self._has(character) for character in text):
                return CodeProblem.CHARACTERS
            return CodeProblem.LENGTH if self.lengths and len(text) not in self.lengths else None

    def error(self, problem: CodeProblem) -> CertclientError:
        """ISSUE_CODE_FORMAT, with what the bank's codes look like (`rule_of` reads it)."""
        return CertclientError(
            ErrorCode.ISSUE_CODE_FORMAT,
            problem=problem.value,
            alphabet="".join(sorted(self.alphabet)),
            lengths=" ".join(map(str, self.lengths)),
            hyphens="kept" if self.hyphens else "ignored",
            case=self.case.value,
        )

    def _meant(self, character: str) -> str:
        if character in DASHES:
            return "-" if self.hyphens else ""
        if character.isspace() and character not in self.alphabet:
            return ""
        folded = self._folded(character)
        return folded if not self.alphabet or self._has(folded) else self._look_alike(character)

    def _folded(self, character: str) -> str:
        upper = any(map(str.isupper, self.alphabet))
        lower = any(map(str.islower, self.alphabet))
        if self.case is CodeCase.UPPER or (upper and not lower):
            return character.upper()
        if self.case is CodeCase.LOWER or (lower and not upper):
            return character.lower()
        return character

    def _has(self, character: str) -> bool:
        return character in self.alphabet or (self.hyphens and character == "-")

    def _look_alike(self, character: str) -> str:
        """The character itself if it stands for none, or for several."""
        alike = next((group for group in _ALIKE if character in group), frozenset())
        found = alike & self.alphabet
        return next(iter(found)) if len(found) == 1 else character


FREE_CODE = CodeRule()
"""The codes of a bank whose profile says nothing about them."""


def rule_of(data: Mapping[str, str]) -> CodeRule:
    """The rule in the data of ISSUE_CODE_FORMAT."""
    return CodeRule(
        frozenset(data.get("alphabet", "")),
        tuple(int(one) for one in data.get("lengths", "").split()),
        data.get("hyphens") == "kept",
        CodeCase(data.get("case", CodeCase.KEPT.value)),
    )


def code_rule(alphabet: str, lengths: Sequence[int], *, hyphens: bool, case: CodeCase) -> CodeRule:
    """The rule that a profile describes; `alphabet`: characters and ranges, as in "A-Z0-9".

    Raises FaultError: CODE_ALPHABET (a dash that stands for itself, a range that runs backwards, a
    character that cannot be typed), CODE_CASE (the alphabet has letters of the other case).
    """
    characters = frozenset(_characters(alphabet))
    wrong = {CodeCase.UPPER: string.ascii_lowercase, CodeCase.LOWER: string.ascii_uppercase}
    if other := sorted(characters & set(wrong.get(case, ""))):
        raise FaultError(Reason.CODE_CASE, found=other[0])
    return CodeRule(characters, tuple(lengths), hyphens, case)


def _characters(alphabet: str) -> Iterator[str]:
    at = 0
    while at < len(alphabet):
        first, last, step = alphabet[at], alphabet[at], 1
        if alphabet[at + 1 : at + 2] == "-" and at + 2 < len(alphabet):
            last, step = alphabet[at + 2], 3
        if not 0 <= ord(last) - ord(first) <= _WIDEST_RANGE or {first, last} & DASHES:
            raise FaultError(Reason.CODE_ALPHABET, found=alphabet[at : at + step])
        for number in range(ord(first), ord(last) + 1):
            yield _typeable(chr(number))
        at += step


def _typeable(character: str) -> str:
    """The character itself, unless no user's input could ever give it."""
    stable = unicodedata.normalize("NFKC", character) == character
    if not stable or not character.isprintable():
        raise FaultError(Reason.CODE_ALPHABET, found=ascii(character).strip("'"))
    return character
