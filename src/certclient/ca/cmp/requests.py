"""Headers and protection of the client's messages (RFC 9483, 3.1 and 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from certclient.ca.client import CertificateCredential, Credential, IssueCodeCredential
from certclient.ca.subjects import common_name
from certclient.cmp import syntax
from certclient.cmp.bodies import Body, CertificateConfirm
from certclient.cmp.messages import CMP2000, CMP2021, IMPLICIT_CONFIRM, Header, Message
from certclient.cmp.names import EMPTY_NAME, AlgorithmIdentifier, directory_name
from certclient.cmp.protection import protect_with_mac, protect_with_signature
from certclient.model.certificate_reading import CertificateReader
from certclient.model.errors import CertclientError, ErrorCode


@dataclass(frozen=True, slots=True)
class RequestFields:
    """The header fields that vary per message. `time` is aware.

    `recip_nonce` is the CA's last senderNonce; `implicit_confirm` asks the CA to waive certConf.
    """

    transaction_id: bytes
    nonce: bytes
    time: datetime
    recip_nonce: bytes | None = None
    implicit_confirm: bool = False


def protect(
    fields: RequestFields, body: Body, credential: Credential, mac: AlgorithmIdentifier
) -> Message:
    """The message, protected with the credential.

    `mac` holds fresh parameters for an IssueCodeCredential, whose code protects by a MAC.
    Raises ISSUE_CODE_REQUIRED for an empty issue code, and whatever the key's `sign` raises.
    """
    if isinstance(credential, IssueCodeCredential):
        if not credential.issue_code:
            raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id=credential.user_id)
        header = _header(fields, body, _mac_sender(credential))
        return protect_with_mac(header, body, credential.issue_code, mac)
    header = _header(fields, body, _signature_sender(credential))
    certificates = (credential.certificate, *credential.chain)
    return protect_with_signature(
        header, body, credential.signer, tuple(c.der for c in certificates)
    )


@dataclass(frozen=True, slots=True)
class _Sender:
    name: bytes
    key_id: bytes | None
    recipient: bytes


def _mac_sender(credential: IssueCodeCredential) -> _Sender:
    """Puts the user ID in sender and senderKID, since some servers require both to be equal.

    The responding CA is not known yet, so the recipient is the NULL-DN (RFC 9810, 5.1.1).
    """
    return _Sender(
        common_name(credential.user_id), credential.user_id.encode(), recipient=EMPTY_NAME
    )


def _signature_sender(credential: CertificateCredential) -> _Sender:
    certificate = credential.certificate
    key_id = CertificateReader(certificate.der).subject_key_identifier()
    return _Sender(certificate.subject, key_id, certificate.issuer)


def _header(fields: RequestFields, body: Body, sender: _Sender) -> Header:
    header = Header(
        sender=directory_name(sender.name),
        recipient=directory_name(sender.recipient),
        transaction_id=fields.transaction_id,
        sender_nonce=fields.nonce,
        recip_nonce=fields.recip_nonce,
        message_time=fields.time,
        sender_kid=sender.key_id,
    )
    if fields.implicit_confirm:
        confirm_info = AlgorithmIdentifier(IMPLICIT_CONFIRM, syntax.NULL)
        header = replace(header, general_info=(confirm_info,))
    return replace(header, pvno=CMP2021 if _names_hash(body) else CMP2000)


def _names_hash(body: Body) -> bool:
    """Only a certConf with hashAlg requires pvno 3 (RFC 9810, 5.3.18 and 7)."""
    return isinstance(body, CertificateConfirm) and any(
        status.hash_algorithm is not None for status in body.statuses
    )
