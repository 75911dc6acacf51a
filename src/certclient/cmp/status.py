"""PKIStatusInfo: what a CA says about a request (RFC 9810, 5.2.3)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.asn1 import BitString

from certclient.cmp import syntax


class PkiStatus(enum.IntEnum):
    ACCEPTED = 0
    GRANTED_WITH_MODS = 1
    REJECTION = 2
    WAITING = 3
    REVOCATION_WARNING = 4
    REVOCATION_NOTIFICATION = 5
    KEY_UPDATE_WARNING = 6


class Failure(enum.IntEnum):
    """PKIFailureInfo: the value is the number of the bit."""

    BAD_ALG = 0
    BAD_MESSAGE_CHECK = 1
    BAD_REQUEST = 2
    BAD_TIME = 3
    BAD_CERT_ID = 4
    BAD_DATA_FORMAT = 5
    WRONG_AUTHORITY = 6
    INCORRECT_DATA = 7
    MISSING_TIME_STAMP = 8
    BAD_POP = 9
    CERT_REVOKED = 10
    CERT_CONFIRMED = 11
    WRONG_INTEGRITY = 12
    BAD_RECIPIENT_NONCE = 13
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    ADD_INFO_NOT_AVAILABLE = 17
    BAD_SENDER_NONCE = 18
    BAD_CERT_TEMPLATE = 19
    SIGNER_NOT_TRUSTED = 20
    TRANSACTION_ID_IN_USE = 21
    UNSUPPORTED_VERSION = 22
    NOT_AUTHORIZED = 23
    SYSTEM_UNAVAIL = 24
    SYSTEM_FAILURE = 25
    DUPLICATE_CERT_REQ = 26

    @property
    def asn1_name(self) -> str:
        """The name in RFC 9810, as `badMessageCheck`."""
        first, *rest = self.name.split("_")
        words = (word if word == "POP" else word.capitalize() for word in rest)
        return first.lower() + "".join(words)


@dataclass(frozen=True, slots=True)
class PkiStatusInfo:
    """`status` is a PkiStatus, or another number that a CA made up; `text` is the CA's words."""

    status: int
    text: tuple[str, ...] = ()
    failures: frozenset[Failure] = frozenset()

    @classmethod
    def from_syntax(cls, value: syntax.PKIStatusInfo) -> PkiStatusInfo:
        return cls(value.status, tuple(value.status_string or ()), _failures(value.fail_info))

    def to_syntax(self) -> syntax.PKIStatusInfo:
        return syntax.PKIStatusInfo(
            status=int(self.status),
            status_string=free_text(self.text),
            fail_info=_bits(self.failures),
        )


def free_text(lines: Sequence[str]) -> list[str] | None:
    """PKIFreeText, which has at least one line or is absent."""
    return list(lines) or None


def _failures(bits: BitString | None) -> frozenset[Failure]:
    """Bits that no RFC names are read over."""
    octets = bits.as_bytes() if bits is not None else b""
    return frozenset(
        failure
        for failure in Failure
        if failure // 8 < len(octets) and octets[failure // 8] & (0x80 >> failure % 8)
    )


def _bits(failures: frozenset[Failure]) -> BitString | None:
    """A named bit list: ends with its last one bit (X.690, 11.2.2)."""
    if not failures:
        return None
    last = max(failures)
    octets = bytearray(last // 8 + 1)
    for failure in failures:
        octets[failure // 8] |= 0x80 >> failure % 8
    return BitString(bytes(octets), 7 - last % 8)
