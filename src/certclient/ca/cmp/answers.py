"""Which answers of a CMP server a client believes, and what a refusal means."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from certclient.ca.client import Credential, MacCredential
from certclient.ca.cmp.trust import Trust, believed_signer
from certclient.cmp.bodies import ErrorMessage
from certclient.cmp.messages import CMP2000, CMP2021, MalformedMessageError, Message
from certclient.cmp.protection import ProtectionError, WrongMacError, is_mac, verify_mac
from certclient.cmp.status import Failure, PkiStatusInfo
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret

_MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Expected:
    """To what an answer must belong: its transactionID, and one of these as its recipNonce."""

    transaction_id: bytes
    nonces: frozenset[bytes]


def read_answer(der: bytes, credential: Credential, trust: Trust, expected: Expected) -> Message:
    """Reads an answer and believes it only if it is protected and belongs to our request.

    Raises CertclientError: CA_MALFORMED, CA_PROTECTION_INVALID, CA_TRANSACTION_MISMATCH;
    ISSUE_CODE_WRONG where the CA's MAC is by another code; for an error message CA_REFUSED (or
    ISSUE_CODE_WRONG) as `refusal` makes it, with data protected="no" where anybody on the way
    could have written it.
    """
    message = _decoded(der)
    if _unprotected(message):
        if isinstance(message.body, ErrorMessage):
            raise _error(message.body, credential, protected=False)
        raise CertclientError(ErrorCode.CA_PROTECTION_INVALID, reason="not protected")
    _authenticate(message, credential, trust)
    _check_belongs(message, expected)
    if isinstance(message.body, ErrorMessage):
        raise _error(message.body, credential, protected=True)
    return message


def refusal(
    status: PkiStatusInfo, more_text: Iterable[str] = (), *, protected: bool = True
) -> CertclientError:
    """CA_REFUSED with the CA's words in data `message` and the names of its PKIFailureInfo bits in
    `failure` (RFC 9810, 5.2.3)."""
    names = ",".join(failure.asn1_name for failure in sorted(status.failures))
    return CertclientError(
        ErrorCode.CA_REFUSED,
        message=words([*status.text, *more_text]),
        failure=names,
        protected="yes" if protected else "no",
    )


def words(lines: Iterable[str]) -> str:
    """A server's text made fit to be shown: one line, no control characters, not too long."""
    text = " ".join(lines)
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[:_MAX_TEXT])
    return " ".join(visible.split())


def _decoded(der: bytes) -> Message:
    try:
        message = Message.decode(der)
    except MalformedMessageError as error:
        raise CertclientError(ErrorCode.CA_MALFORMED, reason=str(error)) from error
    if message.header.pvno not in (CMP2000, CMP2021):
        raise CertclientError(ErrorCode.CA_MALFORMED, reason=f"pvno {message.header.pvno}")
    return message


def _unprotected(message: Message) -> bool:
    return message.protection is None and message.header.protection_alg is None


def _authenticate(message: Message, credential: Credential, trust: Trust) -> None:
    """A MAC is believed from those who share the issue code, a signature from those who speak for
    the CA. RFC 9483, 3.2 lets a CA answer a MAC with a signature, never the other way round."""
    try:
        if is_mac(message):
            verify_mac(message, _issue_code(credential))
        else:
            believed_signer(message, trust)
    except WrongMacError as error:
        raise CertclientError(ErrorCode.ISSUE_CODE_WRONG) from error
    except ProtectionError as error:
        raise CertclientError(ErrorCode.CA_PROTECTION_INVALID, reason=str(error)[:300]) from error


def _issue_code(credential: Credential) -> Secret:
    if not isinstance(credential, MacCredential):
        raise ProtectionError("a MAC where a signature is expected")
    return credential.issue_code


def _check_belongs(message: Message, expected: Expected) -> None:
    if message.header.transaction_id != expected.transaction_id:
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="transactionID")
    if message.header.recip_nonce not in expected.nonces:
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="recipNonce")


def _error(body: ErrorMessage, credential: Credential, *, protected: bool) -> CertclientError:
    refused = refusal(body.status, body.details, protected=protected)
    code_wrong = Failure.BAD_MESSAGE_CHECK in body.status.failures
    if code_wrong and isinstance(credential, MacCredential):
        return CertclientError(ErrorCode.ISSUE_CODE_WRONG, **refused.data)
    return refused
