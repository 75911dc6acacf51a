"""What a client keeps in `Transaction.state`: JSON that survives a crash in the journal."""

from __future__ import annotations

from typing import Self

import msgspec

from certclient.ca.client import Transaction
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.stored_json import UnreadableError, from_json


class TransactionState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields are the subclass's: no secret, and a `version` of their meaning."""

    @classmethod
    def of(cls, transaction: Transaction) -> Self:
        """Reads the output of `encode`. Raises JOURNAL_DAMAGED."""
        try:
            return from_json(transaction.state, cls)
        except UnreadableError as error:
            raise CertclientError(ErrorCode.JOURNAL_DAMAGED, reason=str(error)[:200]) from error

    def encode(self) -> bytes:
        """JSON in UTF-8, for `Transaction.state`."""
        return msgspec.json.encode(self)
