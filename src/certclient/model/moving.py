"""新しいパソコンに移る: the number that shows the old computer that the new one has logged in.

It is made of public facts of the new certificate, so that it may be read aloud and written down. It
protects from mistakes, not from attacks: whoever sits at the old computer can revoke its
certificate without a number as well.
"""

from __future__ import annotations

import enum
import hashlib
import unicodedata

from certclient.model.certificate import Certificate
from certclient.model.issue_code import DASHES
from certclient.model.japan_time import day_in_tokyo

_DAYS, _MARKS, _CHECKS = 10_000, 1_000, 100_000
_DIGITS, _GROUP = 12, 4
_PURPOSE = "certclient move 1"


class NumberProblem(enum.Enum):
    """Why a number does not show that the new computer has logged in."""

    TYPED = "typed"
    """No number of this bank and user ID: mistyped, or another user ID's."""
    SAME = "same"
    """That of the old certificate."""
    OLDER = "older"
    """Of a certificate that was issued before the old one."""


def confirmation_number(certificate: Certificate, profile_id: str, user_id: str) -> str:
    """The number of a new certificate: twelve digits in groups of four, as in 6041-2770-3915.

    Four digits are the first day of its validity in Japan (days modulo 10,000), three are of its
    fingerprint, five a checksum over these, the bank and the user ID.
    """
    return grouped(_number(certificate, profile_id, user_id))


def read_number(typed: str) -> str:
    """The digits of a number as somebody types it: full-width digits, spaces and dashes do not
    matter. Anything else stays in it, so that `number_problem` refuses it."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(one for one in text if not (one.isspace() or one in DASHES))


def number_problem(
    digits: str, old: Certificate, profile_id: str, user_id: str
) -> NumberProblem | None:
    """Why `digits` (as `read_number` returns them) end no move from `old`; None if they do."""
    shaped = len(digits) == _DIGITS and digits.isascii() and digits.isdecimal()
    if not shaped or digits[7:] != _check(digits[:7], profile_id, user_id):
        return NumberProblem.TYPED
    if digits == _number(old, profile_id, user_id):
        return NumberProblem.SAME
    if (int(digits[:4]) - _day(old)) % _DAYS > _DAYS // 2:
        return NumberProblem.OLDER
    return None


def grouped(digits: str) -> str:
    """`digits` in groups of four."""
    return "-".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def _number(certificate: Certificate, profile_id: str, user_id: str) -> str:
    mark = int(certificate.fingerprint[:8], 16) % _MARKS
    facts = f"{_day(certificate):04}{mark:03}"
    return facts + _check(facts, profile_id, user_id)


def _day(certificate: Certificate) -> int:
    return day_in_tokyo(certificate.not_before).toordinal() % _DAYS


def _check(facts: str, profile_id: str, user_id: str) -> str:
    text = "\0".join((_PURPOSE, profile_id, user_id, facts))
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return f"{value % _CHECKS:05}"
