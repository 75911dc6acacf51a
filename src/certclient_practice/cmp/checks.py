"""Checks of a CMP header that need no authentication."""

from __future__ import annotations

from datetime import datetime

from certclient.cmp import syntax
from certclient.cmp.bodies import CertificateRequest, GeneralMessage, Pkcs10Request
from certclient.cmp.messages import (
    CMP2000,
    CMP2021,
    CONFIRM_WAIT_TIME,
    IMPLICIT_CONFIRM,
    MalformedMessageError,
    Message,
)
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.revocation import RevokeRequest
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.refusals import bad_confirm_wait_time, bad_implicit_confirm

MIN_TRANSACTION_ID = 16
MAX_OCTETS = 64
"""Upper limit for a transactionID or nonce, as the bank stores what a client sends."""


_REQUESTS = (CertificateRequest, Pkcs10Request)
_FIRST = (*_REQUESTS, RevokeRequest, GeneralMessage)
"""Bodies that open a transaction."""


def check_header(message: Message, now: datetime, policy: BankPolicy) -> None:
    """Checks the header: pvno, transactionID, nonces, messageTime, generalInfo (RFC 9483, 3.1).

    `now` is the machine's time (aware). A message without messageTime is accepted: the
    transactionID already prevents replay. Raises RefusedError.
    """
    header = message.header
    if header.pvno not in (CMP2000, CMP2021):
        raise RefusedError.unsupported_version()
    if not MIN_TRANSACTION_ID <= len(header.transaction_id or b"") <= MAX_OCTETS:
        raise RefusedError.malformed()
    if not policy.min_nonce_bytes <= len(header.sender_nonce or b"") <= MAX_OCTETS:
        raise RefusedError.bad_sender_nonce()
    sent = header.message_time
    if sent is not None and abs(now - sent) > policy.time_tolerance:
        raise RefusedError.bad_time()
    if header.recip_nonce is not None and isinstance(message.body, _FIRST):
        raise RefusedError.bad_recipient_nonce()
    for item in header.general_info:
        _check_info(item, message)


def _check_info(item: AlgorithmIdentifier, message: Message) -> None:
    if item.oid == IMPLICIT_CONFIRM:
        asks = isinstance(message.body, _REQUESTS)
        if not asks or item.parameters != syntax.NULL:
            raise bad_implicit_confirm()
    elif item.oid == CONFIRM_WAIT_TIME:
        try:
            syntax.decoded_time(item.parameters or b"")
        except MalformedMessageError as error:
            raise bad_confirm_wait_time() from error
