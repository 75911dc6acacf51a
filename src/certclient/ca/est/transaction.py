"""The state of an EST enrollment that survives a crash; stored in the journal, without secrets."""

from __future__ import annotations

import enum
from typing import Literal

from certclient.ca.transaction_state import TransactionState


class Operation(enum.Enum):
    """The EST operations that get a certificate, by their path segment (RFC 7030, 3.2.2)."""

    ENROLL = "simpleenroll"
    REENROLL = "simplereenroll"


class EstTransactionState(TransactionState, frozen=True, kw_only=True):
    """`request` is the PKCS#10 request (DER), sent by `operation` and again for each poll.

    `ca_certificates` (DER) are what the CA had in `cacerts` then: its answer has the new one alone
    (RFC 7030, 4.2.3). `version` is incremented when a field changes its meaning.
    """

    version: Literal[1] = 1
    operation: Operation
    request: bytes
    ca_certificates: tuple[bytes, ...] = ()
