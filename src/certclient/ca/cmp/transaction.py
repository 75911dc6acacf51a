"""The state of a CMP transaction that survives a crash; stored in the journal, without secrets."""

from __future__ import annotations

from typing import Literal

import msgspec

from certclient.ca.client import Transaction
from certclient.ca.transaction_state import TransactionState
from certclient.cmp.bodies import RequestKind
from certclient.model.errors import CertclientError, ErrorCode


class CmpTransactionState(TransactionState, frozen=True, kw_only=True):
    """`request` is the DER of the protected request, None if it contains the bank's secrets.

    `nonce` is the senderNonce of that request, `server_nonce` that of the CA's last response (empty
    before the first). `version` is incremented when a field changes its meaning.
    """

    version: Literal[1] = 1
    kind: RequestKind
    request: bytes | None
    nonce: bytes
    server_nonce: bytes = b""

    def with_server_nonce(self, server_nonce: bytes | None) -> CmpTransactionState:
        """The state after a response of the CA with this senderNonce."""
        return msgspec.structs.replace(self, server_nonce=server_nonce or b"")


def transaction_octets(transaction: Transaction) -> bytes:
    """The transactionID as sent in the header. Raises JOURNAL_DAMAGED."""
    try:
        return bytes.fromhex(transaction.transaction_id)
    except ValueError as error:
        raise CertclientError(ErrorCode.JOURNAL_DAMAGED, reason=str(error)) from error
