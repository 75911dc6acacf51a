"""Authenticates CMP responses and maps refusals to error codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from certclient.ca.answers import foreign_answer
from certclient.ca.client import (
    ALTERED,
    Credential,
    IssueCodeCredential,
    RefusalReason,
    refusal_error,
)
from certclient.ca.cmp.trust import Trust, verified_signer
from certclient.cmp.bodies import Body, CertificateReply, ErrorMessage, RevokeReply
from certclient.cmp.messages import CMP2000, CMP2021, MalformedMessageError, Message
from certclient.cmp.protection import (
    ProtectionError,
    WeakMacError,
    WrongMacError,
    is_mac,
    verify_mac,
)
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret

_MAX_TEXT = 500

_REASONS = {
    Failure.BAD_CERT_ID: RefusalReason.CERTIFICATE_UNKNOWN,
    Failure.BAD_CERT_TEMPLATE: RefusalReason.KEY_NOT_ACCEPTED,
    Failure.BAD_REQUEST: RefusalReason.REQUEST_UNKNOWN,
    Failure.BAD_TIME: RefusalReason.TIME,
    Failure.CERT_CONFIRMED: RefusalReason.ALREADY_CONFIRMED,
    Failure.DUPLICATE_CERT_REQ: RefusalReason.KEY_NOT_ACCEPTED,
    Failure.CERT_REVOKED: RefusalReason.CERTIFICATE_REVOKED,
    Failure.SIGNER_NOT_TRUSTED: RefusalReason.SIGNER_NOT_TRUSTED,
}
"""The failures upon which the procedure acts. All are named in data `failure`."""


@dataclass(frozen=True, slots=True)
class ExpectedIds:
    """What a response must match: the transactionID, and one of these nonces as its recipNonce."""

    transaction_id: bytes
    nonces: frozenset[bytes]


def check_whole(answer: bytes, url: str) -> None:
    """Raises FOREIGN_ANSWER unless `answer` has the outer form of a message.

    One DER SEQUENCE and nothing more. A sign-in page does not have it, nor an answer that was cut
    off or has something appended. That passes; what the CA itself has written wrongly does not.
    """
    if not is_one_sequence(answer):
        raise foreign_answer(url, "not a CMP message, or not all of it")


def is_one_sequence(octets: bytes) -> bool:
    """Whether this is one SEQUENCE of definite length (X.690, 8.1.3) that ends with `octets`."""
    if len(octets) < 2 or octets[0] != 0x30:
        return False
    length, start = octets[1], 2
    if length > 0x80:
        start += length - 0x80
        length = int.from_bytes(octets[2:start], "big")
    elif length == 0x80:
        return False
    return start + length == len(octets)


def read_response(
    der: bytes, credential: Credential, trust: Trust, expected: ExpectedIds
) -> Message:
    """Reads a response and accepts it only if it is protected and belongs to our request.

    Raises CertclientError: CA_MALFORMED, CA_PROTECTION_INVALID, CA_TRANSACTION_MISMATCH;
    ISSUE_CODE_WRONG with the data ALTERED if the MAC of a refusal does not match; for an error
    message CA_REFUSED (or ISSUE_CODE_WRONG) with the data of `refusal`, and proven="no" if it
    proves nothing: it is unprotected, so that anybody on the network path could have written it, or
    names neither our transaction nor our nonce, so that it could be an answer to somebody else.
    """
    message = _decoded(der)
    if _unprotected(message):
        if isinstance(message.body, ErrorMessage):
            raise _error(message.body, credential, protected=False)
        raise CertclientError(ErrorCode.CA_PROTECTION_INVALID, reason="not protected")
    _authenticate(message, credential, trust)
    if isinstance(message.body, ErrorMessage):
        bound = _check_belongs_if_bound(message, expected)
        raise _error(message.body, credential, protected=bound)
    _check_belongs(message, expected)
    return message


def refusal(
    status: PkiStatusInfo, more_text: Iterable[str] = (), *, protected: bool = True
) -> CertclientError:
    """CA_REFUSED with the CA's text; its data `failure` holds the names of the PKIFailureInfo bits,
    separated by commas (RFC 9810, 5.2.3)."""
    failures = sorted(status.failures)
    return refusal_error(
        limited_text([*status.text, *more_text]),
        *(_REASONS[failure] for failure in failures if failure in _REASONS),
        failure=",".join(failure.asn1_name for failure in failures),
        proven=protected,
    )


def limited_text(lines: Iterable[str]) -> str:
    """A server's text in one string of limited length, otherwise as it is: who shows it makes its
    control characters visible."""
    return " ".join(lines)[:_MAX_TEXT].strip()


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
    """Accepts a MAC only from holders of the issue code, a signature only from the CA's signers.

    RFC 9483, 3.2 allows a signed response to a request with a MAC, never the reverse.
    """
    try:
        if is_mac(message):
            verify_mac(message, _issue_code(credential), trust.mac_floor)
        else:
            verified_signer(message, trust)
    except WrongMacError as error:
        # The server computes its MAC with the right code, so a wrong code shows as a wrong MAC. It
        # never grants anything to a wrong code: such an answer is broken or forged. So may a
        # refusal be: nothing but the code itself could prove it.
        if _refuses(message.body):
            raise CertclientError(ErrorCode.ISSUE_CODE_WRONG, **ALTERED) from error
        raise CertclientError(ErrorCode.CA_PROTECTION_INVALID, reason=str(error)) from error
    except WeakMacError as error:
        raise CertclientError(
            ErrorCode.CA_PROTECTION_INVALID, reason=str(error), problem="weak-mac"
        ) from error
    except ProtectionError as error:
        raise CertclientError(ErrorCode.CA_PROTECTION_INVALID, reason=str(error)[:300]) from error


def _refuses(body: Body) -> bool:
    """Whether the body is a refusal, as a server sends it to a client that has the wrong code."""
    if isinstance(body, CertificateReply):
        statuses = [response.status for response in body.responses]
    elif isinstance(body, RevokeReply):
        statuses = list(body.statuses)
    else:
        return isinstance(body, ErrorMessage)
    return any(status.status == PkiStatus.REJECTION for status in statuses)


def _issue_code(credential: Credential) -> Secret:
    if not isinstance(credential, IssueCodeCredential):
        raise ProtectionError("a MAC where a signature is expected")
    return credential.issue_code


def _check_belongs(message: Message, expected: ExpectedIds) -> None:
    if message.header.transaction_id != expected.transaction_id:
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="transactionID")
    if message.header.recip_nonce not in expected.nonces:
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="recipNonce")


def _check_belongs_if_bound(message: Message, expected: ExpectedIds) -> bool:
    """Checks what an error message names of our request; False if it does not name both parts.

    A CA that could not read a request may leave them out (RFC 9810, 5.3.21). Such a message may be
    a copy of what the CA sent to somebody else.
    """
    header = message.header
    if header.transaction_id is not None and header.recip_nonce is not None:
        _check_belongs(message, expected)
        return True
    if header.transaction_id not in (None, expected.transaction_id):
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="transactionID")
    if header.recip_nonce is not None and header.recip_nonce not in expected.nonces:
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="recipNonce")
    return False


def _error(body: ErrorMessage, credential: Credential, *, protected: bool) -> CertclientError:
    refused = refusal(body.status, body.details, protected=protected)
    # The server could not verify our MAC, so the issue code is wrong.
    code_wrong = Failure.BAD_MESSAGE_CHECK in body.status.failures
    if code_wrong and isinstance(credential, IssueCodeCredential):
        return CertclientError(ErrorCode.ISSUE_CODE_WRONG, **refused.data)
    return refused
