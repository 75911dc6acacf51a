"""Checks of a CMP header that need no authentication."""

from __future__ import annotations

from datetime import datetime

from certclient.cmp.messages import CMP2000, CMP2021, Header
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.bank.refusal import RefusedError

MIN_TRANSACTION_ID = 16
MAX_OCTETS = 64
"""Upper limit for a transactionID or nonce, as the bank stores what a client sends."""


def check_header(header: Header, now: datetime, policy: BankPolicy) -> None:
    """Checks pvno, transactionID, senderNonce and messageTime (RFC 9483, 3.1).

    `now` is the machine's time (aware). A message without messageTime is accepted: the
    transactionID already prevents replay. Raises RefusedError.
    """
    if header.pvno not in (CMP2000, CMP2021):
        raise RefusedError.unsupported_version()
    if not MIN_TRANSACTION_ID <= len(header.transaction_id or b"") <= MAX_OCTETS:
        raise RefusedError.malformed()
    if not policy.min_nonce_bytes <= len(header.sender_nonce or b"") <= MAX_OCTETS:
        raise RefusedError.bad_sender_nonce()
    sent = header.message_time
    if sent is not None and abs(now - sent) > policy.time_tolerance:
        raise RefusedError.bad_time()
