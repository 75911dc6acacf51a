"""The state of an EST enrollment that survives a crash; stored in the journal, without secrets."""

from __future__ import annotations

import enum
from typing import Literal

import msgspec

from certclient.ca.client import Transaction
from certclient.model.errors import CertclientError, ErrorCode


class Operation(enum.Enum):
    """The EST operations that get a certificate, by their path segment (RFC 7030, 3.2.2)."""

    ENROLL = "simpleenroll"
    REENROLL = "simplereenroll"


class EstTransactionState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`request` is the PKCS#10 request (DER), sent by `operation` and again for each poll.

    `ca_certificates` (DER) are what the CA had in `cacerts` then: its answer has the new one alone
    (RFC 7030, 4.2.3). `version` is incremented when a field changes its meaning.
    """

    version: Literal[1] = 1
    operation: Operation
    request: bytes
    ca_certificates: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, transaction: Transaction) -> EstTransactionState:
        """Reads the output of `encode`. Raises JOURNAL_DAMAGED."""
        try:
            return msgspec.json.decode(transaction.state, type=cls)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise CertclientError(ErrorCode.JOURNAL_DAMAGED, reason=str(error)[:200]) from error

    def encode(self) -> bytes:
        """JSON in UTF-8, for `Transaction.state`."""
        return msgspec.json.encode(self)
